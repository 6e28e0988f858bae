import { describe, expect, it } from 'vitest';
import { MAX_RECORD_BYTES } from '../../functions/core/delivery/packing.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { inParts } from '../../functions/core/events/in-parts.ts';
import type { Shape } from '../../functions/core/model.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { ecsComplaints } from '../ecs-reader.ts';
import { createWorld } from '../memory/world.ts';
import { ocsfLineComplaints } from './ocsf/ocsf-reader.ts';

const SHAPES: readonly Shape[] = (['ecs', 'ocsf', 'raw', 'cef'] as const).flatMap((format) => [
  { format },
  { format, hec: { index: 'audit' } },
]);
const CASES = {
  letters: 'a',
  NUL: '\u0000',
  quotes: '"',
  backslashes: '\\',
  pairs: '😀',
  'half pairs': '\udc00a\ud800',
  'odd pairs': 'a😀',
  han: '漢',
  'line breaks': '\r\n',
};

async function eventWith(original: string, extra: object = {}): Promise<EcsEvent> {
  const world = createWorld();
  world.vendor.add({ time: world.now - 10 * 60_000_000, name: 'large' });
  await world.run();
  const [event] = world.delivered() as [EcsEvent];
  return { ...event, ...extra, event: { ...event.event, original } };
}

function most({ hec }: Shape): number {
  return hec ? 256 * 1024 : MAX_RECORD_BYTES;
}

describe.each(Object.entries(CASES))('an original of %s', (_, unit) => {
  it('is the parts put together, each small enough for every shape, with stable ids', async () => {
    const event = await eventWith(unit.repeat(130_001));

    const parts = [...inParts(event)];

    expect(parts.map((part) => part.event.original).join('')).toBe(event.event.original);
    expect(new Set(parts.map((part) => part.event.id)).size).toBe(parts.length);
    expect([...inParts(event)].map((part) => part.event.id)).toEqual(parts.map((part) => part.event.id));
    for (const shape of SHAPES) {
      for (const part of parts) {
        const { text, oversized = false } = writeEvent(shape, part);
        expect(oversized, JSON.stringify(shape)).toBe(false);
        expect(Buffer.byteLength(text)).toBeLessThan(most(shape));
      }
    }
    for (const format of ['ecs', 'ocsf', 'raw'] as const) {
      const originals = parts.map((part) => {
        const line = JSON.parse(writeEvent({ format }, part).text);
        return format === 'ecs' ? line.event.original : format === 'ocsf' ? line.raw_data : line.text;
      });
      // ECS and OCSF are well-formed text; the text of an answer always is.
      const { original = '' } = event.event;
      expect(originals.join('') === (format === 'raw' ? original : original.toWellFormed()), format).toBe(true);
    }
    const [first] = parts as [EcsEvent];
    if (first.event.original?.isWellFormed()) {
      expect(ecsComplaints(first)).toEqual([]);
      expect(ocsfLineComplaints(writeEvent({ format: 'ocsf' }, first).text)).toEqual([]);
    }
  });

  it.each(SHAPES)('is small for sure once it is shortened: %j', async (shape) => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`f${at}`, unit.repeat(1_900)]));
    const numbers = Array.from({ length: 50 }, () =>
      Array.from({ length: 50 }, () => Array(50).fill(-1.234567890123e-30)),
    );
    const event = await eventWith(unit.repeat(400_000), { memory: { many, numbers, deep: [[numbers]] } });

    const { text } = writeEvent(shape, event);

    expect(Buffer.byteLength(text)).toBeLessThan(most(shape));
  });
});
