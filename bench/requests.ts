import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { findSources } from '../lib/plan/find-sources.ts';
import { MEASURED } from '../tools/cost/measured.ts';
import { measure, measureAgain } from './measure.ts';

// What each stream uses of what AWS bills by the piece: counted while the real handlers run against the embedded services. It takes
// some minutes. `--source ID` measures one source and keeps what is known of the others; `--write` puts the result where
// `npm run cost` reads it.

const { values } = parseArgs({ options: { source: { type: 'string' }, write: { type: 'boolean', default: false } } });
const say = (line: string) => void process.stdout.write(`${line}\n`);
const sources = await findSources();
const source = sources.find(({ id }) => id === values.source);
if (values.source !== undefined && !source) {
  process.stderr.write(`There is no source ${values.source}. There are: ${sources.map(({ id }) => id).join(', ')}.\n`);
  process.exit(2);
}
const measured = source ? await measureAgain(MEASURED, source, say) : await measure(sources, say);
const { census, quietLogs, seen, kept } = measured;
say(JSON.stringify({ census, quietLogs, seen, kept }));
if (values.write) {
  await writeFile(new URL('../measured/runs.json', import.meta.url), `${JSON.stringify(measured, null, 2)}\n`);
  say('Written to measured/runs.json. Now: npm run generate');
}
