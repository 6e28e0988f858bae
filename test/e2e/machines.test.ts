import { expect } from 'vitest';
import type { FeedReport } from '../../functions/core/report.ts';
import { draw } from '../infra/draw.ts';
import { runMachines } from '../infra/run-machines.ts';
import { expectExactlyOnce } from './bench.ts';
import { STREAM, test } from './thousandeyes.ts';

test('the deployed machines read the past beside the live feed, pausing as the vendor’s quota wants', async ({
  start,
}) => {
  // Half of twenty requests a minute are left to live reading: thirty pages take three pauses.
  const vendor = { count: 200, pageSize: 5, limit: 20 };
  const bench = await start({ vendor, speed: 20, startFrom: Date.now() - 6 * 60_000 });
  await untilCaughtUp(bench);
  const answers: FeedReport[] = [];

  const order = {
    act: 'backfill',
    connection: bench.connection(),
    streams: [STREAM],
    from: new Date(bench.from).toISOString(),
    to: new Date(bench.to).toISOString(),
  };
  const feed = { feed: `thousandeyes/${STREAM}/${bench.id}`, name: 'x', function: 'arn', order };
  const ran = await runMachines(draw().account, { feeds: [feed] }, async (_, input) => {
    const next = answers.at(-1)?.next;
    if (next) bench.travel(Math.max(0, Date.parse(next.at) - bench.now()));
    const answer = (await bench.invoke(input)) as { feeds: FeedReport[] };
    answers.push(...answer.feeds);
    return answer;
  });

  expect(ran.failed).toBe(false);
  expect(answers.filter(({ state }) => state === 'paused').length).toBeGreaterThanOrEqual(2);
  expect(ran.waited).toEqual(answers.slice(0, -1).map(({ next }) => next?.at));
  expect(answers.at(-1)?.job).toMatchObject({ state: 'done', percent: 100 });
  await expectExactlyOnce(bench);
});

/** Live reading, which waits for the same quota. */
async function untilCaughtUp(bench: { run(): Promise<FeedReport>; travel(ms: number): void; now(): number }) {
  for (let run = 0; run < 20; run++) {
    const { state, until } = await bench.run();
    if (state === 'caught-up') return;
    if (until !== undefined) bench.travel(Math.max(0, Date.parse(until) + 1_000 - bench.now()));
  }
  throw new Error('not caught up');
}
