import { deliverOutgoing } from '../delivery/deliver-outgoing.ts';
import { queueSelfEvent } from '../delivery/queue-self-event.ts';
import type { Sending } from '../delivery/sending.ts';
import type { EcsEvent } from '../ecs-event.ts';
import { messageOf, UnreadableError } from '../errors.ts';
import { inParts } from '../events/in-parts.ts';
import type { Answer, AnyFeed, Destination, Feed } from '../model.ts';
import { isSnapshotFeed } from '../model.ts';
import { processSinglePage } from '../reading/page-loop.ts';
import { askedRange, longestOverlap } from '../reading/plan.ts';
import { startRun } from '../reading/start-run.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import type { RunOutcome } from '../run/outcome.ts';
import { settleDestinations } from '../run/owed/owe.ts';
import { newCheckpoint } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { seenOf, startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import { destinationBits, idsOf, type Seen } from '../state/seen.ts';
import { type FeedCheckpoint, firstCheckpoint, type SnapshotCheckpoint } from '../stored/checkpoint.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import { SELF } from '../stored/seen-chunk.ts';
import { formatTime } from '../time.ts';

/** The redrive of a feed. */
interface Redrive {
  readonly context: FeedContext<AnyFeed>;
  readonly leased: LeasedRun;
  readonly seen: Seen;
  /** The wanted entries. Undefined: all. */
  readonly ids: readonly string[] | undefined;
}

/** Sends an entry again. Returns the reason why it must stay in quarantine, or undefined if it can be released. */
type SendEntry = (entry: QuarantineEntry) => Promise<string | undefined>;

/**
 * Sends quarantined entries of a feed again: these, or all. Events that were too large are sent whole, in parts; events and answers
 * that could not be written or read are tried with today's code. Sent entries are released from quarantine; all others stay.
 */
export async function redrive(context: FeedContext<AnyFeed>, ids: readonly string[] | undefined): Promise<FeedReport> {
  const { feed, destinations } = context;
  if (isSnapshotFeed(feed)) {
    return await withLease<SnapshotCheckpoint>(context, {
      kind: 'snapshot',
      fresh: (start) => ({ kind: 'snapshot', ...firstCheckpoint(start, idsOf(destinations)) }),
      work: (leased) =>
        sendAgain({ context, leased, seen: seenOf(context), ids }, async () => 'a snapshot is read anew in each run'),
    });
  }
  const ofFeed = { ...context, feed };
  return await withLease<FeedCheckpoint>(context, {
    kind: 'feed',
    fresh: (start) => newCheckpoint(ofFeed, start),
    work: (leased) => {
      const seen = seenOf(context);
      return sendAgain({ context, leased, seen, ids }, (entry) => readBody(ofFeed, leased, seen, entry));
    },
  });
}

/** Sends the entries one by one. The failures, holds and successes of live reading stay as they are. */
async function sendAgain(redrive: Redrive, sendUnreadable: SendEntry): Promise<RunOutcome> {
  const { context, leased, ids } = redrive;
  const { effects, feed } = context;
  const { asker, warnings } = leased;
  const wanted = ids && new Set(ids);
  let redriven = 0;
  for await (const entry of effects.loadQuarantine(feed.name)) {
    if (wanted && !wanted.delete(entry.id)) continue;
    if (effects.stopping()) return { state: 'stopped', changes: {}, redriven };
    if (effects.now() >= asker.stopAt) return { state: 'more', changes: {}, redriven };
    const problem = entry.reason === 'unreadable' ? await sendUnreadable(entry) : await sendEvent(redrive, entry);
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

/** Sends an event to each destination that lacks it: whole if it fits by now, else in parts. */
async function sendEvent({ context, leased, seen }: Redrive, entry: QuarantineEntry): Promise<string | undefined> {
  const event = parseEvent(entry.text);
  if (!event) return 'it is not the event that it should be';
  const { destinations } = context;
  const ids = idsOf(destinations);
  const affected = destinationBits(ids, entry.destinations ?? ids);
  if (affected === 0) return 'none of the destinations that lack it is configured any more';
  const sending = startSending(context, leased, { seen });
  const problems: string[] = [];
  for (const [at, destination] of destinations.entries()) {
    const bit = affected & (1 << at);
    if (bit === 0) continue;
    try {
      for (const piece of piecesFor(context, destination, event)) await queueAgain(sending, entry, piece, bit);
    } catch (thrown) {
      problems.push(`${destination.id}: ${messageOf(thrown)}`);
    }
  }
  if (problems.length === 0) {
    await finish(sending, entry);
    return undefined;
  }
  // The destinations that can take it need not wait for those that cannot.
  await deliverOutgoing(sending);
  return problems.join('; ');
}

function parseEvent(text: string): EcsEvent | undefined {
  try {
    const event = JSON.parse(text) as EcsEvent | null;
    return typeof event?.event?.id === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

/** The pieces to send. All of them are written before any is queued: half of an event must not go out because the rest cannot. */
function piecesFor({ write }: FeedContext<AnyFeed>, { shape }: Destination, event: EcsEvent): EcsEvent[] {
  const whole = tagged(event);
  if (!write(shape, whole).oversized) return [whole];
  if (shape.format === 'cef') throw new Error('CEF has no place for the whole of it');
  const parts = [...inParts(event)].map(tagged);
  for (const part of parts) {
    if (write(shape, part).oversized) throw new Error(`a part of it is still too large for ${shape.format}`);
  }
  return parts;
}

function tagged(event: EcsEvent): EcsEvent {
  return { ...event, tags: [...(event.tags ?? []), 'tidemark-redriven'] };
}

/**
 * Queues a piece. It is no new event of the vendor's, so it is not remembered among those. It is remembered as sent while the
 * entry is in quarantine, so that a redrive that was cut short continues where it was.
 */
async function queueAgain(sending: Sending, { at }: QuarantineEntry, piece: EcsEvent, bit: number): Promise<void> {
  const { effects, outgoing, seen } = sending;
  const { id } = piece.event;
  const key = effects.seal(`redriven ${id} ${at}`);
  const undelivered = (bit | (outgoing.undelivered(id) ?? 0)) & ~(await seen.has(SELF, key));
  if (undelivered !== 0) outgoing.add(piece, { bucket: SELF, key, undelivered });
}

/** Reads an unreadable answer once more, and delivers those of its events that were not delivered before. */
async function readBody(
  configured: FeedContext,
  leased: LeasedRun<FeedCheckpoint>,
  seen: Seen,
  entry: QuarantineEntry,
): Promise<string | undefined> {
  const { range } = entry;
  if (!range) return 'what it was asked for is not known';
  const prepared = await configured.prepare(leased.asker);
  const { connection } = prepared;
  const { stream } = configured.feed;
  const context: FeedContext<Feed> = { ...configured, feed: { ...configured.feed, connection } };
  const answer: Answer = { status: 200, headers: {}, text: entry.text };
  try {
    const { rows, next } = stream.read(answer, stream.first(askedRange(stream, range), connection));
    await settleDestinations(context, leased, longestOverlap(context.feed));
    // The range was given up, not read: its events are not late.
    const run = await startRun(context, leased, { prepared, seen, plan: { ...range, window: range }, readBefore: 0 });
    await processSinglePage(run, range, rows);
    await finish(run, entry);
    await run.observers.ongoing.takeNew()();
    if (next)
      leased.warnings.push(
        `${entry.id} was one page of ${formatTime(range.from)} to ${formatTime(range.to)}: the pages after it need a backfill.`,
      );
    return undefined;
  } catch (thrown) {
    if (thrown instanceof UnreadableError) return thrown.message;
    throw thrown;
  }
}

/** Delivers what is outgoing, together with an event of our own about the redrive. */
async function finish(sending: Sending, { id, at }: QuarantineEntry): Promise<void> {
  await queueSelfEvent(sending, { act: 'redrive', event: id, at });
  await deliverOutgoing(sending);
}
