import { createHash } from 'node:crypto';
import type { Answer, Connection, Request, Rotation, Source } from '../model.ts';
import { judge } from '../requests/judge.ts';
import { RETRIES, retry } from '../retry.ts';
import {
  DAY,
  type Duration,
  floorTo,
  formatDuration,
  formatInstant,
  HOUR,
  type Instant,
  MINUTE,
  SECOND,
} from '../time.ts';
import { type AttemptNote, type BadEnd, explainStuck, lifeOf, type Pending, remedyOf } from './rotation-stuck.ts';

/** How a secret stands. */
export interface SecretLook {
  readonly current: {
    readonly version: string;
    readonly createdAt: Instant;
    /** The credential's own end, where the secret says it. */
    readonly validUntil?: Instant;
  };
  readonly pending?: Pending;
  readonly notice?: Notice;
}

/** That a credential was seen to be due soon: kept in the secret, and renewed day by day until it has been exchanged. */
export interface Notice {
  /** The version of the secret that it is about. */
  readonly of: string;
  readonly since: Instant;
  readonly seen: Instant;
}

/** What came of asking for a new credential. The credential itself stays outside. */
export interface Renewal {
  readonly status: number;
  /** Whether a whole new credential is in hand. */
  readonly obtained: boolean;
  readonly validUntil?: Instant;
}

/** All that the world can do to a rotation. */
export interface RotationEffects {
  now(): Instant;
  random(): number;
  newId(): string;
  sleep(time: Duration): Promise<void>;
  remainingTime(): Duration;

  /** What it shows may be a little old. */
  look(): Promise<SecretLook>;
  /** Puts a notice in the place of the one before. */
  announce(notice: Notice): Promise<void>;
  /** Makes the note a version of this id, and that the pending one. To do it twice is to do it once; `taken`: there is another note of this id. */
  note(version: string, note: AttemptNote): Promise<'written' | 'taken'>;
  /** This version is no longer the pending one. */
  takeBack(version: string): Promise<void>;
  /** Asks the vendor something harmless. Throws NetworkError when no answer came. */
  ask(request: Request, timeout: Duration): Promise<Answer>;
  /** Asks the vendor for a new credential, once, whatever comes. Throws when no whole answer came. */
  renew(timeout: Duration): Promise<Renewal>;
  /** Makes the new credential the current version, under this id, and ends the attempt by the same write. To do it twice is to do it once. */
  store(version: string, timeout: Duration): Promise<void>;

  log(level: 'info' | 'warn', message: string, fields?: Record<string, unknown>): void;
}

/**
 * How an invocation ended.
 *
 * - `young`     the credential is not due
 * - `announced` it is due, on the day that is told: never on the first visibility of it
 * - `put-off`   today the vendor, or the time, did not allow it; nothing has been exchanged
 * - `elsewhere` somebody else is at it
 * - `rotated`   the new credential is in the secret
 * - `stuck`     it takes a person
 */
export interface RotationReport {
  readonly connection: string;
  readonly secret: string;
  readonly state: 'young' | 'announced' | 'put-off' | 'elsewhere' | 'rotated' | 'stuck';
  readonly message: string;
  readonly remedy?: string;
  readonly due?: string;
  readonly since?: string;
  /** When the credential that was in the secret dies, at the latest. */
  readonly oldDies?: string;
  readonly validUntil?: string;
}

export interface RotationTask {
  readonly effects: RotationEffects;
  readonly source: Source;
  readonly rotation: Rotation;
  readonly connection: Connection;
}

/** A credential is exchanged no sooner than so long after it was first seen to be due: never because of a deployment. */
const NOTICE: Duration = 7 * DAY;
/** Invocations come once a day, but not to the minute. */
const SLACK: Duration = 2 * HOUR;
/** Whoever has not looked for longer than that has been switched off, and begins anew. */
const LONGEST_GAP: Duration = 3 * DAY;
/** What has been put off for so long wants a person. */
const LONGEST_DELAY: Duration = 30 * DAY;
const ASK_TIMEOUT: Duration = 30 * SECOND;
const STORE_TIMEOUT: Duration = 10 * SECOND;
/** Lambda lets none live longer. */
const LONGEST_INVOCATION: Duration = 15 * MINUTE;
/** What is begun has time to be stored. */
const LEAST_TIME: Duration = 2 * ASK_TIMEOUT + 6 * STORE_TIMEOUT;
/** What is left of the invocation to say how it ended. */
const MARGIN: Duration = 3 * SECOND;

/**
 * Exchanges a connection's credential for a new one, when it is old enough, and only while nothing is pending in its secret.
 *
 * The vendor makes and activates the new one in one call, and it can never be had again: so that the call is made is written down
 * first, it is made once, and what it gives is stored at once. What is pending and not current is an attempt without an end.
 */
export async function rotate(task: RotationTask): Promise<RotationReport> {
  const { effects, rotation, connection } = task;
  const look = await effects.look();
  const { pending } = look;
  if (pending && !isOver(look, pending)) {
    return isYoung(pending, effects.now()) ? elsewhere(task) : tellStuck(task, look, pending);
  }
  const { current } = look;
  if (effects.now() - current.createdAt < rotation.every - NOTICE) {
    const due = current.createdAt + rotation.every;
    return report(task, 'young', `The credential in secret ${connection.secret} is not due.`, { due: told(due) });
  }
  const due = await giveNotice(task, look);
  if (effects.now() < due) {
    const message = `The credential in secret ${connection.secret} will be exchanged on ${told(due).slice(0, 10)}.`;
    return report(task, 'announced', message, { due: told(due) });
  }
  const hindrance = await rehearse(task);
  if (hindrance !== undefined) return putOff(task, look, due, hindrance);
  return await attempt(task, look, due);
}

/** What was pending before what is current now: a person has put a credential in, or an exchange came to its end and another followed. */
function isOver({ current }: SecretLook, { note, since }: Pending): boolean {
  if (note) return note.of !== current.version;
  return since !== undefined && since < current.createdAt;
}

/** Whether another invocation may be at it right now. */
function isYoung({ note }: Pending, now: Instant): boolean {
  return note !== undefined && !note.ended && Math.abs(now - note.at) < LONGEST_INVOCATION;
}

/** Notes that the credential is due, and returns when it may be exchanged. */
async function giveNotice({ effects, rotation }: RotationTask, { current, notice }: SecretLook): Promise<Instant> {
  const now = effects.now();
  const isKnown = notice?.of === current.version && Math.abs(now - notice.seen) <= LONGEST_GAP;
  const since = isKnown ? notice.since : now;
  // That the role may write to the secret, and with its key, is known long before it matters.
  await effects.announce({ of: current.version, since, seen: now });
  return Math.max(current.createdAt + rotation.every, since + NOTICE - SLACK);
}

/** What keeps us from asking the vendor today, if anything does. */
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

async function attempt(task: RotationTask, look: SecretLook, due: Instant): Promise<RotationReport> {
  const { effects, source, rotation, connection } = task;
  const { version } = look.current;
  const at = effects.now();
  const note: AttemptNote = { attempt: effects.newId(), connection: `${source.id}/${connection.id}`, of: version, at };
  // Of those who begin on the same day, the content tells one from the other, and the first one wins.
  const noteId = idOf(`attempt of ${version} on ${floorTo(at, DAY)}`);
  if (!(await take(task, noteId, note, look))) return elsewhere(task);
  const renewal = await effects.renew(ASK_TIMEOUT).catch(() => undefined);
  if (renewal?.obtained) {
    return (await store(task, idOf(`result of ${note.attempt}`)))
      ? rotated(task, look, at, renewal.validUntil)
      : await end(task, look, note, { how: 'not-stored' });
  }
  if (!renewal) return await end(task, look, note, { how: 'lost' });
  const { status } = renewal;
  if (status === 429) {
    const isBack = await effects.takeBack(noteId).then(
      () => true,
      () => false,
    );
    if (isBack) return putOff(task, look, due, 'the vendor is busy (429)');
    return await end(task, look, note, { how: 'throttled', status });
  }
  if (rotation.refusals[status]) return await end(task, look, note, { how: 'refused', status });
  const how = status >= 200 && status < 300 ? 'unreadable' : 'failed';
  return await end(task, look, note, { how, status });
}

/** Writes the note. Whether it is the only one, and still about the current version, is looked at once more before it counts. */
async function take(task: RotationTask, id: string, note: AttemptNote, before: SecretLook): Promise<boolean> {
  const { effects } = task;
  let isWritten = false;
  try {
    if ((await effects.note(id, note)) === 'taken') return false;
    isWritten = true;
    const { current, pending } = await effects.look();
    // What is shown may be old: only what is new in it counts.
    const isOther = pending !== undefined && pending.version !== id && pending.version !== before.pending?.version;
    if (current.version === before.current.version && !isOther) return true;
  } catch (thrown) {
    // Nobody has been asked for anything: our note is to go, if it is there; another one of the same id is to stay.
    const isOurs = isWritten || (await effects.look()).pending?.note?.attempt === note.attempt;
    if (isOurs) await effects.takeBack(id);
    throw thrown;
  }
  await effects.takeBack(id);
  return false;
}

/** Stores the new credential. It exists nowhere else: this is tried for as long as there is time. */
async function store({ effects, connection }: RotationTask, id: string): Promise<boolean> {
  const until = effects.now() + effects.remainingTime() - MARGIN;
  if (effects.now() >= until) return false;
  const attempt = async () => {
    try {
      await effects.store(id, Math.min(STORE_TIMEOUT, until - effects.now()));
      return true;
    } catch (thrown) {
      effects.log('warn', `Secret ${connection.secret} did not take the new credential: ${messageOf(thrown)}`);
      throw thrown;
    }
  };
  // Only the end of the invocation may stop this.
  const host = { ...effects, stopping: () => false };
  return await retry(host, RETRIES.newCredential, until, attempt).catch(() => false);
}

/** A bad end is written down, if it can be, so that whoever comes later knows more than that there was no good one. */
async function end(task: RotationTask, look: SecretLook, begun: AttemptNote, ended: BadEnd): Promise<RotationReport> {
  const note = { ...begun, ended };
  const version = idOf(`end of ${begun.attempt}`);
  await task.effects.note(version, note).catch((thrown: unknown) => {
    task.effects.log('warn', `How the attempt ended could not be noted: ${messageOf(thrown)}`);
  });
  return tellStuck(task, look, { version, note });
}

function elsewhere(task: RotationTask): RotationReport {
  return report(task, 'elsewhere', `Another invocation has begun today to exchange secret ${task.connection.secret}.`);
}

function rotated(task: RotationTask, look: SecretLook, at: Instant, validUntil: Instant | undefined): RotationReport {
  const oldDies = Math.min(at + task.rotation.oldLives, look.current.validUntil ?? Number.POSITIVE_INFINITY);
  const message = `Secret ${task.connection.secret} holds a new credential; the old one dies on ${told(oldDies).slice(0, 10)} at the latest.`;
  return report(task, 'rotated', message, {
    oldDies: told(oldDies),
    ...(validUntil !== undefined && { validUntil: told(validUntil) }),
  });
}

function putOff(task: RotationTask, look: SecretLook, due: Instant, why: string): RotationReport {
  const { effects, rotation, connection } = task;
  const message = `The credential in secret ${connection.secret} is not exchanged today: ${why}.`;
  if (effects.now() - due < LONGEST_DELAY) return report(task, 'put-off', message, { due: told(due) });
  const { validUntil } = look.current;
  return report(
    task,
    'stuck',
    `${message} It has been due since ${told(due).slice(0, 10)}. ${lifeOf(validUntil, effects.now())}`,
    {
      remedy: `Mend what keeps it from it. Or do it by hand: ${remedyOf(rotation, connection.secret)}`,
      since: told(due),
      ...(validUntil !== undefined && { oldDies: told(validUntil) }),
    },
  );
}

function tellStuck(task: RotationTask, { current }: SecretLook, pending: Pending): RotationReport {
  const { effects, rotation, connection } = task;
  const stuck = explainStuck(rotation, connection.secret, pending, current.validUntil, effects.now());
  const { message, remedy, since, diesAt } = stuck;
  return report(task, 'stuck', message, {
    remedy,
    ...(since !== undefined && { since: told(since) }),
    ...(diesAt !== undefined && { oldDies: told(diesAt) }),
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

/** An id as Secrets Manager takes them for versions, the same for the same text. */
export function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function told(at: Instant): string {
  return formatInstant(at, 's');
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
