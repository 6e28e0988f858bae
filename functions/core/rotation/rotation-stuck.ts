import type { Rotation } from '../model.ts';
import { formatInstant, type Instant } from '../time.ts';

/** The durable record of an attempt, kept under the label AWSPENDING of the secret itself. Nothing in it is secret. */
export interface AttemptNote {
  /** Tells it from every other, also from one that was begun at the same moment. */
  readonly attempt: string;
  /** `<source>/<connection>` */
  readonly connection: string;
  /** The version of the secret that was to be exchanged. When another one is current, the attempt no longer matters. */
  readonly of: string;
  readonly at: Instant;
  /** How it came to a bad end. Without it, it broke off. */
  readonly ended?: BadEnd;
}

/**
 * - `refused`    the vendor says that it has made nothing
 * - `throttled`  the same, and the note could not be taken back
 * - `failed`     any other answer that is no success
 * - `unreadable` a success without what it should hold
 * - `lost`       no whole answer came
 * - `not-stored` the new one was in hand, and the secret did not take it
 */
export interface BadEnd {
  readonly how: 'refused' | 'throttled' | 'failed' | 'unreadable' | 'lost' | 'not-stored';
  readonly status?: number;
}

/** What is pending in a secret and is not its current version. */
export interface Pending {
  readonly version: string;
  /** Not known while somebody has labelled a version that has no value yet. */
  readonly since?: Instant;
  /** None where it is somebody else's. */
  readonly note?: AttemptNote;
}

/** What a person has to know of an exchange that cannot go on. */
export interface Stuck {
  readonly message: string;
  readonly remedy: string;
  readonly since?: Instant;
  /** When the credential in the secret dies at the latest, as far as anybody knows. */
  readonly diesAt?: Instant;
}

const BROKE_OFF = 'The function broke off: whether the vendor has made a new credential is not known';

/** Says of what is pending what happened, until when the old credential lives, and what to do. */
export function explainStuck(
  rotation: Rotation,
  secret: string,
  pending: Pending,
  validUntil: Instant | undefined,
  now: Instant,
): Stuck {
  const { note } = pending;
  const since = note?.at ?? pending.since;
  const happened = note ? whatHappened(rotation, note.ended) : undefined;
  const isDying = happened?.isDying ?? true;
  const ends = [validUntil, isDying && since !== undefined ? since + rotation.oldLives : undefined];
  const known = ends.filter((end) => end !== undefined);
  const diesAt = known.length > 0 ? Math.min(...known) : undefined;
  const day = since === undefined ? 'some time ago' : `on ${dayOf(since)}`;
  const told = happened
    ? `The exchange of secret ${secret} was begun ${day} and did not end well. ${happened.text}`
    : `Secret ${secret} has had a pending version since ${day.replace(/^on /, '')} that is not Tidemark’s: somebody else is exchanging it, or has not ended`;
  return {
    message: `${told}. ${lifeOf(diesAt, now)}`,
    remedy: note ? remedyOf(rotation, secret) : remedyOfStranger(secret, pending.version),
    ...(since !== undefined && { since }),
    ...(diesAt !== undefined && { diesAt }),
  };
}

/** What to do where only a new credential helps. */
export function remedyOf({ remedy }: Rotation, secret: string): string {
  return `${remedy}; then put it in: npx tidemark secret set ${secret} --cloud`;
}

/** What is left of the life of the credential in the secret. */
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
