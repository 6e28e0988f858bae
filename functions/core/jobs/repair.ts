import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { PageRun } from '../reading/run.ts';
import type { FeedContext } from '../run/feed-context.ts';
import { lostDeliveries } from '../run/owed/owe.ts';
import { seenOf, startSending } from '../run/start-sending.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import { LatenessNotes } from '../stored/lateness.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import type { Range } from '../time.ts';
import type { MissingEvent } from './collect.ts';
import { withLiveLease } from './with-live-lease.ts';

/** The missing events of a range. */
interface MissingInRange {
  readonly missing: readonly MissingEvent[];
  readonly steps: readonly VerifiedStep[];
  readonly range: Range;
}

/** The results of a repair. */
interface Repaired {
  readonly sent: readonly MissingEvent[];
  readonly alreadyDelivered: readonly MissingEvent[];
}

/** Delivers the missing events under the live feed's lease, except those delivered since the comparison. Returns the updated steps. */
export async function repair(
  context: FeedContext,
  run: PageRun,
  { missing, steps, range }: MissingInRange,
): Promise<VerifiedStep[]> {
  // The run's feed has the prepared connection.
  const prepared = { ...context, feed: run.feed };
  const { sent, alreadyDelivered } = await withLiveLease(prepared, run.asker, (live) =>
    sendMissing(prepared, { ...run, lease: live }, missing, range),
  );
  return steps.map((step, at) => {
    const countOf = (events: readonly MissingEvent[]) => countIn(events, step, at === 0, range);
    const meanwhile = countOf(alreadyDelivered);
    const { missing, delivered } = step;
    return { ...step, missing: missing - meanwhile, delivered: delivered + meanwhile, repaired: countOf(sent) };
  });
}

/** Sends the events that are still missing. */
async function sendMissing(
  context: FeedContext,
  run: PageRun & { readonly lease: HeldCheckpoint<FeedCheckpoint> },
  missing: readonly MissingEvent[],
  range: Range,
): Promise<Repaired> {
  const { effects, lease: live } = run;
  const sending = startSending(context, run, { seen: seenOf(context, { lost: lostDeliveries(live.item) }) });
  const { seen, outgoing } = sending;
  await seen.prepare(missing.map(({ address }) => address.bucket));
  const notes = new LatenessNotes();
  const sent: MissingEvent[] = [];
  const alreadyDelivered: MissingEvent[] = [];
  for (const one of missing) {
    const { bucket, key, time } = one.address;
    const undelivered = one.address.undelivered & ~(await seen.has(bucket, key));
    if (undelivered === 0) {
      alreadyDelivered.push(one);
      continue;
    }
    outgoing.add(one.event, { ...one.address, undelivered });
    sent.push(one);
    if (time !== undefined) notes.add(Math.max(0, effects.now() - time));
    if (flushDue(sending)) await deliverOutgoing(sending);
  }
  await deliverOutgoing(sending);
  if (sent.length === 0) return { sent, alreadyDelivered };
  const now = effects.now();
  const lateness = notes.take(live.item.lateness, now);
  live.note({ ...(lateness && { lateness }) });
  await sendSelfEvent(sending, { act: 'repair', range, events: sent.length, at: now });
  return { sent, alreadyDelivered };
}

/** Number of events that belong to a step. Those without a time in the range belong to the first step. */
function countIn(events: readonly MissingEvent[], step: Range, isFirst: boolean, range: Range): number {
  return events.filter(({ address: { time } }) => {
    const stray = time === undefined || time < range.from || time >= range.to;
    return stray ? isFirst : time >= step.from && time < step.to;
  }).length;
}
