import type { Counters } from '../endpoints/messages.ts';
import { caughtUp, deliveringAs, deliverLog, logOf, runOf, settledAfter } from '../lab/backlog.ts';
import type { Lab, Subject } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { Measured } from '../subjects/messages.ts';
import type { Bench, Figure } from './figure.ts';
import { median } from './rounds.ts';

/** What a run costs that finds nothing new: with one feed, and with many. */
export const emptyPolls: Figure = { name: 'empty', inSmall: true, measure };

const MINUTE = 60_000;
const EVERY = 5 * MINUTE;
/** After so long, no re-read sees the rows of the past. */
const LATER = 150 * MINUTE;
const WARM_AFTER = 5;
const POLLS = 15;
const FEEDS = 50;

interface Poll {
  readonly measured: Measured;
  readonly counters: Counters;
}

async function measure({ lab, sources, isSmall }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of sources) rows.push(...(await oneFeed(lab, source)));
  const watching = lab.sources.find(({ watch }) => watch);
  if (watching && !isSmall) rows.push(...(await manyFeeds(lab, watching)));
  return rows;
}

async function oneFeed(lab: Lab, source: BenchSource): Promise<Row[]> {
  const polls = await pollWarm(lab, source, runOf(lab, source));
  const row = rowsOf(polls, `${source.id}, one feed`);
  return [
    { ...row('table calls', ({ counters }) => counters.table.calls), target: { most: 3 }, counted: true },
    { ...row('secret calls', ({ counters }) => counters.secrets.calls), target: { most: 0 }, counted: true },
    { ...row('cpu', ({ measured }) => measured.processor, 'ms'), target: { most: 6 } },
    row('wall', ({ measured }) => measured.wall, 'ms'),
  ];
}

async function manyFeeds(lab: Lab, source: BenchSource): Promise<Row[]> {
  const { settings, streams } = source.watch?.(FEEDS) ?? { settings: {}, streams: [] };
  const input = { ...runOf(lab, source, { settings }), streams };
  const row = rowsOf(await pollWarm(lab, source, input), `${source.id}, ${streams.length} feeds`);
  return [
    {
      ...row('table and secret calls', ({ counters }) => counters.table.calls + counters.secrets.calls),
      target: { most: 2 * FEEDS + 3 },
      counted: true,
    },
    { ...row('cpu', ({ measured }) => measured.processor, 'ms'), target: { most: 120 } },
    row('wall', ({ measured }) => measured.wall, 'ms'),
  ];
}

async function pollWarm(lab: Lab, source: BenchSource, input: object): Promise<Poll[]> {
  const subject = await lab.startHandler(source, { environment: deliveringAs('ecs') });
  try {
    const shape = logOf(source.pageRows);
    await deliverLog(lab, source, { subject, shape, input });
    const from = settledAfter(shape) + LATER;
    return (await poll(lab, subject, { input, from, count: WARM_AFTER + POLLS })).slice(WARM_AFTER);
  } finally {
    await subject.stop();
  }
}

/** Calls a function every five minutes. */
export async function poll(
  lab: Lab,
  subject: Subject,
  { input, from, count }: { readonly input: object; readonly from: number; readonly count: number },
): Promise<Poll[]> {
  const polls: Poll[] = [];
  await lab.counters();
  for (let turn = 0; turn < count; turn++) {
    const measured = await lab.call(subject, { input, at: from + turn * EVERY });
    caughtUp(measured);
    polls.push({ measured, counters: await lab.counters() });
  }
  return polls;
}

/** Makes rows of medians. */
function rowsOf(polls: readonly Poll[], what: string) {
  return (name: string, pick: (poll: Poll) => number, unit = 'a poll'): Row => ({
    figure: 'empty',
    name: `${what}: ${name}`,
    value: median(polls.map(pick)),
    unit,
  });
}
