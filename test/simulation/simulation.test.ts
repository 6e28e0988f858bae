import { describe, expect, it } from 'vitest';
import { REGRESSIONS } from './regressions.ts';
import { simulate } from './simulate.ts';
import { tell } from './tell.ts';

/** `.ci/run` plays 1,200 seeds more. */
const BATCHES = 4;
const A_BATCH = 200;
/** Of a failing seed's story; `node test/simulation/cli.ts --seeds 1 --from <seed> --tell` tells all of it. */
const TOLD_LINES = 150;

/** What the simulation exists for: if one of these never struck, it would prove less than it says. */
const STRIKES = [
  ...['network', 'throttled', 'serverError', 'cutBody', 'html', 'slow', 'refused', 'forbidden'],
  ...[
    'lostCommit',
    'lateCommit',
    'lostRead',
    'lostRemember',
    'lostPut',
    'latePut',
    'refusedRecord',
    'throttledPut',
    'wrongTotal',
  ],
  ...['refusingDestination', 'crash', 'freeze', 'takeovers', 'repeats', 'gaps', 'unreadable'],
  ...['Late', 'ScopeChanged', 'Busy', 'Incomplete', 'Owed'],
];

/** What strikes in many scenarios has to strike often. */
const OFTEN = STRIKES.filter((kind) => !['forbidden', 'unreadable', 'circle', 'Incomplete'].includes(kind));

/** In so many seeds at least; about half of what there are now. */
const SITUATIONS = {
  secondDestination: 200,
  addedDestination: 100,
  redeployed: 48,
  replacedStream: 40,
  vendorClockOff: 192,
  ourClockOff: 232,
  wrongClock: 76,
  changingRow: 136,
  scopeChange: 32,
  floorByHand: 24,
  brokenNeighbour: 60,
};

describe('the engine in a world of trouble', () => {
  const totals = new Map<string, number>();

  it.each(Array.from({ length: BATCHES }, (_, batch) => 1 + batch * A_BATCH))(
    `keeps its promises for ${A_BATCH} seeds from %i`,
    async (first) => {
      for (let seed = first; seed < first + A_BATCH; seed++) {
        const { counts } = await keepsPromises(seed);
        for (const [kind, times] of counts) totals.set(kind, (totals.get(kind) ?? 0) + times);
      }
    },
  );

  it('meets every kind of trouble', () => {
    expect(STRIKES.filter((kind) => !totals.get(kind))).toEqual([]);
    expect(OFTEN.filter((kind) => (totals.get(kind) ?? 0) < 40)).toEqual([]);
  });

  it.each(Object.entries(SITUATIONS))('has %s in at least %i seeds', (kind, least) => {
    expect(totals.get(kind)).toBeGreaterThanOrEqual(least);
  });

  it.each(REGRESSIONS)('keeps its promises for seed %i, where it once %s', async (seed) => {
    await keepsPromises(seed);
  });

  it('plays a seed the same way each time', async () => {
    expect(await tell(7)).toEqual(await tell(7));
  });
});

async function keepsPromises(seed: number) {
  const outcome = await simulate(seed);
  if (outcome.failures.length > 0) expect.fail(await tell(seed, TOLD_LINES));
  return outcome;
}
