import { deliveringAs, deliverLog, logOf, runOf, settledAfter } from '../lab/backlog.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import { poll } from './empty-polls.ts';
import type { Bench, Figure } from './figure.ts';
import { median } from './rounds.ts';

/** What it costs to have delivered much in the overlap: 400,000 events in a day, against none. */
export const seenKeys: Figure = { name: 'seen', measure };

/** Of 100,000 events of a backlog. */
const TIMES = 4;
const AGAIN = 240;
const HOUR = 3_600_000;
const POLLS = 10;
const WARM_AFTER = 5;
const DAY_OF_OVERLAP = { overlap: '1d' };

interface Cost {
  readonly processor: number;
  readonly peak: number;
  readonly tableCalls: number;
}

async function measure({ lab, sources, events, say }: Bench): Promise<Row[]> {
  const [source] = sources.filter(({ pageRows, share }) => pageRows >= 1_000 && share === 1).toSorted(byFormats);
  if (!source) return [];
  const keys = events * TIMES;
  const none = await pollWith(lab, source, { keys: 0, again: 0 });
  const rows = await pollWith(lab, source, { keys: AGAIN, again: AGAIN });
  const rest = await pollWith(lab, source, { keys, again: 0 });
  const again = await pollWith(lab, source, { keys, again: AGAIN, isFilled: true });
  say(`${source.id}: ${JSON.stringify({ none, rows, rest, again })}`);
  const name = `${source.id}, ${keys} keys`;
  const to = (one: Cost, other: Cost, what: string) => ({ name: what, ratio: one.processor / other.processor });
  return [
    { figure: 'seen', name: `${source.id}, no keys: cpu`, value: none.processor, unit: 'ms' },
    {
      figure: 'seen',
      name: `${name}, no rows: cpu`,
      value: rest.processor,
      unit: 'ms',
      to: to(rest, none, 'no keys'),
      target: { most: 1.3 },
    },
    {
      figure: 'seen',
      name: `${name}, ${AGAIN} rows: cpu`,
      value: again.processor,
      unit: 'ms',
      to: to(again, none, 'no keys'),
      target: { most: 2.5 },
    },
    // The rows cost something by themselves, also if no more than they is remembered.
    {
      figure: 'seen',
      name: `${name}, ${AGAIN} rows: cpu`,
      value: again.processor,
      unit: 'ms',
      to: to(again, rows, `${AGAIN} keys and rows`),
    },
    ...[none, rows, rest, again].map((cost, at) => ({
      figure: 'seen',
      name: `${source.id}, ${['no keys', `${AGAIN} keys and rows`, 'no rows', `${AGAIN} rows`][at]}: peak`,
      value: cost.peak,
      unit: 'MB',
    })),
    { figure: 'seen', name: `${name}, ${AGAIN} rows: table calls`, value: again.tableCalls, unit: 'a poll' },
  ];
}

function byFormats(one: BenchSource, other: BenchSource): number {
  return Object.keys(other.formats).length - Object.keys(one.formats).length;
}

/** Polls in a process of its own, which has not delivered what is remembered. */
async function pollWith(
  lab: Lab,
  source: BenchSource,
  { keys, again, isFilled = false }: { readonly keys: number; readonly again: number; readonly isFilled?: boolean },
): Promise<Cost> {
  const input = runOf(lab, source, { timing: DAY_OF_OVERLAP });
  const shape = logOf(keys, 23 * HOUR);
  const start = () => lab.startHandler(source, { environment: deliveringAs('raw') });
  if (!isFilled) {
    const first = await start();
    await deliverLog(lab, source, { subject: first, shape, input }).finally(() => first.stop());
  }
  const shown = again > 0 ? { ...shape, every: Math.floor(keys / again) } : { ...shape, rows: 0 };
  await lab.order({ ask: 'log', source: source.id, shape: shown });
  const subject = await start();
  try {
    const from = settledAfter(shape) + 10 * 60_000 * (isFilled ? POLLS : 1);
    const polls = (await poll(lab, subject, { input, from, count: POLLS })).slice(WARM_AFTER);
    const fewest = Math.min(...polls.map(({ counters }) => counters.vendor.rows));
    if (fewest < again * 0.9) throw new Error(`A poll saw only ${fewest} rows again, not ${again}.`);
    return {
      processor: median(polls.map(({ measured }) => measured.processor)),
      peak: Math.max(...polls.map(({ measured }) => measured.peak)),
      tableCalls: median(polls.map(({ counters }) => counters.table.calls)),
    };
  } finally {
    await subject.stop();
  }
}
