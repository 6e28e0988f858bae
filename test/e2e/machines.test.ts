import { expect } from 'vitest';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { backfillMachine, feedMachine } from '../../lib/functions/backfill-machines.ts';
import { type Machines, runMachines } from '../infra/support/run-machines.ts';
import { expectExactlyOnce } from './bench.ts';
import { feedOf, STREAM, test } from './plain.ts';

const MACHINES = {
  feeds: backfillMachine('aws', 'arn:aws:states:eu-west-1:111122223333:stateMachine:tidemark-backfill-feed', 5),
  feed: feedMachine('aws', 900),
} as unknown as Machines;

test('the deployed machines read the past beside the live feed, pausing as the vendor’s quota wants', async ({
  start,
}) => {
  const vendor = { count: 200, pageSize: 5 };
  const bench = await start({ vendor, startFrom: Date.now() - 6 * 60_000 });
  await bench.catchUp();
  // Half of twenty requests a minute are left to live reading: thirty pages take three pauses.
  await bench.restartVendor({ limit: 20 });
  const answers: FeedReport[] = [];

  const order = {
    act: 'backfill',
    connection: bench.connection(),
    streams: [STREAM],
    from: new Date(bench.from).toISOString(),
    to: new Date(bench.to).toISOString(),
  };
  const feed = { feed: feedOf(bench.id), name: 'x', function: 'arn', order };
  const ran = await runMachines(MACHINES, { feeds: [feed] }, async (_, input) => {
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
