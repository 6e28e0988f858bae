import { MAX_HOLD } from '../answer-clock.ts';
import type { Effects } from '../effects.ts';
import { asTidemarkError, OutOfTimeError, PauseError, TidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import type { Changes, Checkpoint, CommonCheckpoint, Hold } from '../stored/checkpoint.ts';
import { HOUR, type Instant } from '../time.ts';
import type { FeedState } from './report.ts';

/** Pause for a stream that our credentials may not read. */
const FORBIDDEN_HOLD = HOUR;

/** The end of a run, and the resulting changes of the checkpoint. */
export interface RunOutcome<C extends Checkpoint = Checkpoint> {
  readonly state: FeedState;
  readonly changes: Changes<C>;
  readonly until?: Instant;
  readonly error?: TidemarkError;
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
  return { state: 'forbidden', changes: {}, until: hold.until, error: forbidden(hold) };
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

export function failed(error: TidemarkError, failuresBefore: number, now: Instant): CommonOutcome {
  const lastError = { code: error.code, message: error.message, at: now };
  return { state: 'failed', error, changes: { failures: failuresBefore + 1, lastError, hold: undefined } };
}

function forbidden({ message, remedy = '' }: Hold): TidemarkError {
  const again = 'The stream is tried again every hour, and at once after the secret has changed.';
  return new TidemarkError({ code: 'forbidden', stage: 'receiving', message, remedy: `${remedy} ${again}`.trim() });
}

/** A failure, with the circumstances that decide its outcome. */
interface Failure {
  readonly thrown: unknown;
  readonly failuresBefore: number;
  readonly secretVersion: string;
}

/** Returns the outcome of a run that has thrown. */
export function outcomeOf(
  { effects, feed }: { readonly effects: Effects; readonly feed: AnyFeed },
  { thrown, failuresBefore, secretVersion }: Failure,
): CommonOutcome {
  const now = effects.now();
  if (thrown instanceof OutOfTimeError) return outOfTime(effects.stopping() ? 'stopped' : 'more');
  if (thrown instanceof PauseError) return pausedBy(thrown, now);
  const error = asTidemarkError(thrown);
  if (error.code === 'lease-lost') return { state: 'busy', changes: {}, error };
  const failure = failed(error, failuresBefore, now);
  if (error.code === 'refused') return { ...failure, state: 'refused' };
  if (error.code !== 'forbidden') return failure;
  const until = now + FORBIDDEN_HOLD;
  const { stage, message } = error;
  const remedy = `${error.remedy} Permission needed: ${feed.stream.needs}.`;
  const hold = { until, reason: 'forbidden', message, remedy, secretVersion } as const;
  const named = new TidemarkError({ code: 'forbidden', stage, message, remedy, cause: error });
  return { state: 'forbidden', until, error: named, changes: { ...failure.changes, hold } };
}

/** A quota of the whole connection holds the connection, not this feed. */
function pausedBy({ until: asked, scope, message }: PauseError, now: Instant): CommonOutcome {
  const until = Math.min(asked, now + MAX_HOLD);
  if (scope === 'connection') return { state: 'paused', until, changes: { failures: 0 } };
  return { state: 'paused', until, changes: { failures: 0, hold: { until, reason: 'quota', message } } };
}
