import { sendSelfEvent } from '../../delivery/send-self-event.ts';
import { OutOfTimeError, PauseError, TidemarkError } from '../../errors.ts';
import type { SelfEvent } from '../../events/self-events.ts';
import { Pacer } from '../../requests/pacer.ts';
import { ConditionNotes } from '../../run/condition-notes.ts';
import type { FeedContext, LeasedRun, PreparedConnection } from '../../run/feed-context.ts';
import { seenOf, startSending } from '../../run/start-sending.ts';
import type { FeedCheckpoint, Owed } from '../../stored/checkpoint.ts';
import { ceilTo, formatTime } from '../../time.ts';
import { planUpTo } from '../plan.ts';
import { readPlan } from '../read-plan.ts';
import { isAboutRange } from '../recover.ts';
import { startRun } from '../start-run.ts';
import { OwedCheckpoint } from './owed-checkpoint.ts';

type LiveRun = LeasedRun<FeedCheckpoint>;

/**
 * Reads what is owed to destinations and delivers it to them alone, as far as there is time. Live reading has caught up before. The
 * position is stored like that of live reading, and the next run continues.
 *
 * @param context its feed has the prepared connection
 */
export async function payOwed(context: FeedContext, leased: LiveRun, prepared: PreparedConnection): Promise<void> {
  const { effects, destinations } = context;
  for (const owed of leased.lease.item.owed ?? []) {
    // What is owed to a destination that was removed waits for its return.
    if (!destinations.some(({ id }) => id === owed.destination)) continue;
    if (effects.now() >= leased.asker.stopAt || effects.stopping()) return;
    const part = new OwedCheckpoint(leased.lease, owed);
    await passDeleted(context, leased, part);
    if (!isPaid(part.owed) && !(await readOn(context, leased, prepared, part))) continue;
    const { destination, from, to } = part.owed;
    if (!isPaid(part.owed)) continue;
    if (from < to) await tell(context, leased, { act: 'owed-delivered', destination, range: { from, to } });
    part.end();
  }
}

function isPaid({ from, until = from, to }: Owed): boolean {
  return until >= to;
}

/** Passes over what the vendor has deleted, and tells of it. */
async function passDeleted({ effects, ...context }: FeedContext, leased: LiveRun, part: OwedCheckpoint): Promise<void> {
  const { destination, from, until = from, to } = part.owed;
  const { retention, precision } = context.feed.stream;
  const kept = Math.min(to, ceilTo(leased.start - retention, precision));
  if (until >= kept) return;
  effects.count('OwedLost', 1);
  await tell({ effects, ...context }, leased, { act: 'owed-lost', destination, range: { from: until, to: kept } });
  part.beginAt(kept);
}

/** Continues to read an owed range. Returns false if it could not be read now. */
async function readOn(
  context: FeedContext,
  leased: LiveRun,
  prepared: PreparedConnection,
  part: OwedCheckpoint,
): Promise<boolean> {
  const { effects, feed, destinations } = context;
  const { destination, lost, to } = part.owed;
  const only = { ...context, destinations: destinations.filter(({ id }) => id === destination) };
  const seen = seenOf(only, { lost: lost ? [{ destination, ...lost }] : [] });
  const plan = planUpTo(feed, part.item, to);
  // The range was read before, for others: its events are not late.
  const asker = { ...leased.asker, pacer: new Pacer(leased.asker.pacer, true) };
  // What is found out about an older range says nothing about the feed as it is now.
  const conditions = new ConditionNotes();
  const own = { ...leased, asker, conditions, lease: part };
  const run = await startRun(only, own, { prepared, seen, plan, readBefore: 0 });
  try {
    const { changes } = await readPlan(run, prepared);
    part.note(changes);
    return true;
  } catch (thrown) {
    if (thrown instanceof OutOfTimeError || (thrown instanceof PauseError && !thrown.throttled)) return false;
    if (!isAboutRange(thrown) && !(thrown instanceof TidemarkError && thrown.code === 'incomplete')) throw thrown;
    const why = `What is owed to ${destination} from ${formatTime(plan.from)} on cannot be read now: ${thrown.message}`;
    effects.count('Incomplete', 1);
    effects.log('warn', why, { feed: feed.name });
    return false;
  } finally {
    run.notes.saveDay(part, effects.now());
  }
}

/** Tells all destinations. */
async function tell(context: FeedContext, leased: LiveRun, act: SelfEvent): Promise<void> {
  await sendSelfEvent(startSending(context, leased), act);
}
