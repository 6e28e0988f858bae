import type { Rotation } from '../model.ts';
import { formatInstant, type Instant } from '../time.ts';
import type { BadEnd, Pending } from './secret-state.ts';

/** An explanation, for a person, of an exchange that cannot continue. */
interface Stuck {
  readonly message: string;
  readonly remedy: string;
  readonly since?: Instant;
  /** The latest time at which the credential in the secret stops working. Undefined if it is not known. */
  readonly diesAt?: Instant;
}

const BROKE_OFF = 'The function broke off: whether the vendor has made a new credential is not known';

/** An attempt that failed, and the credential that is still in the secret. */
interface StuckAttempt {
  readonly rotation: Rotation;
  /** The name of the secret. */
  readonly secret: string;
  readonly pending: Pending;
  /** When the current credential expires by itself. */
  readonly validUntil: Instant | undefined;
  readonly now: Instant;
}

/** Explains what happened to a pending version, until when the old credential lives, and what to do. */
export function explainStuck({ rotation, secret, pending, validUntil, now }: StuckAttempt): Stuck {
  const { note } = pending;
  const since = note?.at ?? pending.since;
  const happened = note ? whatHappened(rotation, note.ended) : undefined;
  const isDying = happened?.isDying ?? true;
  const ends = [validUntil, isDying && since !== undefined ? since + rotation.oldLives : undefined];
  const known = ends.filter((end) => end !== undefined);
  const diesAt = known.length > 0 ? Math.min(...known) : undefined;
  const day = since === undefined ? 'some time ago' : `on ${dayOf(since)}`;
  const story = happened
    ? `The exchange of secret ${secret} was begun ${day} and did not end well. ${happened.text}`
    : `Secret ${secret} has had a pending version since ${day.replace(/^on /, '')} that is not Tidemark’s: somebody else is exchanging it, or has not ended`;
  return {
    message: `${story}. ${lifeOf(diesAt, now)}`,
    remedy: note ? remedyOf(rotation, secret) : remedyOfStranger(secret, pending.version),
    ...(since !== undefined && { since }),
    ...(diesAt !== undefined && { diesAt }),
  };
}

/** Returns the remedy if only a new credential helps. */
export function remedyOf({ remedy }: Rotation, secret: string): string {
  return `${remedy}; then put it in: npx tidemark secret set ${secret} --cloud`;
}

/** Returns a sentence on how long the credential in the secret lives. */
export function lifeOf(diesAt: Instant | undefined, now: Instant): string {
  if (diesAt === undefined) return 'The credential in the secret works until its own end, which is not known.';
  return diesAt > now
    ? `The credential in the secret dies on ${dayOf(diesAt)} at the latest.`
    : `The credential in the secret has died on ${dayOf(diesAt)} at the latest.`;
}

function whatHappened({ refusals }: Rotation, ended: BadEnd | undefined): { text: string; isDying: boolean } {
  const status = ended?.status === undefined ? '' : ` (${ended.status})`;
  switch (ended?.how) {
    case undefined:
      return { text: BROKE_OFF, isDying: true };
    case 'refused': {
      const { why = '', dying = false } = refusals[ended.status ?? 0] ?? {};
      return { text: `The vendor has made no new credential${status}: ${why}`, isDying: dying };
    }
    case 'throttled':
      return { text: `The vendor was busy${status} and has made no new credential`, isDying: false };
    case 'failed':
      return { text: `The vendor failed${status}: it may have made a new credential, which nobody has`, isDying: true };
    case 'unreadable':
      return {
        text: `The vendor has made a new credential${status}, but its answer did not hold it as documented: nobody has it`,
        isDying: true,
      };
    case 'lost':
      return {
        text: 'The vendor’s answer was lost: it may have made a new credential, which nobody has',
        isDying: true,
      };
    case 'not-stored':
      return {
        text: 'The vendor has made a new credential, but Secrets Manager did not take it in time: it is lost',
        isDying: true,
      };
  }
}

function remedyOfStranger(secret: string, version: string): string {
  return `When nobody works on it any more: aws secretsmanager update-secret-version-stage --secret-id ${secret} --version-stage AWSPENDING --remove-from-version-id ${version}`;
}

function dayOf(at: Instant): string {
  return formatInstant(at).slice(0, 10);
}
