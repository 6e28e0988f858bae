import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import { Outgoing } from '../delivery/outgoing.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { Run } from '../reading/run.ts';
import { seenOf } from '../reading/run-feed.ts';
import { type FeedContext, runName } from '../run/with-lease.ts';
import type { Lease } from '../state/lease.ts';
import { LatenessNotes } from '../stored/lateness.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import type { Range } from '../time.ts';
import type { Findings, Missing } from './collect.ts';
import { withLiveLease } from './with-live-lease.ts';

/** Delivers what is missing, under the live feed's lease: whatever was delivered since it was compared is left out. */
export async function repair(
  task: FeedContext,
  run: Run,
  findings: Findings,
  steps: readonly VerifiedStep[],
  range: Range,
): Promise<VerifiedStep[]> {
  const { sent, alreadyDelivered } = await withLiveLease(task, run.asker, (live) =>
    send(task, run, findings.missing, live, range),
  );
  return steps.map((step, at) => repairedStep(step, sent, alreadyDelivered, at === 0, range));
}

/** What was delivered since it was compared is no longer missing. */
function repairedStep(
  step: VerifiedStep,
  sent: readonly Missing[],
  alreadyDelivered: readonly Missing[],
  isFirst: boolean,
  range: Range,
): VerifiedStep {
  const meanwhile = countIn(alreadyDelivered, step, isFirst, range);
  const { missing, delivered } = step;
  const repaired = countIn(sent, step, isFirst, range);
  return { ...step, missing: missing - meanwhile, delivered: delivered + meanwhile, repaired };
}

/** Sends what is still missing; says what that was, and what no longer was. */
async function send(
  task: FeedContext,
  run: Run,
  missing: readonly Missing[],
  live: Lease,
  range: Range,
): Promise<{ readonly sent: readonly Missing[]; readonly alreadyDelivered: readonly Missing[] }> {
  const { effects, feed, destinations } = run;
  const seen = seenOf(task, feed.name);
  await seen.open();
  const outgoing = new Outgoing({
    effects,
    feed: feed.name,
    place: feed.name,
    destinations,
    seen,
    write: task.write,
    run: runName(task, live),
  });
  const sending = { ...run, seen, outgoing };
  const notes = new LatenessNotes();
  const sent: Missing[] = [];
  const alreadyDelivered: Missing[] = [];
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

/** How many belong to a step; what has no hour in the range is shown with the first. */
function countIn(sent: readonly Missing[], step: Range, isFirst: boolean, range: Range): number {
  return sent.filter(({ address: { time } }) => {
    const stray = time === undefined || time < range.from || time >= range.to;
    return stray ? isFirst : time >= step.from && time < step.to;
  }).length;
}
