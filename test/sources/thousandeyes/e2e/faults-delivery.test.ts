import { describe, expect } from 'vitest';
import { expectExactlyOnce } from '../../../e2e/bench.ts';
import { difference, readDelivered } from '../../../e2e/delivered.ts';
import { DESTINATIONS } from '../../../e2e/stage.ts';
import { test } from './stage.ts';

const LAKE = 'tidemark-lake-thousandeyes';
const VAULT = 'tidemark-vault-thousandeyes';

describe.concurrent('a Firehose', () => {
  test.for([
    ['refuses every second record', { refuseEvery: 2 }],
    ['refuses some records', { refuseNext: 3 }],
    ['is throttled', { throttleNext: 3 }],
    ['fails inside', { failNext: 3 }],
  ] as const)('that %s gets what it lacks, and nothing twice', async ([, faults], { start }) => {
    const bench = await start({ vendor: { count: 600 } });
    Object.assign(bench.firehose.faults, faults);

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 600 });
    expect(report.retries).toBeGreaterThan(0);
    await expectExactlyOnce(bench);
  });

  test('that accepts and never says so gets the call again, with the same event ids', async ({ start }) => {
    const bench = await start();
    bench.firehose.faults.acceptThenDropNext = 1;

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 300, retries: 1 });
    const held = bench.held();
    let twice = 0;
    for (const { id } of DESTINATIONS) {
      const { texts, events } = await readDelivered(bench.out, id);
      const { missing } = difference(texts, held);
      expect(missing).toEqual([]);
      twice += texts.length - held.length;
      const once = [...new Map(events.map((event) => [event.event.id, event])).values()];
      if (events.length > 0)
        expect(
          difference(
            once.map(({ event }) => event.original ?? ''),
            held,
          ).extra,
        ).toEqual([]);
    }
    // One call to one destination, and no more.
    expect(twice).toBe(300);
  });

  test('that refuses all holds the watermark, and says so', async ({ start }) => {
    const bench = await start();
    bench.firehose.faults.refuseDestinations = ['lake', 'vault'];

    const failed = await bench.run({ budgetMs: 5_000 });
    bench.firehose.faults.refuseDestinations = [];
    const report = await bench.run();

    expect(failed).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'delivery', stage: 'sending' } });
    expect(failed.error?.message).toMatch(/^Destination (lake|vault) \(Firehose stream .*\) did not accept/);
    expect(failed.error?.remedy).toContain('tidemark doctor');
    expect(failed.error?.remedy).toContain('throughput limit');
    expect(failed.watermark).toBe(new Date(bench.from).toISOString());
    expect(report).toMatchObject({ state: 'caught-up', delivered: 300 });
    await expectExactlyOnce(bench);
  });

  test('of one destination that refuses costs the other no event twice', async ({ start }) => {
    const bench = await start();
    bench.firehose.faults.refuseDestinations = ['vault'];

    const runs = [await bench.run({ budgetMs: 4_000 }), await bench.run({ budgetMs: 4_000 })];
    const accepted = bench.firehose.counters[LAKE]?.records;
    bench.firehose.faults.refuseDestinations = [];
    const report = await bench.run();

    for (const { error } of runs) expect(error?.message).toContain(`Destination vault (Firehose stream ${VAULT})`);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 300 });
    expect(bench.firehose.counters[LAKE]?.records).toBe(accepted);
    await expectExactlyOnce(bench);
  });
});
