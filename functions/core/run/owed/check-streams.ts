import { earliestNow, latestNow } from '../../clocks/believed-clocks.ts';
import type { Effects } from '../../effects.ts';
import { type AnyFeed, type Destination, isSnapshotFeed } from '../../model.ts';
import type { HeldCheckpoint } from '../../state/lease.ts';
import type { FeedCheckpoint, SnapshotCheckpoint } from '../../stored/checkpoint.ts';
import type { KnownStream } from '../../stored/owed.ts';
import { type Duration, floorTo, HOUR, type Instant, MINUTE, type Range, SECOND } from '../../time.ts';
import type { FeedContext, LeasedRun } from '../feed-context.ts';
import { isJob } from '../job-progress.ts';
import type { DestinationRange } from './reconcile-destinations.ts';

/** Added to the time for which a stream holds an event: the longest run, and clocks that differ. */
const MARGIN: Duration = 30 * MINUTE;
/** A run that begins further behind than this has a backlog. */
const USUAL_LAG: Duration = HOUR;
/** Two backlogs with less time than this between them are one, and one is forgotten after it. It is longer than any stream holds an event. */
const SAME_BACKLOG: Duration = 6 * HOUR;
/** How old the knowledge about a stream may be after something was delivered to it. */
const LOOK_EVERY: Duration = 10 * MINUTE;
const LONGEST_LOOK: Duration = 5 * SECOND;

/** A range whose events may be lost with a delivery stream that was deleted, and created again under its name. */
export interface ReplacedStream extends DestinationRange {
  readonly createdAt: Instant;
  /** What was delivered in this time may be lost. */
  readonly lost: Range;
}

/** What came of looking at the delivery streams. */
export interface LookedStreams {
  readonly replaced: readonly ReplacedStream[];
  /** Whether one was seen for the first time: that must be stored before anything is delivered, since what a stream takes with it is counted from when it was seen. */
  readonly hasNew: boolean;
}

/** A delivery stream that is another one than before. */
interface Replacement {
  readonly known: KnownStream;
  readonly destination: Destination;
  readonly createdAt: Instant;
  readonly overlap: Duration;
}

/** Notes that a run begins to read a backlog. @param overlap how far behind the watermark it reads */
export function noteBacklog(lease: HeldCheckpoint<FeedCheckpoint>, start: Instant, overlap: Duration): void {
  const { watermark, backlog } = lease.item;
  const isSame = backlog !== undefined && start - backlog.at < SAME_BACKLOG;
  if (start - watermark <= USUAL_LAG) {
    if (backlog && !isSame) lease.note({ backlog: undefined });
    return;
  }
  noteOlder(lease, start, watermark - overlap);
}

/** Notes that a run begins to deliver what is owed: like a backlog, it happened long before, and it may be lost again. */
export function noteOwedBacklog(lease: HeldCheckpoint<FeedCheckpoint>, start: Instant): void {
  const { owed = [], destinations, streams = [] } = lease.item;
  const due = owed.filter(({ destination }) => destinations[destination] !== undefined);
  if (due.length === 0) return;
  noteOlder(lease, start, Math.min(...due.map(({ from, until = from }) => until)));
  const again = streams.map((stream): KnownStream => {
    const lost = due.flatMap((one) => (one.destination === stream.id && one.lost ? [one.lost.from] : []));
    if (lost.length === 0) return stream;
    const lostFrom = Math.min(...lost, stream.again?.lostFrom ?? Number.POSITIVE_INFINITY);
    return { ...stream, again: { at: start, lostFrom } };
  });
  if (streams.length > 0) lease.note({ streams: again });
}

function noteOlder(lease: HeldCheckpoint<FeedCheckpoint>, start: Instant, from: Instant): void {
  const { backlog } = lease.item;
  const isSame = backlog !== undefined && start - backlog.at < SAME_BACKLOG;
  lease.note({ backlog: { at: start, from: isSame ? Math.min(backlog.from, from) : from } });
}

/**
 * Looks at the delivery streams behind the destinations, and notes when they were created. A stream that is another one than before
 * has taken what it held with it: that is returned, and must be noted as well before anything is stored. If it cannot be found out,
 * nothing is noted, and the next run finds the same. Most runs look only at what this process remembers.
 *
 * @param overlap how far behind the watermark the feed reads
 * @param anew looks at the streams now, whatever this process remembers
 */
export async function checkStreams(
  context: FeedContext<AnyFeed>,
  { lease, tally }: LeasedRun<FeedCheckpoint | SnapshotCheckpoint>,
  { overlap, anew = false }: { readonly overlap: Duration; readonly anew?: boolean },
): Promise<LookedStreams> {
  const { destinations } = context;
  const usualAge = tally.delivered > 0 ? LOOK_EVERY : Number.POSITIVE_INFINITY;
  const maxAge = anew ? 0 : usualAge;
  const replaced: ReplacedStream[] = [];
  let hasNew = false;
  let { streams = [] } = lease.item;
  for (const destination of destinations) {
    const looked = await look(context, destination, maxAge);
    const known = streams.find(({ id }) => id === destination.id);
    // What a process remembers may be older than what is stored.
    if (!looked || (known && looked.at <= known.at)) continue;
    if (known && known.createdAt !== looked.createdAt) {
      replaced.push(
        ...(await whatIsLost(context, lease.item, { known, destination, createdAt: looked.createdAt, overlap })),
      );
    }
    hasNew ||= !known;
    const since = heldSince(destination, looked.at);
    const from = oldestSince(lease.item, since, overlap);
    const again = known?.again && known.again.at >= since ? { again: known.again } : {};
    const stream = { id: destination.id, ...looked, ...(from < usuallyOldest(since, overlap) && { from }), ...again };
    streams = [...streams.filter(({ id }) => id !== destination.id), stream];
  }
  if (streams.length > 0) lease.note({ streams });
  return { replaced, hasNew };
}

/** When a stream was created. Undefined if this cannot be found out now: it is asked again later, and no feed waits for it. */
async function look(
  { effects, feed, asker }: FeedContext<AnyFeed>,
  { deliveryStream }: Destination,
  maxAge: Duration,
): ReturnType<Effects['lookAtStream']> {
  const timeout = Math.min(LONGEST_LOOK, asker.endBy - effects.now());
  if (timeout < SECOND) return undefined;
  try {
    const looked = await effects.lookAtStream(deliveryStream, maxAge, timeout);
    // The times that are compared here are stored by several workers, whose own clocks may differ.
    return looked && { ...looked, at: looked.at + earliestNow(effects) - effects.now() };
  } catch (thrown) {
    const message = `When ${deliveryStream} was created cannot be found out now; it is asked again later.`;
    effects.log('warn', message, { feed: feed.name, error: String(thrown) });
    return undefined;
  }
}

/** The oldest delivery that a stream may hold at a time. */
function heldSince({ heldFor }: Destination, at: Instant): Instant {
  return at - heldFor - MARGIN;
}

/** The same where there was no backlog. */
function usuallyOldest(since: Instant, overlap: Duration): Instant {
  return since - USUAL_LAG - overlap;
}

/** No event that was delivered since a time is older than this. */
function oldestSince(item: FeedCheckpoint | SnapshotCheckpoint, since: Instant, overlap: Duration): Instant {
  const backlog = item.kind === 'feed' ? item.backlog : undefined;
  const usual = usuallyOldest(since, overlap);
  return backlog && backlog.at >= since ? Math.min(usual, backlog.from) : usual;
}

/** What a stream took with it when it was deleted. That was after it was seen last. */
async function whatIsLost(
  { effects, feed }: FeedContext<AnyFeed>,
  item: FeedCheckpoint | SnapshotCheckpoint,
  { known, destination, createdAt, overlap }: Replacement,
): Promise<ReplacedStream[]> {
  const { id } = destination;
  const { watermark, floor, destinations } = item;
  // The clock of whoever has delivered may be a little ahead.
  const held = heldSince(destination, known.at);
  const { again } = known;
  const lostFrom = again && again.at >= held ? Math.min(held, again.lostFrom) : held;
  const lost = { from: lostFrom, to: latestNow(effects) + MINUTE };
  // The watermark may have been moved back since the stream was seen.
  const oldest = Math.min(known.from ?? lost.from, oldestSince(item, lost.from, overlap));
  const from = Math.max(oldest, destinations[id] ?? floor);
  // A run that was cut short has delivered events from above the watermark, and none that had not settled.
  const settled = isSnapshotFeed(feed) ? watermark : floorTo(latestNow(effects) - feed.settle, feed.stream.precision);
  const live = { from, to: Math.max(watermark, settled, from) };
  const ranges = [live, ...(await rangesOfJobs(effects, feed.name, lost.from))];
  return ranges.map((range) => ({ destination: id, createdAt, range, lost }));
}

/** The ranges in which jobs beside the feed have delivered since a time. */
async function rangesOfJobs(effects: Effects, feed: string, since: Instant): Promise<Range[]> {
  const jobs = [...(await effects.loadJobs(feed, 'backfill')), ...(await effects.loadJobs(feed, 'verify'))];
  return jobs
    .filter(isJob)
    .filter(({ job }) => job.kind === 'backfill' || job.repair)
    .filter(({ job, lastSuccess = job.startedAt }) => job.state === 'running' || lastSuccess >= since)
    .map(({ job }) => job.range);
}
