import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { Bench, Figure } from './figure.ts';

/** Size of the process after a backlog, and after one that is ten times as long: with the heap's limit of the deployment, and without. */
export const memory: Figure = { name: 'memory', inSmall: true, measure };

const TIMES = 10;
const MOST = { withLimit: 180, without: 220, growth: 1.1 };
/**
 * The smoke form gives Node a small heap, which it fills to the same size whatever the machine: then the process grows only if
 * something in it does.
 */
const SMALL = { limit: ['--max-old-space-size=64', '--max-semi-space-size=4'], times: 3, growth: 1.2 };

async function measure({ lab, sources, events, isSmall }: Bench): Promise<Row[]> {
  const [source] = sources.toSorted((one, other) => formatsOf(other) - formatsOf(one));
  if (!source) return [];
  if (isSmall) {
    const { limit, times, growth } = SMALL;
    const peaks = await peaksOf(lab, source, { events, times, limit });
    return [{ ...peaks.growth, target: { most: growth }, counted: true }];
  }
  const limit = heapLimit(lab);
  // Sizes do not depend on how busy the machine is: both ways at once.
  const rows = await Promise.all(
    (limit.length > 0 ? [limit, []] : [[]]).map(async (one) => {
      const own = await Lab.open(lab.shop);
      return await judgedPeaks(own, source, { events, times: TIMES, limit: one }).finally(() => own.close());
    }),
  );
  return rows.flat();
}

async function judgedPeaks(lab: Lab, source: BenchSource, backlogs: Backlogs): Promise<Row[]> {
  const { short, long, growth } = await peaksOf(lab, source, backlogs);
  const most = backlogs.limit.length > 0 ? MOST.withLimit : MOST.without;
  return [short, { ...long, target: { most } }, { ...growth, target: { most: MOST.growth } }];
}

function formatsOf({ formats }: BenchSource): number {
  return Object.keys(formats).length;
}

interface Backlogs {
  /** Events of the shorter backlog. */
  readonly events: number;
  /** How many times longer the other one is. */
  readonly times: number;
  readonly limit: readonly string[];
}

async function peaksOf(lab: Lab, source: BenchSource, { events, times, limit }: Backlogs) {
  const [short, long] = [await peak(lab, source, events, limit), await peak(lab, source, events * times, limit)];
  const row = (count: number, value: number): Row => ({
    figure: 'memory',
    name: `${source.id}, ${count} events, ${limit.join(' ') || 'no heap flag'}`,
    value,
    unit: 'MB',
  });
  const last = row(events * times, long);
  return {
    short: row(events, short),
    long: last,
    growth: { ...last, name: `${last.name}: growth`, to: { name: `${events} events`, ratio: long / short } },
  };
}

async function peak(lab: Lab, source: BenchSource, events: number, execArgv: readonly string[]): Promise<number> {
  const subject = await lab.startHandler(source, { environment: deliveringAs('raw'), execArgv });
  const how = { subject, shape: logOf(events), input: runOf(lab, source) };
  return (await deliverLog(lab, source, how).finally(() => subject.stop())).measured.peak;
}

/** The limits of the heap that the deployment gives to Node. */
function heapLimit({ shop }: Lab): string[] {
  const folder = join(shop.root, 'lib/functions');
  const texts = globSync('*.ts', { cwd: folder }).map((name) => readFileSync(join(folder, name), 'utf8'));
  return [...new Set(texts.flatMap((text) => text.match(/--max-[a-z-]+-size=\d+/g) ?? []))];
}
