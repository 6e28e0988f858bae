import { describe, expect, it } from 'vitest';
import { type Instant, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import type { Reply, VendorRequest } from '../../memory/vendor.ts';
import { createWorld } from '../../memory/world.ts';

const AT: Instant = parseInstant('2026-03-02T11:05:00Z') as Instant;

describe('rule 10: what lies around a broken record is read as far as it can be', () => {
  it.each([
    ['finds ranges wrong that are empty', ({ from, to }) => (from >= to ? { status: 400 } : undefined)],
    [
      'forgets its tokens at once',
      ({ cursor }) => (cursor === undefined ? { text: '{"rows":[],"next":1}' } : { status: 410 }),
    ],
    ['goes in circles', ({ cursor }) => ({ text: `{"rows":[],"next":${cursor === 1 ? 2 : 1}}` })],
  ] satisfies [string, (request: VendorRequest) => Reply | undefined][])(
    'and the feed goes on where the vendor %s there',
    async (_, reply) => {
      const world = createWorld({
        startFrom: AT - 5 * MINUTE,
        source: {
          judge: ({ status }) => (status === 410 ? { kind: 'expired', reason: 'the token has run out' } : undefined),
        },
      });
      const rows = world.vendor.addMany(50, AT - 5 * MINUTE, MINUTE);
      const poison = world.vendor.add({ time: AT + SECOND / 2, name: 'poison' });
      world.vendor.spoil = (text, _, shown) =>
        shown.includes(poison) ? text.slice(0, text.indexOf(poison.text) + 20) : text;
      // Once its second has been given up, what is readable of it is asked for in ranges of a second or none.
      world.vendor.onRequest = (request) =>
        request.to - request.from <= SECOND && world.count('Unreadable') > 0 ? reply(request) : undefined;

      for (let run = 0; run < 3; run++, world.clock.advance(5 * MINUTE)) await world.run();
      const [report] = await world.run();

      expect(report?.state).toBe('caught-up');
      expect(world.count('Unreadable')).toBeGreaterThan(0);
      expect(world.census(rows.filter(({ time }) => Math.abs(time - AT) > MINUTE)).missing).toEqual([]);
    },
  );
});
