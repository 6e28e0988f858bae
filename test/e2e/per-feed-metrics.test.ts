import { describe, expect } from 'vitest';
import type { LogLine } from '../../local/lambda.ts';
import { type Bench, until } from './bench.ts';
import { feedOf, SOURCE, test } from './plain.ts';

const perFeed = { environment: { TIDEMARK_PER_FEED_METRICS: 'true' } };
const dimensionsOf = ({ _aws }: LogLine) =>
  (_aws as { CloudWatchMetrics: { Dimensions: string[][] }[] }).CloudWatchMetrics.map(({ Dimensions }) => Dimensions);

/** The lines with metrics that the function has written. Waits until there is one. */
async function metricLines(bench: Bench): Promise<LogLine[]> {
  const found = () => bench.lines.filter((line) => '_aws' in line);
  await until('metrics', () => found().length > 0);
  return found();
}

describe('metrics per feed', () => {
  test('are not there unless they are asked for', async ({ start }) => {
    const bench = await start({ vendor: { count: 20 } });
    await bench.run();

    for (const line of await metricLines(bench)) {
      expect(dimensionsOf(line)).toEqual([[['source']]]);
      expect(line).not.toHaveProperty('feed');
    }
  });

  test('are those of the feed’s run, and the source’s stay as they are', async ({ start }) => {
    const bench = await start({ vendor: { count: 20 }, ...perFeed });
    const report = await bench.run();

    await until('both lines', async () => (await metricLines(bench)).length === 2);
    const [source, feed] = await metricLines(bench);
    expect(dimensionsOf(source as LogLine)).toEqual([[['source']]]);
    expect(source).toMatchObject({ Delivered: 20 });
    expect(dimensionsOf(feed as LogLine)).toEqual([[['source', 'feed']]]);
    expect(feed).toMatchObject({
      source: SOURCE,
      feed: feedOf(bench.id),
      LagSeconds: report.lagSeconds,
      Delivered: 20,
      Failing: 0,
    });
  });

  test('tell that a feed fails, and how far it is behind by then', async ({ start }) => {
    const bench = await start({ vendor: { count: 20 }, ...perFeed });
    await bench.run();
    await bench.removeSecret();
    // The secret is remembered, but not by a run that a person has started.
    const { state } = await bench.run({ askAgain: true });
    expect(state).toBe('failed');

    await until('all lines', async () => (await metricLines(bench)).length === 4);
    expect((await metricLines(bench)).at(-1)).toMatchObject({
      Failing: 1,
      Delivered: 0,
      LagSeconds: expect.any(Number),
    });
  });
});
