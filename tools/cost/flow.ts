import { DAY, type Duration, HOUR } from '../../functions/core/time.ts';
import { ASSUMED } from './assumed.ts';
import { type Costs, NOTHING, sum, times } from './costs.ts';
import type { Runs } from './drawn.ts';
import type { Measured } from './measured.ts';
import { type Packing, spread } from './packed.ts';

/** What each stream brings. */
export interface Share {
  readonly eventsPerDay: number;
  readonly bytes: number;
  readonly packing: Packing;
}

/** What the runs of a schedule do in a day. */
export interface Flow {
  readonly source: string;
  /** With nothing happening, and what events add to it. */
  readonly idle: Costs;
  readonly added: Costs;
  /** Runs that deliver something. */
  readonly busy: number;
  readonly events: number;
  readonly flushes: number;
  /** Events that are read: again and again as long as they lie within the overlap. */
  readonly looked: number;
  readonly billedBytes: number;
}

/** The runs of a schedule: its streams have equal shares. */
export function flowOf(runs: Runs, share: Share, measured: Measured): Flow {
  const feeds = runs.overlaps.map((overlap) => feedOf(overlap, runs.aDay, share, measured));
  const all = (name: 'flushes' | 'looked' | 'billedBytes') => feeds.reduce((total, feed) => total + feed[name], 0);
  return {
    source: runs.source,
    idle: times(runOf(runs, measured), runs.aDay),
    added: sum(feeds.map(({ added }) => added)),
    busy: Math.max(0, ...feeds.map(({ busy }) => busy)),
    events: share.eventsPerDay * runs.overlaps.length,
    flushes: all('flushes'),
    looked: all('looked'),
    billedBytes: all('billedBytes'),
  };
}

/** A day's keys are read for their row in the ledger, once more before they expire, and for their verification. */
const DAY_IS_READ = 3;

/** What events add to the runs of one stream. */
function feedOf(overlap: Duration, aDay: number, share: Share, { seen }: Measured) {
  const { eventsPerDay: events } = share;
  const { busy, flushes, records, billedBytes } = spreadOnce(aDay, share);
  if (busy === 0) return { added: NOTHING, busy, flushes, looked: 0, billedBytes };
  const dayBytes = events * seen.keyBytes + flushes * seen.itemBytes;
  // Keys are loaded by whole hours: half an hour more than the overlap, on the average.
  const loadedBytes = (dayBytes * (overlap + HOUR / 2)) / DAY;
  const rowsARun = (events * overlap) / DAY + events / aDay;
  const added: Costs = {
    ...NOTHING,
    // The first unit is the idle run's.
    reads: aDay * (units(loadedBytes, 4_096) - 1) + DAY_IS_READ * units(dayBytes, 4_096),
    writes: flushes * units(dayBytes / flushes, 1_024),
    tableCalls: flushes,
    // The first page is the idle run's; a day's verification asks for all of them once more.
    vendorCalls: aDay * Math.floor(rowsARun / ASSUMED.pageRows.value) + Math.floor(events / ASSUMED.pageRows.value),
    records,
  };
  return { added, busy, flushes, looked: aDay * rowsARun + events, billedBytes };
}

const before = new Map<string, ReturnType<typeof spread>>();

/** Thousands of streams have the same share, and to pack it takes time. */
function spreadOnce(aDay: number, { eventsPerDay, bytes, packing }: Share): ReturnType<typeof spread> {
  const key = `${aDay} ${eventsPerDay} ${bytes} ${packing}`;
  const found = before.get(key) ?? spread(eventsPerDay, aDay, bytes, packing);
  before.set(key, found);
  return found;
}

/** An idle run of some streams. */
export function runOf({ source, streams }: Pick<Runs, 'source' | 'streams'>, measured: Measured): Costs {
  const own = streams.map((name) => streamOf(source, name, measured).run);
  return sum([...own, times(measured.shared[source]?.run ?? NOTHING, 1 - streams.length)]);
}

/** A day's verifications of some streams. */
export function verifyOf({ source, streams }: Pick<Runs, 'source' | 'streams'>, measured: Measured): Costs {
  const own = streams.map((name) => streamOf(source, name, measured).verifyDay ?? NOTHING);
  return sum([...own, times(measured.shared[source]?.verifyDay ?? NOTHING, 1 - streams.length)]);
}

/** A stream that a connection adds by itself (a watched object) is counted like the source's first. */
function streamOf(source: string, name: string, { streams }: Measured) {
  const found =
    streams[`${source}/${name}`] ?? Object.entries(streams).find(([key]) => key.startsWith(`${source}/`))?.[1];
  if (!found) throw new Error(`Nothing was measured of ${source}: npm run bench:requests -- --write`);
  return found;
}

function units(bytes: number, each: number): number {
  return Math.max(1, Math.ceil(bytes / each));
}
