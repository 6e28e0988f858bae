import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OCSF_VERSIONS } from '../../functions/core/model.ts';
import { compact, differences, type Flattened, type Tables } from './compact.ts';

// Makes the tables by which tests judge OCSF events:
//
//   npm run ocsf-tables -- FOLDER
//
// FOLDER holds, for each version, the flattened tables of ocsf/ocsf-schema: classes-VERSION.json (or classes-full-VERSION.json),
// objects-VERSION.json and profiles-VERSION.json.

/** Stands at the beginning of the file. */
const ABOUT = {
  about:
    'Made by `npm run ocsf-tables`. A version holds what differs from the version before; null is an entry that it lacks.',
  origin: 'ocsf/ocsf-schema, tags 1.3.0, v1.5.0 and v1.8.0; Copyright OCSF a Series of LF Projects, LLC',
  licence: 'Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0',
  changed:
    'Flattened, and cut down to the classes that Tidemark uses and the objects that can be reached from them; descriptions left out.',
};

function readFlattened(folder: string, version: string): Flattened {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const full = `classes-full-${version}.json`;
  const { classes } = read(existsSync(join(folder, full)) ? full : `classes-${version}.json`);
  return { classes, ...read(`objects-${version}.json`), profiles: read(`profiles-${version}.json`).profiles };
}

/** One entry a line: short, and yet a difference between two states of the file can be read. */
function textOf(versions: Readonly<Record<string, Tables>>): string {
  const entries = (table: Readonly<Record<string, unknown>>) =>
    Object.entries(table)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  const tables = Object.entries(versions).map(([version, kinds]) => {
    const parts = Object.entries(kinds).map(([kind, table]) => `${JSON.stringify(kind)}:{\n${entries(table)}\n}`);
    return `${JSON.stringify(version)}:{\n${parts.join(',\n')}\n}`;
  });
  return `{\n${entries(ABOUT)},\n"versions":{\n${tables.join(',\n')}\n}\n}\n`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder with the flattened tables: npm run ocsf-tables -- FOLDER');
const versions: Record<string, Tables> = {};
let before: Tables | undefined;
for (const version of OCSF_VERSIONS) {
  const tables = compact(readFlattened(folder, version));
  versions[version] = differences(tables, before);
  before = tables;
}
writeFileSync(join(import.meta.dirname, '../../test/formats/ocsf/fixtures/ocsf-tables.json'), textOf(versions));
