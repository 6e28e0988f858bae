import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../functions/core/time.ts';
import { createWorld } from '../memory/world.ts';

// A vendor's record may claim any time. None of them moves the watermark, and each arrives once.

const CLAIMS = [
  '2099-12-31T23:59:59Z',
  '2199-12-31T23:59:59.999999Z',
  '9999-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '-2026-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '1e400',
  '',
];

describe('a time that cannot be', () => {
  it.each(CLAIMS)('such as %j: the watermark stays behind now, and the record arrives once', async (date) => {
    const world = createWorld({ vendor: { pageSize: 3 } });
    world.vendor.add({ time: world.now - 2 * HOUR, name: 'before' });
    world.vendor.add({ time: world.now - HOUR, name: 'claims', date });
    world.vendor.add({ time: world.now - HOUR + MINUTE, name: 'after' });

    for (let run = 0; run < 4; run++) {
      await world.run();
      expect(world.checkpoint().watermark).toBeLessThanOrEqual(world.now);
      expect(world.checkpoint().watermark).toBeGreaterThan(world.now - HOUR);
      world.clock.advance(5 * MINUTE);
    }

    expect(world.names().toSorted()).toEqual(['after', 'before', 'claims']);
    expect(world.census()).toMatchObject({ missing: [], invented: [], repeated: [] });
  });
});
