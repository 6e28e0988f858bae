import { expect, it } from 'vitest';
import { MINUTE, parseInstant } from '../../../functions/core/time.ts';
import { createWorld } from '../../memory/world.ts';

const START = parseInstant('2026-03-02T09:00:00Z') as number;

it.each(['shuffled', 'newest-first', 'ascending'] as const)(
  'rule 4: a window that a run could not finish is halved, also when it is the vendor who breaks off: %s',
  async (order) => {
    const world = createWorld({ startFrom: START, vendor: { order, pageSize: 5 } });
    world.vendor.addMany(100, START, MINUTE);
    let answers = 0;
    // Twenty pages, and every seventh answer is cut: a window read from its start can never be read to its end.
    world.vendor.spoil = (text) => (++answers % 7 === 0 ? text.slice(0, -10) : text);

    await world.runUntilCaughtUp({ mostRuns: 60 });

    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
    expect(world.count('Unreadable')).toBe(0);
  },
);
