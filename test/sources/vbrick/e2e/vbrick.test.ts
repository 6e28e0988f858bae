import { describe, expect } from 'vitest';
import type { VbrickOptions } from '../../../../simulators/vbrick/simulator.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { expectExactlyOnce, test } from './stage.ts';

const BOTH = ['user-access', 'users'];
/** As much as takes some pages of each. */
const ROWS = 900;

const ODDITIES: readonly VbrickOptions[] = [
  { headerCase: 'mixed' },
  { lastToken: 'empty' },
  { precision: 'seconds' },
  { bounds: 'inclusive', precision: 'seconds' },
  { bounds: 'exclusive', precision: 'seconds' },
  { faults: { csv: { bom: true } } },
  { faults: { csv: { lf: true } } },
  { faults: { csv: { columns: 7 } } },
  { faults: { csv: { columns: 9 } } },
  { faults: { csv: { reordered: true } } },
  { faults: { csv: { reordered: true, columns: 7, lf: true, bom: true } }, headerCase: 'mixed' },
  { faults: { csv: { javascriptWhen: true } } },
  { faults: { csv: { dotted: true } } },
  { faults: { json: 'all' } },
  { faults: { json: 'all', csv: { dotted: true, javascriptWhen: true } } },
  { faults: { json: 'all-without-headers' }, lastToken: 'empty' },
  { faults: { offsetDates: true } },
  { faults: { emptyPages: { every: 3 } } },
  { faults: { repeatRows: 1 } },
  { faults: { repeatRows: 5 } },
  { faults: { brokenJson: { every: 3 } } },
];

describe('user access and user records', () => {
  test.for(ODDITIES)('arrive once each in the face of %j', async ({ faults, ...options }, { start }) => {
    const bench = await start({
      streams: BOTH,
      vendor: { count: ROWS, ...options, faults: { twins: 0.3, ...faults } },
    });

    const first = await bench.runAll();
    const again = await bench.runAll();

    for (const name of BOTH) {
      expect(first[name]).toMatchObject({ state: 'caught-up', unmapped: 0, retries: 0, warnings: [] });
      expect(again[name]).toMatchObject({ state: 'caught-up', delivered: 0, late: 0 });
    }
    await expectExactlyOnce(bench, BOTH);
  });

  test.for(['overshoot', 'lie'] as const)(
    'arrive once each although the totals are wrong (%s)',
    async (totals, { start }) => {
      const bench = await start({ streams: BOTH, vendor: { count: ROWS, faults: { twins: 0.3, totals } } });

      const first = await bench.runAll();
      await bench.runAll();
      await expectExactlyOnce(bench, BOTH);
      const third = await bench.runAll();
      const fourth = await bench.runAll();

      if (totals === 'overshoot') {
        for (const name of BOTH) {
          expect(first[name]).toMatchObject({ state: 'failed', error: { code: 'incomplete' } });
          expect(third[name]).toMatchObject({ conditions: ['announced-missing'] });
        }
      }
      for (const name of BOTH) {
        expect(third[name]?.state).toBe('caught-up');
        expect(fourth[name]).toMatchObject({ state: 'caught-up', delivered: 0, late: 0 });
      }
    },
  );

  test('arrive once each when they show themselves late', async ({ start }) => {
    const late = { share: 0.3, upToSeconds: 600 };
    const bench = await start({ streams: BOTH, minutes: 10, vendor: { count: ROWS, faults: { twins: 0.3, late } } });

    const first = await bench.runAll();
    bench.travel(10 * 60_000);
    const second = await bench.runAll();

    for (const name of BOTH) {
      expect(second[name]).toMatchObject({ state: 'caught-up', suppressed: first[name]?.delivered });
      expect(second[name]?.late).toBeGreaterThan(0);
    }
    await expectExactlyOnce(bench, BOTH);
  });

  test.for([{ brokenRows: { every: 7 } }, { brokenRows: { every: 7, swallow: true } }])(
    'arrive once each beside lines that are no rows: %j',
    async (faults, { start }) => {
      const bench = await start({ streams: BOTH, vendor: { count: ROWS, faults } });

      const first = await bench.runAll();
      const again = await bench.runAll();

      for (const name of BOTH) {
        expect(first[name]?.unmapped).toBeGreaterThan(10);
        expect(again[name]).toMatchObject({ state: 'caught-up', delivered: 0 });
      }
      await expectExactlyOnce(bench, BOTH);
    },
  );

  test('arrive once each however odd they are', async ({ start }) => {
    const bench = await start({ streams: BOTH, vendor: { count: ROWS, faults: { odd: { every: 3 } } } });

    await bench.runAll();
    const again = await bench.runAll();

    for (const name of BOTH) expect(again[name]).toMatchObject({ state: 'caught-up', delivered: 0 });
    await expectExactlyOnce(bench, BOTH);
  });
});

test('a blank answer is asked for again by every run, and never taken for a log without rows', async ({ start }) => {
  const bench = await start({ vendor: { count: 0, faults: { csv: { emptyBody: true } } } });

  for (const _run of [1, 2, 3, 4, 5]) {
    expect(await bench.run()).toMatchObject({ state: 'failed', error: { code: 'unreadable' } });
  }
});

test('all six collections arrive once each, with the two of them that the portal shows as JSON', async ({ start }) => {
  const streams = ['user-access', 'users', 'groups', 'devices', 'videos', 'scheduled-events'];
  const bench = await start({ streams, vendor: { count: ROWS, faults: { twins: 0.3, json: 'portal' } } });

  const reports = await bench.runAll();
  await bench.runAll();

  expect(Object.values(reports).map(({ state }) => state)).toEqual(streams.map(() => 'caught-up'));
  expect((await readDelivered(bench.out, 'lake')).lines).toHaveLength(ROWS);
  await expectExactlyOnce(bench, streams);
});
