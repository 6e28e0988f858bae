// Writes the state that this version saves into test/fixtures/state-<schema>/. Run it once, when a version with a new schema is
// released; the tests then run every later version on it.
//
//   npm run save-state

import { mkdir, writeFile } from 'node:fs/promises';
import { SCHEMA } from '../../functions/core/stored/checkpoint.ts';
import { formatInstant } from '../../functions/core/time.ts';
import { deliveredOf, encodeSaved, TestTable } from './saved.ts';
import { createSavedWorld, effectsOf, playFirstPart } from './scenario.ts';

const test = await TestTable.open((name, value) => {
  process.env[name] = value;
});
const world = createSavedWorld();
await playFirstPart(world, { effects: await effectsOf(test.table) });
const folder = new URL(`../fixtures/state-${SCHEMA}/`, import.meta.url);
await mkdir(folder, { recursive: true });
const saved = {
  savedAt: formatInstant(world.now, 'us'),
  delivered: world.delivered().map(deliveredOf),
  items: await test.items(),
};
await writeFile(new URL('saved.json', folder), encodeSaved(saved));
await test.close();
