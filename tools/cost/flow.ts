import { TidemarkError } from '../../functions/core/errors.ts';
import { DAY, type Duration, MILLISECOND } from '../../functions/core/time.ts';
import { SECRET_AGE_MS } from '../../functions/shell/auth/secret-memory.ts';
import { ASSUMED } from './assumed.ts';
import { type Costs, NOTHING, sum, times } from './costs.ts';
import type { Runs } from './drawn.ts';
import { howToMeasure, type Measured } from './measured.ts';
import { spread } from './packed.ts';

/** The events of each stream. */
export interface Share {
  readonly eventsPerDay: number;
  readonly bytes: number;
  /** How many times each day is verified. */
  readonly verified: number;
}

/** What the runs of a schedule use in a day. */
export interface Flow {
  readonly source: string;
  /** Without events. */
  readonly idle: Costs;
  /** Added by events. */
  readonly added: Costs;
  /** Number of runs that deliver something. */
  readonly busy: number;
  readonly events: number;
  readonly flushes: number;
  /** Number of events that are read. An event is read by each run as long as it lies within the overlap, and by each verification. */
  readonly read: number;
  readonly billedBytes: number;
  /** What is billed for a destination that takes one event a record. */
  readonly billedAlone: number;
}

/** Returns what the runs of a schedule use. Its streams have equal shares of the events. */
export function flowOf(runs: Runs, share: Share, measured: Measured): Flow {
  const feeds = runs.overlaps.map((overlap) => feedOf(overlap, runs.aDay, share, measured));
  const all = (name: 'flushes' | 'read' | 'billedBytes' | 'billedAlone') =>
    feeds.reduce((total, feed) => total + feed[name], 0);
  return {
    source: runs.source,
    idle: times(runOf(runs, measured), runs.aDay),
    added: sum(feeds.map(({ added }) => added)),
    busy: Math.max(0, ...feeds.map(({ busy }) => busy)),
    events: share.eventsPerDay * runs.overlaps.length,
    flushes: all('flushes'),
    read: all('read'),
    billedBytes: all('billedBytes'),
    billedAlone: all('billedAlone'),
  };
}

/** The keys of a day are read for their ledger row, and once more before they expire. Each verification of the day reads them, too. */
const READS_FOR_LEDGER = 2;
const HOURS = 24;

/** Returns what events add to the runs of one stream. */
function feedOf(overlap: Duration, aDay: number, share: Share, { seen }: Measured) {
  const { eventsPerDay: events, verified } = share;
  const { busy, flushes, records, billedBytes, billedAlone } = spreadOnce(aDay, share);
  if (busy === 0) return { added: NOTHING, busy, flushes, read: 0, billedBytes, billedAlone };
  const dayBytes = events * seen.keyBytes + flushes * seen.itemBytes;
  const rowsARun = (events * overlap) / DAY + events / aDay;
  // A warm function loads the keys of an hour once, with its first row, when there are few of them. These are the shares of runs and of
  // hours with rows if events come at random.
  const loads = Math.min(aDay * (1 - Math.exp(-rowsARun)), HOURS * (1 - Math.exp(-events / HOURS)));
  const added: Costs = {
    ...NOTHING,
    reads: loads + (READS_FOR_LEDGER + verified) * units(dayBytes, 4_096),
    writes: flushes * units(dayBytes / flushes, 1_024),
    tableCalls: flushes + loads,
    // The idle run already has the first page. Each verification of the day reads all pages once more.
    vendorCalls:
      aDay * Math.floor(rowsARun / ASSUMED.pageRows.value) + verified * Math.floor(events / ASSUMED.pageRows.value),
    records,
  };
  return { added, busy, flushes, read: aDay * rowsARun + verified * events, billedBytes, billedAlone };
}

const spreadByShare = new Map<string, ReturnType<typeof spread>>();

/** Packing takes time, and thousands of streams have the same share. */
function spreadOnce(aDay: number, { eventsPerDay, bytes }: Share): ReturnType<typeof spread> {
  const key = `${aDay} ${eventsPerDay} ${bytes}`;
  const found = spreadByShare.get(key) ?? spread(eventsPerDay, aDay, bytes);
  spreadByShare.set(key, found);
  return found;
}

/** What one idle run of some streams uses. */
export function runOf({ source, streams, aDay }: Pick<Runs, 'source' | 'streams' | 'aDay'>, measured: Measured): Costs {
  const single = streams.map((name) => streamOf(source, name, measured).run);
  const costs = sum([...single, times(measured.shared[source]?.run ?? NOTHING, 1 - streams.length)]);
  // The run reads the secret once for all of its streams, unless a warm function remembers it from an earlier run.
  return { ...costs, secretCalls: Math.min(1, DAY / MILLISECOND / aDay / SECRET_AGE_MS) };
}

/** What all verifications of some streams use in a day. */
export function verifyOf({ source, streams }: Pick<Runs, 'source' | 'streams'>, measured: Measured): Costs {
  const single = streams.map((name) => streamOf(source, name, measured).verifyDay ?? NOTHING);
  const costs = sum([...single, times(measured.shared[source]?.verifyDay ?? NOTHING, 1 - streams.length)]);
  return { ...costs, secretCalls: Math.max(...single.map(({ secretCalls }) => secretCalls)) };
}

/** A stream that only this connection has (a watched object) is counted like the first stream of the source. */
function streamOf(source: string, name: string, { streams }: Measured) {
  const found =
    streams[`${source}/${name}`] ?? Object.entries(streams).find(([key]) => key.startsWith(`${source}/`))?.[1];
  if (!found) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `What ${source} costs is not known, because nobody has measured it.`,
      remedy: `Measure it: ${howToMeasure(source)}`,
    });
  }
  return found;
}

function units(bytes: number, each: number): number {
  return Math.max(1, Math.ceil(bytes / each));
}
