import { DAY, type Duration, formatTime, type Instant } from '../time.ts';
import { explainStuck, lifeOf, remedyOf } from './rotation-stuck.ts';
import type { RotationTask } from './rotation-task.ts';
import type { Pending, SecretState } from './secret-state.ts';

/** Maximum delay of a due rotation. After that a person has to act. */
const LONGEST_DELAY: Duration = 30 * DAY;

/**
 * The end of an invocation.
 *
 * - `young`     the credential is not due
 * - `announced` it is due, and will be exchanged on the day in the message: never on the day when it is first seen to be due
 * - `put-off`   the vendor or the remaining time did not allow it today; nothing has been exchanged
 * - `elsewhere` another invocation is exchanging it
 * - `rotated`   the new credential is in the secret
 * - `stuck`     a person has to act
 */
export interface RotationReport {
  readonly connection: string;
  readonly secret: string;
  readonly state: 'young' | 'announced' | 'put-off' | 'elsewhere' | 'rotated' | 'stuck';
  readonly message: string;
  readonly remedy?: string;
  readonly due?: string;
  readonly since?: string;
  /** The latest time at which the old credential stops working. */
  readonly oldDies?: string;
  readonly validUntil?: string;
}

export function reportYoung(task: RotationTask, due: Instant): RotationReport {
  const message = `The credential in secret ${task.connection.secret} is not due.`;
  return report(task, 'young', message, { due: formatTime(due) });
}

export function reportAnnounced(task: RotationTask, due: Instant): RotationReport {
  const message = `The credential in secret ${task.connection.secret} will be exchanged on ${dayOf(due)}.`;
  return report(task, 'announced', message, { due: formatTime(due) });
}

export function reportElsewhere(task: RotationTask): RotationReport {
  return report(task, 'elsewhere', `Another invocation has begun today to exchange secret ${task.connection.secret}.`);
}

/**
 * @param at when the new credential was asked for
 * @param validUntil when the new credential ends
 */
export function reportRotated(
  task: RotationTask,
  { current }: SecretState,
  at: Instant,
  validUntil: Instant | undefined,
): RotationReport {
  const oldDies = Math.min(at + task.rotation.oldLives, current.validUntil ?? Number.POSITIVE_INFINITY);
  const message = `Secret ${task.connection.secret} holds a new credential; the old one dies on ${dayOf(oldDies)} at the latest.`;
  return report(task, 'rotated', message, {
    oldDies: formatTime(oldDies),
    ...(validUntil !== undefined && { validUntil: formatTime(validUntil) }),
  });
}

/** Reports that nothing was exchanged today; after a long time, that a person has to act. */
export function reportPutOff(task: RotationTask, { current }: SecretState, due: Instant, why: string): RotationReport {
  const { effects, rotation, connection } = task;
  const message = `The credential in secret ${connection.secret} is not exchanged today: ${why}.`;
  if (effects.now() - due < LONGEST_DELAY) return report(task, 'put-off', message, { due: formatTime(due) });
  const { validUntil } = current;
  const state = `It has been due since ${dayOf(due)}. ${lifeOf(validUntil, effects.now())}`;
  return report(task, 'stuck', `${message} ${state}`, {
    remedy: `Remove the cause, or exchange the credential by hand: ${remedyOf(rotation, connection.secret)}`,
    since: formatTime(due),
    ...(validUntil !== undefined && { oldDies: formatTime(validUntil) }),
  });
}

/** Reports an attempt that failed or broke off. */
export function reportStuck(task: RotationTask, { current }: SecretState, pending: Pending): RotationReport {
  const { effects, rotation, connection } = task;
  const { message, remedy, since, diesAt } = explainStuck({
    rotation,
    secret: connection.secret,
    pending,
    validUntil: current.validUntil,
    now: effects.now(),
  });
  return report(task, 'stuck', message, {
    remedy,
    ...(since !== undefined && { since: formatTime(since) }),
    ...(diesAt !== undefined && { oldDies: formatTime(diesAt) }),
  });
}

function report(
  { source, connection }: RotationTask,
  state: RotationReport['state'],
  message: string,
  more: Partial<RotationReport> = {},
): RotationReport {
  return { connection: `${source.id}/${connection.id}`, secret: connection.secret, state, message, ...more };
}

function dayOf(at: Instant): string {
  return formatTime(at).slice(0, 10);
}
