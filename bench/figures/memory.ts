import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { Bench, Figure } from './figure.ts';

/**
 * Size of the process after a backlog, and after one that is ten times as long: with the heap's limits of the deployment, and with
 * those that Lambda gives a function without any. Without limits Node goes by the memory of this machine, which says nothing.
 */
export const memory: Figure = { name: 'memory', inSmall: true, measure };

const TIMES = 10;
const MEMORY_MB = 256;
const MOST = { deployed: 180, byLambda: 220, growth: 1.1 };
/** What Lambda gives to Node with this memory, unless one of the two is set. */
const BY_LAMBDA = ['--max-semi-space-size=12', '--max-old-space-size=231'];
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
  const limits = { deployed: await heapLimits(lab), byLambda: BY_LAMBDA };
  // Sizes do not depend on how busy the machine is: both ways at once.
  const rows = await Promise.all(
    (['deployed', 'byLambda'] as const).map(async (name) => {
      const limit = limits[name];
      if (!limit) return [];
      const own = await Lab.open(lab.shop);
      const { short, long, growth } = await peaksOf(own, source, { events, times: TIMES, limit }).finally(() =>
        own.close(),
      );
      return [short, { ...long, target: { most: MOST[name] } }, { ...growth, target: { most: MOST.growth } }];
    }),
  );
  return rows.flat();
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
    name: `${source.id}, ${count} events, ${limit.join(' ')}`,
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

/** The heap's limits of the deployment. Undefined if the measured checkout sets none. */
async function heapLimits({ shop }: Lab): Promise<string[] | undefined> {
  const file = join(shop.root, 'lib/functions/heap-limits.ts');
  if (!existsSync(file)) return undefined;
  const module = (await import(pathToFileURL(file).href)) as { heapLimits: (memoryMb: number) => string };
  return module.heapLimits(MEMORY_MB).split(' ');
}
