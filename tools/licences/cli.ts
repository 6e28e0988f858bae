import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleFunction } from '../../lib/code/bundle-function.ts';
import { bundleNames } from '../../lib/code/bundle-names.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { licenceList, refusedPackages } from './licence-list.ts';
import { bundlePart, installedPart, pagePart } from './parts.ts';

// `npm run licences`: which packages of others are in what Tidemark gives away, with their licences. The exit code is 1 if one may not be.

const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
const parts = [
  ...bundleNames(await findSources())
    .map(bundleFunction)
    .map(bundlePart),
  pagePart(),
  installedPart(),
];

const list = licenceList(parts, packageJson.version);
if (out === undefined) process.stdout.write(list);
else {
  writeFileSync(out, list);
  for (const { title, packages } of parts) process.stdout.write(`${title}: ${packages.length} packages\n`);
  process.stdout.write(`${out}\n`);
}

const refused = parts.flatMap(refusedPackages);
for (const each of refused) process.stderr.write(`${each}\n`);
if (refused.length > 0) process.exitCode = 1;
