import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { findSources } from '../lib/plan/find-sources.ts';
import { measure } from './measure.ts';

// What each stream uses of what AWS bills by the piece: counted while the real handlers run against the embedded services. It takes
// some minutes. `--write` puts it where `npm run cost` reads it.

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const measured = await measure(await findSources(), (line) => process.stdout.write(`${line}\n`));
const { census, quietLogs, seen, kept } = measured;
process.stdout.write(`${JSON.stringify({ census, quietLogs, seen, kept })}\n`);
if (values.write) {
  await writeFile(new URL('../measured/runs.json', import.meta.url), `${JSON.stringify(measured, null, 2)}\n`);
}
