import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import { type Environment, Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { Bench, Figure } from './figure.ts';

/**
 * Size of the process after a backlog, and after one that is ten times as long, with the limits of the deployment; and after the
 * long one where nobody has limited the heap, in which case Node goes by the memory of this machine.
 */
export const memory: Figure = { name: 'memory', inSmall: true, measure };

const TIMES = 10;
const MEMORY_MB = 256;
const MOST = { deployed: 180, unlimited: 220, growth: 1.1 };
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
  // Sizes do not depend on how busy the machine is: both ways at once.
  const long = { figure: 'memory', name: `${source.id}, ${events * TIMES} events, no limit`, unit: 'MB' } as const;
  const [deployed, unlimited] = await Promise.all([
    withOwnLab(lab, async (own) => peaksOf(own, source, { events, times: TIMES, ...(await limitsOf(own)) })),
    withOwnLab(lab, (own) => peak(own, source, events * TIMES, { limit: [] })),
  ]);
  return [
    deployed.short,
    { ...deployed.long, target: { most: MOST.deployed } },
    { ...deployed.growth, target: { most: MOST.growth } },
    { ...long, value: unlimited, target: { most: MOST.unlimited } },
  ];
}

async function withOwnLab<T>({ shop }: Lab, measure: (lab: Lab) => Promise<T>): Promise<T> {
  const own = await Lab.open(shop);
  return await measure(own).finally(() => own.close());
}

function formatsOf({ formats }: BenchSource): number {
  return Object.keys(formats).length;
}

/** What limits the memory of a function. */
interface Limits {
  /** Options of Node. */
  readonly limit: readonly string[];
  /** Variables of the environment. */
  readonly native?: Environment;
}

interface Backlogs extends Limits {
  /** Events of the shorter backlog. */
  readonly events: number;
  /** How many times longer the other one is. */
  readonly times: number;
}

async function peaksOf(lab: Lab, source: BenchSource, { events, times, ...limits }: Backlogs) {
  const [short, long] = [await peak(lab, source, events, limits), await peak(lab, source, events * times, limits)];
  const row = (count: number, value: number): Row => ({
    figure: 'memory',
    name: `${source.id}, ${count} events, ${limits.limit.join(' ')}`,
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

async function peak(lab: Lab, source: BenchSource, events: number, { limit, native }: Limits): Promise<number> {
  const environment = { ...deliveringAs('raw'), ...native };
  const subject = await lab.startHandler(source, { environment, execArgv: limit });
  const how = { subject, shape: logOf(events), input: runOf(lab, source) };
  return (await deliverLog(lab, source, how).finally(() => subject.stop())).measured.peak;
}

/** The limits of the deployment, as far as the measured checkout sets any. */
async function limitsOf({ shop }: Lab): Promise<Limits> {
  const file = join(shop.root, 'lib/functions/heap-limits.ts');
  if (!existsSync(file)) return { limit: [] };
  const module = (await import(pathToFileURL(file).href)) as {
    readonly heapLimits: (memoryMb: number) => string;
    readonly NATIVE_MEMORY?: Environment;
  };
  return { limit: module.heapLimits(MEMORY_MB).split(' '), native: module.NATIVE_MEMORY ?? {} };
}
