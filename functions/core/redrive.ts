import { addOwn } from './add-own.ts';
import { firstCheckpoint } from './checkpoint.ts';
import { deliverOutgoing } from './deliver-outgoing.ts';
import type { QuarantineEntry } from './effects.ts';
import { caughtUp, type Ending, outOfTime } from './ending.ts';
import { UnreadableError } from './errors.ts';
import { recordHash } from './identity.ts';
import { inParts } from './in-parts.ts';
import type { Answer, AnyFeed, EcsEvent, Feed } from './model.ts';
import { isSnapshotFeed } from './model.ts';
import { askedRange } from './plan.ts';
import { newReading } from './read-window.ts';
import type { FeedReport } from './report.ts';
import type { Sending } from './run.ts';
import { seenOf, startRun } from './run-feed.ts';
import { destinationBits, OWN } from './seen.ts';
import { newCheckpoint } from './settle-in.ts';
import { takeIn } from './take-in.ts';
import { type FeedTask, type Held, ownSending, underLease } from './under-lease.ts';

/**
 * Sends again what lies in quarantine: these entries, or all of the feed's. What was too large comes whole, in parts; what could
 * not be written or read is tried with the code of today. What has gone out is let out of quarantine; all else stays.
 */
export async function redrive(task: FeedTask<AnyFeed>, ids: readonly string[] | undefined): Promise<FeedReport> {
  return await underLease(
    task,
    (start) =>
      isSnapshotFeed(task.feed)
        ? firstCheckpoint(
            start,
            '',
            task.destinations.map(({ id }) => id),
          )
        : newCheckpoint({ ...task, feed: task.feed }, start),
    (held) => sendAgain(task, ids, held),
  );
}

async function sendAgain(task: FeedTask<AnyFeed>, ids: readonly string[] | undefined, held: Held): Promise<Ending> {
  const { effects, feed } = task;
  const { asker, warnings } = held;
  const wanted = ids && new Set(ids);
  let redriven = 0;
  for await (const entry of effects.loadQuarantine(feed.name)) {
    if (wanted && !wanted.delete(entry.id)) continue;
    if (effects.now() >= asker.stopAt || effects.stopping()) return { ...outOfTime('more'), redriven };
    const problem = await sendEntry(task, held, entry);
    if (problem !== undefined) {
      warnings.push(`${entry.id} stays in quarantine: ${problem}`);
      continue;
    }
    await effects.dropQuarantine(feed.name, entry.id);
    redriven++;
  }
  for (const id of wanted ?? []) warnings.push(`${feed.name} has no ${id} in quarantine.`);
  const { lastSuccess: _, ...changes } = caughtUp(effects.now()).changes;
  return { state: 'caught-up', changes, redriven };
}

/** Why it has to stay, if it has to. */
async function sendEntry(task: FeedTask<AnyFeed>, held: Held, entry: QuarantineEntry): Promise<string | undefined> {
  const { feed } = task;
  if (entry.reason !== 'unreadable') return await sendEvent(task, held, entry);
  if (isSnapshotFeed(feed)) return 'a snapshot is read anew in each run';
  return await readBody({ ...task, feed }, held, entry);
}

/** What was too large goes out in parts; what a format could not say, as it is. */
async function sendEvent(task: FeedTask<AnyFeed>, held: Held, entry: QuarantineEntry): Promise<string | undefined> {
  let event: EcsEvent;
  try {
    event = JSON.parse(entry.text) as EcsEvent;
  } catch {
    return 'it is not the event that it should be';
  }
  const { effects, feed } = task;
  const sending = ownSending(task, held);
  const { outgoing, destinations } = sending;
  const ids = destinations.map(({ id }) => id);
  const lacking = destinationBits(ids, entry.destinations ?? ids);
  if (lacking === 0) return 'none of the destinations that lack it is configured any more';
  for (const part of entry.reason === 'oversized' ? inParts(event) : [event]) {
    const again = { ...part, tags: [...(part.tags ?? []), 'tidemark-redriven'] };
    // What is sent on purpose is none of the vendor's events once more: it is not remembered among them.
    outgoing.add(again, { bucket: OWN, key: effects.seal(`redriven ${part.event.id}`), lacking });
  }
  if (outgoing.quarantined.length > 0) return `${feed.name}: it still is ${outgoing.quarantined[0]?.reason}`;
  return await finish(task, sending, entry);
}

/** An answer that could not be read is read once more: its rows become events, but for those that were delivered. */
async function readBody(task: FeedTask<Feed>, held: Held, entry: QuarantineEntry): Promise<string | undefined> {
  const { range } = entry;
  if (!range) return 'what it was asked for is not known';
  const prepared = await task.prepare(held.asker);
  const feed = { ...task.feed, connection: prepared.connection };
  const { stream } = feed;
  const asked = askedRange(stream, range);
  const request = stream.first(asked, prepared.connection);
  const answer: Answer = { status: 200, headers: {}, text: entry.text };
  try {
    const { rows } = stream.read(answer, request);
    const seen = seenOf(task, feed.name);
    await seen.open();
    const run = await startRun(task, feed, held, prepared, seen, { ...range, window: range });
    const hashes = rows.map(recordHash);
    await takeIn(run, newReading(stream, range, asked), { rows, hashes, number: 1 }, 0, rows.length);
    return await finish(task, run, entry);
  } catch (thrown) {
    if (thrown instanceof UnreadableError) return thrown.message;
    throw thrown;
  }
}

async function finish({ effects }: FeedTask<AnyFeed>, sending: Sending, { id }: QuarantineEntry): Promise<undefined> {
  await addOwn(sending, { act: 'redrive', event: id, at: effects.now() });
  await deliverOutgoing(sending);
}
