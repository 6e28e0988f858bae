import { isFuture, latestNow } from '../clocks/believed-clocks.ts';
import type { Effects } from '../effects.ts';
import type { Source } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import { DAY, type Duration, HOUR, type Instant, parseDuration, SECOND } from '../time.ts';

/** The configured feeds, by connection and stream: the interval of each, and its settle time if that is configured. */
export type ConfiguredFeeds = Readonly<Record<string, Readonly<Record<string, string | OwnTiming>>>>;

interface OwnTiming {
  readonly every: string;
  readonly settle: string;
}

/** The status of all configured feeds of a source: the worst values, each with its feed. */
export interface CensusReport {
  readonly feeds: number;
  /** Feeds that have never caught up. */
  readonly never: readonly string[];
  /** Feeds whose watermark, floor or last success is in the future. They are in no other figure by that time. */
  readonly future: readonly string[];
  readonly oldestSuccess?: Worst;
  readonly overdue?: Worst;
  /** The lag minus the interval and the settle time. */
  readonly lag?: Worst;
  readonly retentionLeft?: Worst;
  /** Feeds that owe a destination events. */
  readonly owing: readonly string[];
  /** Feeds that had events once, and have delivered nothing on the days that are not in the ledger yet. */
  readonly quiet: readonly QuietFeed[];
}

/** A feed without events, and up to when it was read. */
export interface QuietFeed {
  readonly feed: string;
  readonly readUntil: Instant;
}

interface Worst {
  readonly feed: string;
  readonly seconds: number;
}

/** Number of checkpoints that are read at a time. */
const AT_ONCE = 25;

/**
 * Compares the configured feeds with their checkpoints, one by one and without a scan. So a feed that does not run is noticed,
 * although it emits no metrics. A feed that has never run counts as one that started a day ago.
 */
export async function takeCensus(effects: Effects, source: Source, configured: ConfiguredFeeds): Promise<CensusReport> {
  const all = Object.entries(configured).flatMap(([connection, streams]) =>
    Object.entries(streams).map(([stream, timing]) => ({
      name: `${source.id}/${stream}/${connection}`,
      stream,
      ...(typeof timing === 'string' ? { every: timing, settle: undefined } : timing),
    })),
  );
  const endBy = effects.now() + effects.remainingTime() - SECOND;
  const worst = { oldestSuccess: largest(), overdue: largest(), lag: largest(), retentionLeft: smallest() };
  const never: string[] = [];
  const owing: string[] = [];
  const future: string[] = [];
  const quiet: QuietFeed[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const part = all.slice(from, from + AT_ONCE);
    const items = await Promise.all(part.map(({ name }) => load(effects, name, endBy)));
    // By the table's clock, too, which has just answered.
    const now = latestNow(effects);
    const past = (time: Instant | undefined) => (time !== undefined && isFuture(time, effects) ? undefined : time);
    for (const [at, { name, stream, every, settle }] of part.entries()) {
      const item = items[at];
      const due = parseDuration(every) ?? HOUR;
      if (item?.lastSuccess === undefined) never.push(name);
      if (item && isOwing(item)) owing.push(name);
      const readUntil = past(item?.watermark);
      if (item && readUntil !== undefined && isQuiet(item)) quiet.push({ feed: name, readUntil });
      if (item && [item.watermark, item.floor, item.lastSuccess].some((time) => time !== past(time))) future.push(name);
      const success = past(item?.lastSuccess) ?? past(item?.floor) ?? now - DAY;
      take(worst.oldestSuccess, name, now - success);
      take(worst.overdue, name, Math.max(0, now - success - due));
      const retention = retentionOf(source, stream);
      if (retention === undefined) continue;
      const watermark = item ? past(item.watermark) : now - DAY;
      if (watermark === undefined) continue;
      const lag = now - watermark;
      take(worst.lag, name, Math.max(0, lag - due - (parseDuration(settle ?? '') ?? settleOf(source, stream))));
      take(worst.retentionLeft, name, retention - lag);
    }
  }
  const report: CensusReport = { feeds: all.length, never, future, ...inSeconds(worst), owing, quiet };
  emit(effects, report);
  return report;
}

/** Loads a checkpoint. It is tried again while the table is throttled: a census that fails would alarm for every feed. */
async function load(effects: Effects, name: string, endBy: Instant): Promise<Checkpoint | undefined> {
  return await retry(effects, RETRIES.table, endBy, () => effects.load(name));
}

/** Whether a feed owes events to a destination that is configured. */
function isOwing(item: Checkpoint): boolean {
  if (item.kind !== 'feed') return false;
  return item.owed?.some(({ destination }) => item.destinations[destination] !== undefined) ?? false;
}

/** Whether it has had events, and has none on the days that are not in the ledger. The lateness of all events is noted. */
function isQuiet(item: Checkpoint): boolean {
  if (item.kind !== 'feed' || item.lateness === undefined) return false;
  return (item.days ?? []).every(({ delivered }) => delivered === 0);
}

/** A stream's default settle time: its watermark stays behind the present by this on purpose. */
function settleOf({ streams }: Source, name: string): Duration {
  const stream = streams.find((one) => one.name === name);
  return stream && 'settle' in stream ? stream.settle : 0;
}

/** How long the vendor keeps a stream's records. Undefined for a snapshot, which can be read at any time. */
function retentionOf({ streams }: Source, name: string): Duration | undefined {
  const stream = streams.find((one) => one.name === name) ?? streams.find(({ viewOf }) => viewOf === undefined);
  return stream && 'kind' in stream ? undefined : stream?.retention;
}

/** The worst value so far. */
interface Finding {
  /** 1 if the largest value is the worst, -1 if the smallest is. */
  readonly sign: 1 | -1;
  feed: string;
  time: Duration | undefined;
}

function largest(): Finding {
  return { sign: 1, feed: '', time: undefined };
}

function smallest(): Finding {
  return { sign: -1, feed: '', time: undefined };
}

function take(finding: Finding, feed: string, time: Duration): void {
  if (finding.time !== undefined && time * finding.sign <= finding.time * finding.sign) return;
  finding.time = time;
  finding.feed = feed;
}

function inSeconds(worst: Readonly<Record<string, Finding>>): Record<string, Worst> {
  return Object.fromEntries(
    Object.entries(worst).flatMap(([what, { feed, time }]) =>
      time === undefined ? [] : [[what, { feed, seconds: Math.round(time / SECOND) }] as const],
    ),
  );
}

function emit(effects: Effects, report: CensusReport): void {
  const { quiet: _, ...told } = report;
  const { future, oldestSuccess, overdue, lag, retentionLeft, owing } = told;
  if (owing.length > 0) effects.count('Owed', owing.length);
  if (future.length > 0) effects.count('FutureWatermark', future.length);
  if (oldestSuccess) effects.count('OldestSuccessSeconds', oldestSuccess.seconds);
  if (overdue) effects.count('OverdueSeconds', overdue.seconds);
  if (lag) effects.count('WorstLagSeconds', lag.seconds);
  if (retentionLeft) effects.count('LeastRetentionHours', Math.floor((retentionLeft.seconds * SECOND) / HOUR));
  effects.log('info', `Census of ${report.feeds} feeds.`, told);
}
