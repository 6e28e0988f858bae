import { latestNow } from '../clocks/believed-clocks.ts';
import type { Effects } from '../effects.ts';
import { type ToldName, toldName } from '../events/unknown/told-name.ts';
import { type AnyFeed, isSnapshot, isSnapshotFeed } from '../model.ts';
import { isJob, type JobProgress, progressOf } from '../run/job-progress.ts';
import { type Standing, standingOf } from '../run/standing.ts';
import { countHours } from '../state/ledger.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import type { ConditionName, HeldConditions } from '../stored/condition.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import type { AccessLossReason } from '../stored/day-record.ts';
import { LATENESS_STEPS, overlapFor } from '../stored/lateness.ts';
import { dayOf, type LedgerRow } from '../stored/ledger-row.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import {
  DAY,
  type Duration,
  floorTo,
  formatDuration,
  formatInstant,
  formatTime,
  type Instant,
  type Range,
  SECOND,
} from '../time.ts';
import { type FeedEvidence, readEvidence } from './feed-evidence.ts';
import { findNewestDelivered, newestReport } from './newest-delivered.ts';

/** The status of a feed, as far as it is known without asking the vendor. */
export interface FeedStatusReport {
  readonly feed: string;
  readonly kind: 'events' | 'snapshot';
  /** Undefined if the feed has never run. */
  readonly watermark?: string;
  /** How the last runs ended, and since when they end like that, if they have ever ended otherwise. Undefined if the feed has never run. */
  readonly state?: { readonly name: Standing; readonly since?: string };
  /** Negative if the watermark is in the future. */
  readonly lagSeconds?: number;
  readonly floor?: string;
  readonly lastSuccess?: string;
  readonly failures?: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: string };
  /** The conditions that mean that events are missing, each with a heading in the runbook, and since when they hold. */
  readonly conditions?: readonly ConditionReport[];
  readonly hold?: { readonly until: string; readonly reason: string; readonly message: string };
  readonly lease?: { readonly owner: string; readonly until: string };
  /** Since when the credentials do not give what the feed needs. */
  readonly accessLost?: { readonly reason: AccessLossReason; readonly since: string; readonly message: string };
  /** The credentials of the whole connection were refused, so none of its feeds is read. */
  readonly connectionHold?: { readonly until: string; readonly message: string };
  /** The time of the newest delivered event, and how long ago that is. */
  readonly newest?: { readonly at: string; readonly ageSeconds: number };
  /** What was left of the vendor's quota at the end of the last run, if that was half of it or less. */
  readonly quota?: { readonly limit: number; readonly remaining: number };
  /** By destination: its newest event, when the delivery of that began, and when it last refused events for so long that a run failed. */
  readonly deliveries?: Readonly<
    Record<string, { readonly newest?: string; readonly at?: string; readonly refusedAt?: string }>
  >;
  readonly lateness?: LatenessReport;
  /** Names in the vendor's records that the mapping does not know, each with the line of the mapping that would take it. */
  readonly unknown?: readonly (ToldName & { readonly since: string })[];
  /** Ranges that are read again for single destinations. */
  readonly owed?: readonly OwedReport[];
  /** Destinations that are no longer configured, and since when each lacks events. */
  readonly away?: readonly { readonly destination: string; readonly since: string }[];
  readonly jobs: readonly JobProgress[];
  readonly quarantine: readonly QuarantineReport[];
  readonly ledger: readonly LedgerRow[];
  readonly evidence?: FeedEvidence;
}

export interface ConditionReport {
  readonly name: ConditionName;
  readonly since: string;
  readonly message: string;
}

/** The lateness of events as a histogram, and the overlap that would have caught them. */
export interface LatenessReport {
  readonly since: string;
  readonly onTime: number;
  readonly late: number;
  /** The steps with events: their upper bound and number. */
  readonly steps: readonly { readonly upTo: string; readonly events: number }[];
  readonly worstSeconds: number;
  readonly settle: string;
  readonly overlap: string;
  /** The overlaps that would have caught these shares of all events. */
  readonly wouldCatch: { readonly '100%': string; readonly '99.9%': string };
}

export interface OwedReport {
  readonly destination: string;
  /** What is left of the range. */
  readonly from: string;
  readonly to: string;
  readonly since: string;
  /** Whether its destination is away, so that it waits. */
  readonly waits: boolean;
}

export interface QuarantineReport extends Pick<QuarantineEntry, 'id' | 'reason' | 'destinations'> {
  readonly at: string;
  readonly bytes: number;
}

/** What is wanted besides the status. */
interface Wanted {
  /** The days whose ledger rows are wanted. A day without a row is counted from the seen keys. */
  readonly days?: Range | undefined;
  /** Set if the evidence of the days is wanted instead: how long the keys of delivered events are kept. */
  readonly evidence?: { readonly seenFor: Duration } | undefined;
  /** The state of the connection, where it is known. */
  readonly connection?: ConnectionState | undefined;
}

export async function reportFeedStatus(
  effects: Effects,
  feed: AnyFeed,
  { days, evidence: asked, connection }: Wanted = {},
): Promise<FeedStatusReport> {
  const { name } = feed;
  const kind = isSnapshotFeed(feed) ? 'snapshot' : 'events';
  const item = await effects.load(name);
  const now = effects.now();
  const jobs = [...(await effects.loadJobs(name, 'backfill')), ...(await effects.loadJobs(name, 'verify'))];
  const progress = jobs.filter(isJob).map((job) => progressOf(job, now));
  const quarantine = await listQuarantine(effects, name);
  const ledger = days && !asked && !isSnapshotFeed(feed) ? await ledgerOf(effects, name, days) : [];
  const evidence = days && asked && (await readEvidence(effects, feed, { item, days, seenFor: asked.seenFor }));
  const common = {
    jobs: progress,
    quarantine,
    ledger,
    ...(evidence && { evidence }),
    ...heldConnection(connection, now),
  };
  if (!item) return { feed: name, kind, ...common };
  const { watermark, floor, lastSuccess, failures, lastError, conditions, hold, owner, leaseUntil } = item;
  const lateness = isSnapshotFeed(feed) || item.kind !== 'feed' ? undefined : latenessOf(feed, item.lateness);
  return {
    feed: name,
    kind,
    watermark: formatInstant(watermark),
    lagSeconds: Math.round((latestNow(effects) - watermark) / SECOND),
    floor: formatInstant(floor),
    ...(lastSuccess !== undefined && { lastSuccess: formatInstant(lastSuccess) }),
    failures,
    ...(lastError && { lastError: { ...lastError, at: formatTime(lastError.at) } }),
    ...(conditions && { conditions: conditionsOf(conditions) }),
    ...(hold &&
      now < hold.until && { hold: { until: formatTime(hold.until), reason: hold.reason, message: hold.message } }),
    ...(owner !== undefined &&
      leaseUntil !== undefined &&
      now < leaseUntil && { lease: { owner, until: formatTime(leaseUntil) } }),
    ...(lateness && { lateness }),
    ...unknownOf(feed, item),
    ...owedOf(item),
    ...(await standingReport(effects, name, item)),
    ...common,
  };
}

function unknownOf({ stream }: AnyFeed, item: Checkpoint): Pick<FeedStatusReport, 'unknown'> {
  const names = (!isSnapshot(stream) && item.kind === 'feed' && item.unknown) || [];
  const told = names.flatMap((one) => {
    const name = isSnapshot(stream) ? undefined : toldName(stream, one);
    return name ? [{ ...name, since: formatTime(one.at) }] : [];
  });
  return told.length > 0 ? { unknown: told } : {};
}

/** How a feed stands, apart from its watermark. */
async function standingReport(effects: Effects, feed: string, item: Checkpoint): Promise<Partial<FeedStatusReport>> {
  const { since, accessLoss, quota, refusedBy = {}, destinations } = item;
  const newest = await findNewestDelivered(effects, feed, Object.keys(destinations));
  const latest = Object.values(newest).reduce((time, { event }) => Math.max(time, event), 0);
  const ids = [...new Set([...Object.keys(newest), ...Object.keys(refusedBy)])];
  const deliveries = ids.map((id) => {
    const refused = refusedBy[id];
    const report = { ...newestReport(newest[id]), ...(refused && { refusedAt: formatTime(refused.at) }) };
    return [id, report] as const;
  });
  return {
    state: { name: standingOf(item), ...(since !== undefined && { since: formatTime(since) }) },
    ...(accessLoss && { accessLost: { ...accessLoss, since: formatTime(accessLoss.since) } }),
    ...(latest > 0 && {
      newest: { at: formatTime(latest), ageSeconds: Math.round((latestNow(effects) - latest) / SECOND) },
    }),
    ...(quota && { quota: { remaining: quota[0], limit: quota[1] } }),
    ...(deliveries.length > 0 && { deliveries: Object.fromEntries(deliveries) }),
  };
}

function heldConnection(
  { notBefore, message = 'The credentials were refused.' }: Partial<ConnectionState> = {},
  now: Instant,
): Pick<FeedStatusReport, 'connectionHold'> {
  if (notBefore === undefined || now >= notBefore) return {};
  return { connectionHold: { until: formatTime(notBefore), message } };
}

/** What is owed to destinations, and which of them are away. */
function owedOf(item: Checkpoint): Pick<FeedStatusReport, 'owed' | 'away'> {
  const { away = [], destinations } = item;
  const owed = (item.kind === 'feed' ? item.owed : undefined) ?? [];
  const reports = owed.map(({ destination, from, until = from, to, at }) => ({
    destination,
    from: formatTime(until),
    to: formatTime(to),
    since: formatTime(at),
    waits: destinations[destination] === undefined,
  }));
  return {
    ...(reports.length > 0 && { owed: reports }),
    ...(away.length > 0 && { away: away.map(({ id, from }) => ({ destination: id, since: formatTime(from) })) }),
  };
}

function conditionsOf(held: HeldConditions): ConditionReport[] {
  return Object.entries(held).map(([name, { since, message }]) => ({
    name: name as ConditionName,
    since: formatTime(since),
    message,
  }));
}

function latenessOf(
  { settle, overlap }: { readonly settle: number; readonly overlap: number },
  lateness: Parameters<typeof overlapFor>[0] | undefined,
): LatenessReport | undefined {
  if (!lateness) return undefined;
  const { since, onTime, late, worst } = lateness;
  const bounds = [...LATENESS_STEPS.map(formatDuration), 'more'];
  const steps = late.map((events, at) => ({ upTo: bounds[at] as string, events })).filter(({ events }) => events > 0);
  return {
    since: formatTime(since),
    onTime,
    late: late.reduce((sum, events) => sum + events, 0),
    steps,
    worstSeconds: Math.round(worst / SECOND),
    settle: formatDuration(settle),
    overlap: formatDuration(overlap),
    wouldCatch: {
      '100%': formatDuration(overlapFor(lateness, 1, settle)),
      '99.9%': formatDuration(overlapFor(lateness, 0.999, settle)),
    },
  };
}

async function listQuarantine(effects: Effects, feed: string): Promise<QuarantineReport[]> {
  const found: QuarantineReport[] = [];
  for await (const { id, reason, at, text, destinations } of effects.loadQuarantine(feed)) {
    const bytes = Buffer.byteLength(text);
    found.push({ id, reason, at: formatTime(at), bytes, ...(destinations && { destinations }) });
  }
  return found;
}

async function ledgerOf(effects: Effects, feed: string, { from, to }: Range): Promise<LedgerRow[]> {
  const rows = new Map((await effects.loadLedger(feed, dayOf(from), dayOf(to - 1))).map((row) => [row.day, row]));
  const madeAt: Instant = effects.now();
  for (let day = floorTo(from, DAY); day < to; day += DAY) {
    const name = dayOf(day);
    const { uncounted, ...begun } = rows.get(name) ?? { uncounted: true };
    if (!uncounted) continue;
    const hours = await countHours(effects, feed, day);
    if (hours.length > 0) rows.set(name, { ...begun, day: name, madeAt, hours });
    else rows.delete(name);
  }
  return [...rows.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
}
