import { describe, expect } from 'vitest';
import type { CensusReport } from '../../functions/core/invocation/census.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import { metric } from './bench.ts';
import { feedOf, plain, STREAM, test } from './plain.ts';
import { takeStage } from './stage.ts';

describe('the census', () => {
  test('compares the configured feeds with their checkpoints: one that never ran is noticed', async ({ start }) => {
    const bench = await start({ vendor: { count: 20 } });
    await bench.run();
    const { stage, giveBack } = await takeStage(plain.source);
    const feeds = { [bench.id]: { [STREAM]: '5m' }, nobody: { [STREAM]: '5m' } };
    const invoke = (input: object) =>
      stage.invoke({ input, sentAt: Date.now(), benchAt: Date.now() + 3_600_000 }, 10_000);

    try {
      // Two functions of one source share nothing but their table: this one has a table of its own.
      const elsewhere = (await invoke({ act: 'census', feeds })) as { census: CensusReport };
      const { census } = (await bench.invoke({ act: 'census', feeds })) as { census: CensusReport };

      expect(elsewhere.census.never).toHaveLength(2);
      expect(census).toMatchObject({ feeds: 2, never: [feedOf('nobody')] });
      expect(census.lag?.feed).toBe(feedOf('nobody'));
      expect((await metric(bench, 'WorstLagSeconds')).at(-1)).toBeGreaterThan(80_000);
      expect(await metric(bench, 'LeastRetentionHours')).not.toHaveLength(0);
    } finally {
      await giveBack();
    }
  });

  test('names a feed that has run and is no longer configured, in the log and where the state is asked for', async ({
    start,
  }) => {
    const bench = await start({ vendor: { count: 20 } });
    await bench.run();
    const look = async () =>
      (await bench.invoke({ act: 'look', connection: bench.connection(), streams: [STREAM], left: true })) as {
        left: readonly LeftFeed[];
      };

    await bench.invoke({ act: 'census', feeds: { [bench.id]: { [STREAM]: '5m' } } });
    const before = await look();
    const { census } = (await bench.invoke({ act: 'census', feeds: { [bench.id]: {} } })) as {
      census: { left: readonly LeftFeed[] };
    };
    const after = await look();

    expect(before.left).toEqual([]);
    expect(census.left).toEqual([expect.objectContaining({ feed: feedOf(bench.id) })]);
    expect(after.left).toEqual(census.left);
    expect(await metric(bench, 'FeedsLeft')).toEqual([1]);
    const retired = [feedOf(bench.id)];
    await bench.invoke({ act: 'census', feeds: { [bench.id]: {} }, retired });
    expect((await look()).left).toEqual([]);
  });

  test('of a wrong shape is refused with the path', async ({ start }) => {
    const bench = await start({ vendor: { count: 1 } });

    await expect(bench.invoke({ act: 'census', feeds: { acme: { [STREAM]: 5 } } })).rejects.toThrow(/\$\.feeds\.acme/);
    await expect(bench.invoke({ act: 'dance' })).rejects.toThrow(/\$\.act/);
  });
});
