import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EcsEvent } from '../functions/core/ecs-event.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { writeEvent } from '../functions/destinations/write-event.ts';
import { FORMATS } from '../functions/formats/formats.ts';
import { race, sayRace } from './ratio.ts';

// What each format costs, as a multiple of the least there can be: writing the same event with JSON.stringify.

const SOURCES = fileURLToPath(new URL('../functions/sources/', import.meta.url));
const files = globSync('*/fixtures/**/*.ecs.json', { cwd: SOURCES }).filter((name) => !name.includes('hostile'));
const golden = files.sort().flatMap((name) => JSON.parse(readFileSync(join(SOURCES, name), 'utf8')) as EcsEvent[]);
const events = Array.from({ length: 20_000 }, (_, at) => golden[at % golden.length] as EcsEvent);

/** Keeps the work from being optimised away. */
let bytes = 0;
const contenders: Record<string, () => void> = {
  'floor: JSON.stringify': () => {
    for (const event of events) bytes += JSON.stringify(event).length;
  },
};
for (const format of FORMATS) {
  contenders[format] = () => {
    for (const event of events) bytes += writeEvent({ format }, event).text.length;
  };
  for (const { title, envelope, shapeOf } of DESTINATION_TYPES) {
    if (!envelope) continue;
    const shape = { format, ...shapeOf?.({}) };
    contenders[`${format} for ${title}`] = () => {
      for (const event of events) bytes += writeEvent(shape, event).text.length;
    };
  }
}
process.stdout.write(sayRace(await race(contenders), events.length));
if (bytes === 0) throw new Error('nothing was written');
