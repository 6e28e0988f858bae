import { sendSelfEvent } from '../delivery/send-self-event.ts';
import { TidemarkError } from '../errors.ts';
import type { Feed } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import type { RunOutcome } from '../run/outcome.ts';
import { newCheckpoint } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { noteOnDay } from '../run/standing.ts';
import { startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import { formatTime, type Instant } from '../time.ts';
import { moveTarget } from './move-target.ts';

/** Where the watermark is moved, and who says that they move it. */
interface Move {
  readonly to: Instant;
  readonly by?: string;
}

const UNKNOWN = 'unknown';

/**
 * Moves the watermark by hand, after sending the SIEM an event about it. A range skipped by a move forward is not read. After a
 * move back, the range is read again; its events are not delivered again as long as their keys are kept.
 */
export async function moveFeed(context: FeedContext, { to, by = UNKNOWN }: Move): Promise<FeedReport> {
  return await withLease<FeedCheckpoint>(context, {
    kind: 'feed',
    fresh: (start) => newCheckpoint(context, start),
    work: (leased) => move(context, leased, { to, by }),
    heedsHold: false,
  });
}

async function move(
  context: FeedContext,
  leased: LeasedRun<FeedCheckpoint>,
  { to, by }: Required<Move>,
): Promise<RunOutcome<FeedCheckpoint>> {
  const { effects, feed } = context;
  const { lease, clocks, asker } = leased;
  const { earliest: now } = clocks;
  if (to > now) throw futureMove(feed, to, now);
  const { watermark, floor, destinations, lastSuccess } = lease.item;
  const moved = moveTarget(feed, to, now);
  // A move does not show whether the feed works, so neither failures nor successes change.
  if (moved === watermark) return { state: 'caught-up', changes: {} };
  const act = moved > watermark ? 'skip' : 'rewind';
  const range = { from: Math.min(moved, watermark), to: Math.max(moved, watermark) };
  const sending = startSending(context, leased);
  // The time of the last success identifies the move: if it is repeated after a crash, there is still one event about it.
  await sendSelfEvent(sending, { act, range, at: lastSuccess ?? floor });
  // A move that cannot be recorded is not made.
  const note = { what: 'moved', at: effects.now(), from: watermark, to: moved, by } as const;
  await retry(effects, RETRIES.table, asker.endBy, () => noteOnDay(effects, feed.name, note.at, [note]));
  // After a move back, all destinations get the events of that range.
  const since = Object.entries(destinations).map(([id, from]) => [id, Math.min(from, moved)] as const);
  const changes = {
    watermark: moved,
    // Without a floor there, the overlap would still read a part of the skipped range.
    floor: act === 'skip' ? moved : Math.min(floor, moved),
    destinations: Object.fromEntries(since),
    plan: undefined,
    narrowed: undefined,
    broken: undefined,
  };
  return { state: 'caught-up', changes };
}

function futureMove({ name }: Feed, to: Instant, now: Instant): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name}: the watermark cannot be moved to ${formatTime(to)}, which is in the future: now it is ${formatTime(now)}.`,
    remedy: 'Give a time in the past. Nothing was changed.',
  });
}
