import { deliverOutgoing } from '../delivery/deliver-outgoing.ts';
import { queueSelfEvent } from '../delivery/queue-self-event.ts';
import type { Sending } from '../delivery/sending.ts';
import type { EcsEvent } from '../ecs-event.ts';
import { messageOf, UnreadableError } from '../errors.ts';
import { inParts } from '../events/in-parts.ts';
import type { Answer, AnyFeed, Destination, Feed } from '../model.ts';
import { isSnapshotFeed } from '../model.ts';
import { processSinglePage } from '../reading/page-loop.ts';
import { askedRange } from '../reading/plan.ts';
import type { Run } from '../reading/run.ts';
import { startRun } from '../reading/run-feed.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import type { RunOutcome } from '../run/outcome.ts';
import { newCheckpoint, reconcileDestinations } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { seenOf, startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import { destinationBits, idsOf, type Seen } from '../state/seen.ts';
import { firstCheckpoint } from '../stored/checkpoint.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import { SELF } from '../stored/seen-chunk.ts';
import { formatTime } from '../time.ts';

/**
 * Sends again what lies in quarantine: these entries, or all of the feed's. What was too large comes whole, in parts; what could
 * not be written or read is tried with the code of today. What has gone out is let out of quarantine; all else stays.
 */
export async function redrive(task: FeedContext<AnyFeed>, ids: readonly string[] | undefined): Promise<FeedReport> {
  return await withLease(task, {
    fresh: (start) =>
      isSnapshotFeed(task.feed)
        ? firstCheckpoint(start, '', idsOf(task.destinations))
        : newCheckpoint({ ...task, feed: task.feed }, start),
    work: (held) => sendAgain(task, ids, held),
  });
}

/** How live reading goes is not changed by any of this: its failures, holds and successes stay as they are. */
async function sendAgain(
  task: FeedContext<AnyFeed>,
  ids: readonly string[] | undefined,
  held: LeasedRun,
): Promise<RunOutcome> {
  const { effects, feed } = task;
  const { asker, warnings } = held;
  const wanted = ids && new Set(ids);
  const seen = seenOf(task);
  await seen.open();
  let redriven = 0;
  for await (const entry of effects.loadQuarantine(feed.name)) {
    if (wanted && !wanted.delete(entry.id)) continue;
    if (effects.stopping()) return { state: 'stopped', changes: {}, redriven };
    if (effects.now() >= asker.stopAt) return { state: 'more', changes: {}, redriven };
    const problem = await sendEntry(task, held, seen, entry);
    if (problem !== undefined) {
      warnings.push(`${entry.id} stays in quarantine: ${problem}`);
      continue;
    }
    await effects.dropQuarantine(feed.name, entry.id);
    effects.count('Redriven', 1);
    redriven++;
  }
  for (const id of wanted ?? []) warnings.push(`${feed.name} has no ${id} in quarantine.`);
  return { state: 'caught-up', changes: {}, redriven };
}

/** Why it has to stay, if it has to. */
async function sendEntry(
  task: FeedContext<AnyFeed>,
  held: LeasedRun,
  seen: Seen,
  entry: QuarantineEntry,
): Promise<string | undefined> {
  const { feed } = task;
  if (entry.reason !== 'unreadable') return await sendEvent(task, held, seen, entry);
  if (isSnapshotFeed(feed)) return 'a snapshot is read anew in each run';
  return await readBody({ ...task, feed }, held, seen, entry);
}

/** To each destination that lacks it: whole where that fits by now, else in parts. */
async function sendEvent(
  task: FeedContext<AnyFeed>,
  held: LeasedRun,
  seen: Seen,
  entry: QuarantineEntry,
): Promise<string | undefined> {
  const event = parsed(entry.text);
  if (!event) return 'it is not the event that it should be';
  const { destinations } = task;
  const ids = idsOf(destinations);
  const affected = destinationBits(ids, entry.destinations ?? ids);
  if (affected === 0) return 'none of the destinations that lack it is configured any more';
  const sending = startSending(task, held, { seen });
  const problems: string[] = [];
  for (const [at, destination] of destinations.entries()) {
    const bit = affected & (1 << at);
    if (bit === 0) continue;
    try {
      for (const piece of piecesFor(task, destination, event)) await addAgain(sending, entry, piece, bit);
    } catch (thrown) {
      problems.push(`${destination.id}: ${messageOf(thrown)}`);
    }
  }
  if (problems.length === 0) return await finish(sending, entry);
  // Those that can take it need not wait for those that cannot.
  await deliverOutgoing(sending);
  return problems.join('; ');
}

function parsed(text: string): EcsEvent | undefined {
  try {
    const event = JSON.parse(text) as EcsEvent | null;
    return typeof event?.event?.id === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

/** All of them are written before any is taken: half of an event must not go out because the rest of it cannot. */
function piecesFor({ write }: FeedContext<AnyFeed>, { shape }: Destination, event: EcsEvent): EcsEvent[] {
  const whole = redriven(event);
  if (!write(shape, whole).oversized) return [whole];
  if (shape.format === 'cef') throw new Error('CEF has no place for the whole of it');
  const parts = [...inParts(event)].map(redriven);
  for (const part of parts) {
    if (write(shape, part).oversized) throw new Error(`a part of it is still too large for ${shape.format}`);
  }
  return parts;
}

function redriven(event: EcsEvent): EcsEvent {
  return { ...event, tags: [...(event.tags ?? []), 'tidemark-redriven'] };
}

/**
 * What is sent on purpose is none of the vendor's events once more: it is not remembered among them. That it was sent is
 * remembered for as long as the entry lies there: a redrive that was cut short goes on.
 */
async function addAgain(sending: Sending, { at }: QuarantineEntry, piece: EcsEvent, bit: number): Promise<void> {
  const { effects, outgoing, seen } = sending;
  const { id } = piece.event;
  const key = effects.seal(`redriven ${id} ${at}`);
  const undelivered = (bit | (outgoing.undelivered(id) ?? 0)) & ~(await seen.has(SELF, key));
  if (undelivered !== 0) outgoing.add(piece, { bucket: SELF, key, undelivered });
}

/** An answer that could not be read is read once more: its rows become events, but for those that were delivered. */
async function readBody(
  task: FeedContext<Feed>,
  held: LeasedRun,
  seen: Seen,
  entry: QuarantineEntry,
): Promise<string | undefined> {
  const { range } = entry;
  if (!range) return 'what it was asked for is not known';
  const prepared = await task.prepare(held.asker);
  const feed = { ...task.feed, connection: prepared.connection };
  const { stream } = feed;
  const answer: Answer = { status: 200, headers: {}, text: entry.text };
  try {
    const { rows, next } = stream.read(answer, stream.first(askedRange(stream, range), prepared.connection));
    reconcileDestinations(task, held.lease);
    const started = await startRun({ ...task, feed }, held, { prepared, seen, plan: { ...range, window: range } });
    // The range was given up, not read: its events are not late.
    const run: Run = { ...started, outgoing: startSending(task, held, { seen }).outgoing, readBefore: 0 };
    await processSinglePage(run, range, rows);
    await finish(run, entry);
    await run.ongoing.save();
    if (next)
      held.warnings.push(
        `${entry.id} was one page of ${formatTime(range.from)} to ${formatTime(range.to)}: what followed it takes a backfill.`,
      );
    return undefined;
  } catch (thrown) {
    if (thrown instanceof UnreadableError) return thrown.message;
    throw thrown;
  }
}

async function finish(sending: Sending, { id, at }: QuarantineEntry): Promise<undefined> {
  await queueSelfEvent(sending, { act: 'redrive', event: id, at });
  await deliverOutgoing(sending);
}
