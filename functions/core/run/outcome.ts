import { MAX_HOLD } from '../answer-clock.ts';
import type { Effects } from '../effects.ts';
import { asTidemarkError, OutOfTimeError, PauseError, TidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import type { Access } from '../requests/access/access.ts';
import type { Seen } from '../state/seen.ts';
import type { Changes, Checkpoint, CommonCheckpoint, Hold } from '../stored/checkpoint.ts';
import { formatTime, HOUR, type Instant } from '../time.ts';
import { refusalHold } from './refusal-hold.ts';
import type { FeedState } from './report.ts';

/** Pause for a stream that our credentials may not read. */
const FORBIDDEN_HOLD = HOUR;

/** The end of a run, and the resulting changes of the checkpoint. */
export interface RunOutcome<C extends Checkpoint = Checkpoint> {
  readonly state: FeedState;
  readonly changes: Changes<C>;
  readonly until?: Instant;
  readonly error?: TidemarkError;
  /** The delivered events that the run has in memory. Only those of a run that has delivered and remembered all that it read. */
  readonly seen?: Seen;
  /** Number of entries that were released from quarantine. */
  readonly redriven?: number;
}

/** An outcome for checkpoints of all kinds: it changes only the common parts. */
type CommonOutcome = Omit<RunOutcome, 'changes'> & {
  readonly changes: { readonly [Part in keyof CommonCheckpoint]?: CommonCheckpoint[Part] | undefined };
};

/** Returns the outcome of a run that a stored hold stops before its first request, else undefined. */
export function holdOf(
  { hold }: CommonCheckpoint,
  now: Instant,
  secretVersion: string,
  askAgain: boolean,
): CommonOutcome | undefined {
  if (!hold || now >= hold.until) return undefined;
  if (hold.reason === 'quota') return { state: 'paused', changes: {}, until: hold.until };
  if (askAgain || hold.secretVersion !== secretVersion) return undefined;
  const { reason, until } = hold;
  const error = reason === 'refused' ? refusedError(hold.message, until) : forbidden(hold);
  return { state: reason, changes: {}, until, error };
}

export function caughtUp(now: Instant): CommonOutcome {
  return {
    state: 'caught-up',
    changes: { lastSuccess: now, failures: 0, lastError: undefined, hold: undefined, waitsInPlace: undefined },
  };
}

export function outOfTime(state: 'more' | 'stopped'): CommonOutcome {
  return { state, changes: { failures: 0, hold: undefined } };
}

/** The error while credentials that were refused are not tried again. */
export function refusedError(message: string, until: Instant): TidemarkError {
  return new TidemarkError({
    code: 'refused',
    stage: 'receiving',
    message,
    remedy: `Put working credentials into the secret: they are used at once. The old ones are not tried again before ${formatTime(until)}.`,
  });
}

function forbidden({ message, remedy = '' }: Hold): TidemarkError {
  const again = 'The stream is tried again every hour, and at once after the secret has changed.';
  return new TidemarkError({ code: 'forbidden', stage: 'receiving', message, remedy: `${remedy} ${again}`.trim() });
}

/** A failure, with the circumstances that decide its outcome. */
interface Failure {
  readonly thrown: unknown;
  /** The checkpoint before. */
  readonly before: CommonCheckpoint;
  readonly secretVersion: string;
  /** The session or token that the requests carried. */
  readonly access: Access | undefined;
}

/** Returns the outcome of a run that has thrown. */
export function outcomeOf(
  { effects, feed }: { readonly effects: Effects; readonly feed: AnyFeed },
  failure: Failure,
): CommonOutcome {
  const { thrown, before, secretVersion } = failure;
  const now = effects.now();
  if (thrown instanceof OutOfTimeError) return outOfTime(effects.stopping() ? 'stopped' : 'more');
  if (thrown instanceof PauseError) return pausedBy(thrown, now);
  const error = asTidemarkError(thrown);
  if (error.code === 'lease-lost') return { state: 'busy', changes: {}, error };
  const lastError = { code: error.code, message: error.message, at: now };
  const changes = { failures: before.failures + 1, lastError, hold: undefined };
  if (error.code === 'refused')
    return { state: 'refused', error, changes: { ...changes, ...refusedBy(failure, error, now) } };
  if (error.code !== 'forbidden') return { state: 'failed', error, changes };
  const until = now + FORBIDDEN_HOLD;
  const { stage, message } = error;
  const remedy = `${error.remedy} Permission needed: ${feed.stream.needs}.`;
  const hold = { until, reason: 'forbidden', message, remedy, secretVersion } as const;
  const named = new TidemarkError({ code: 'forbidden', stage, message, remedy, cause: error });
  return { state: 'forbidden', until, error: named, changes: { ...changes, hold } };
}

/** A refused request holds this feed only: other endpoints may accept the credentials. A refused sign-in holds the connection. */
function refusedBy(
  { before, secretVersion, access }: Failure,
  { message }: TidemarkError,
  now: Instant,
): { hold?: Hold } {
  if (access?.failure !== undefined) return {};
  const last =
    before.hold?.reason === 'refused' && before.hold.secretVersion === secretVersion ? before.hold : undefined;
  const refusals = (last?.refusals ?? 0) + 1;
  const until = now + refusalHold(refusals, access?.isSignIn ?? false);
  return { hold: { until, reason: 'refused', message, secretVersion, refusals } };
}

/** A pause that the connection has noted, or that is for this run only, is not noted with the feed. */
function pausedBy({ until: asked, scope, message }: PauseError, now: Instant): CommonOutcome {
  const until = Math.min(asked, now + MAX_HOLD);
  if (scope === 'connection') return { state: 'paused', until, changes: { failures: 0 } };
  return { state: 'paused', until, changes: { failures: 0, hold: { until, reason: 'quota', message } } };
}
