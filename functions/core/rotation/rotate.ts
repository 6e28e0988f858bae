import { messageOf } from '../errors.ts';
import { judge } from '../requests/judge.ts';
import { DAY, type Duration, formatDuration, HOUR, type Instant, MINUTE } from '../time.ts';
import { ASK_TIMEOUT, exchange, STORE_TIMEOUT } from './exchange.ts';
import {
  type RotationReport,
  reportAnnounced,
  reportElsewhere,
  reportPutOff,
  reportStuck,
  reportYoung,
} from './rotation-report.ts';
import type { RotationTask } from './rotation-task.ts';
import type { Pending, SecretState } from './secret-state.ts';

/** Minimum time between the first notice that a credential is due and its exchange: a deployment alone never exchanges one. */
const NOTICE: Duration = 7 * DAY;
/** Tolerance for the times of the daily invocations. */
const SLACK: Duration = 2 * HOUR;
/** Maximum time between two invocations. After a longer one, rotation counts as switched off meanwhile, and the notice starts again. */
const LONGEST_GAP: Duration = 3 * DAY;
/** Lambda's own limit. */
const LONGEST_INVOCATION: Duration = 15 * MINUTE;
/** Minimum time left to begin an exchange, so that its result can be stored. */
const LEAST_TIME: Duration = 2 * ASK_TIMEOUT + 6 * STORE_TIMEOUT;

/**
 * Exchanges a connection's credential for a new one when it is old enough and nothing is pending in its secret.
 *
 * The vendor makes and activates the new credential in one call, and shows it only once. So the call is noted first, made once,
 * and its result is stored at once. A pending version that is not current is an unfinished attempt.
 */
export async function rotate(task: RotationTask): Promise<RotationReport> {
  const { effects, rotation } = task;
  const look = await effects.look();
  const { current, pending } = look;
  if (pending && !isOver(look, pending)) {
    return mayBeUnderWay(pending, effects.now()) ? reportElsewhere(task) : reportStuck(task, look, pending);
  }
  if (effects.now() - current.createdAt < rotation.every - NOTICE) {
    return reportYoung(task, current.createdAt + rotation.every);
  }
  const due = await giveNotice(task, look);
  if (effects.now() < due) return reportAnnounced(task, due);
  const hindrance = await rehearse(task);
  if (hindrance !== undefined) return reportPutOff(task, look, due, hindrance);
  return await exchange(task, look, due);
}

/** Whether the current version is newer than the attempt: a person has stored a credential, or a later exchange succeeded. */
function isOver({ current }: SecretState, { note, since }: Pending): boolean {
  if (note) return note.of !== current.version;
  return since !== undefined && since < current.createdAt;
}

/** Whether another invocation may be working on the attempt right now. */
function mayBeUnderWay({ note }: Pending, now: Instant): boolean {
  return note !== undefined && !note.ended && Math.abs(now - note.at) < LONGEST_INVOCATION;
}

/** Notes that the credential is due, and returns when it may be exchanged. */
async function giveNotice({ effects, rotation }: RotationTask, { current, notice }: SecretState): Promise<Instant> {
  const now = effects.now();
  const isKnown = notice?.of === current.version && Math.abs(now - notice.seen) <= LONGEST_GAP;
  const since = isKnown ? notice.since : now;
  // This also proves, long before it matters, that the role may write to the secret and use its key.
  await effects.announce({ of: current.version, since, seen: now });
  return Math.max(current.createdAt + rotation.every, since + NOTICE - SLACK);
}

/** Sends the vendor a harmless request. Returns the reason not to exchange the credential today, if there is one. */
async function rehearse({ effects, source, rotation }: RotationTask): Promise<string | undefined> {
  if (effects.remainingTime() < LEAST_TIME)
    return `the invocation has less than ${formatDuration(LEAST_TIME)} left: give the function more time`;
  try {
    const answer = await effects.ask(rotation.rehearsal, ASK_TIMEOUT);
    const verdict = judge(source, answer, effects.now(), rotation.rehearsal);
    return verdict.kind === 'done' ? undefined : verdict.reason;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
