import type { Effects } from '../effects.ts';
import { asTidemarkError, OutOfTimeError, PauseError, TidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import { LONGEST_HOLD } from '../requests/judge.ts';
import type { Lease } from '../state/lease.ts';
import type { Changes, Checkpoint, Hold } from '../stored/checkpoint.ts';
import { HOUR, type Instant } from '../time.ts';
import type { FeedState } from './report.ts';

/** How long a stream that our credentials may not read is left alone. */
const FORBIDDEN_HOLD = HOUR;

/** How a run ended, and what that changes. */
export interface RunOutcome {
  readonly state: FeedState;
  readonly changes: Changes;
  readonly until?: Instant;
  readonly error?: TidemarkError;
  /** How many entries have left quarantine. */
  readonly redriven?: number;
}

/** Why this run asks nothing, if so. */
export function holdOf(
  { hold }: Checkpoint,
  now: Instant,
  secretVersion: string,
  askAgain: boolean,
): RunOutcome | undefined {
  if (!hold || now >= hold.until) return undefined;
  if (hold.reason === 'quota') return { state: 'paused', changes: {}, until: hold.until };
  if (askAgain || hold.secretVersion !== secretVersion) return undefined;
  return { state: 'forbidden', changes: {}, until: hold.until, error: forbidden(hold) };
}

export function caughtUp(now: Instant): RunOutcome {
  return {
    state: 'caught-up',
    changes: { lastSuccess: now, failures: 0, lastError: undefined, hold: undefined, waitsInPlace: undefined },
  };
}

export function outOfTime(state: 'more' | 'stopped'): RunOutcome {
  return { state, changes: { failures: 0, hold: undefined } };
}

function forbidden({ message, remedy = '' }: Hold): TidemarkError {
  const again = 'It is asked again every hour, and at once after the secret has changed.';
  return new TidemarkError({ code: 'forbidden', stage: 'receiving', message, remedy: `${remedy} ${again}`.trim() });
}

/** What a thrown thing means for the feed. */
export function outcomeOf(
  { effects, feed }: { readonly effects: Effects; readonly feed: AnyFeed },
  lease: Lease,
  thrown: unknown,
  secretVersion: string,
): RunOutcome {
  const now = effects.now();
  if (thrown instanceof OutOfTimeError) {
    return outOfTime(effects.stopping() ? 'stopped' : 'more');
  }
  if (thrown instanceof PauseError) {
    const until = Math.min(thrown.until, now + LONGEST_HOLD);
    if (thrown.scope === 'connection') return { state: 'paused', until, changes: { failures: 0 } };
    const hold = { until, reason: 'quota', message: thrown.message } as const;
    return { state: 'paused', until, changes: { failures: 0, hold } };
  }
  const error = asTidemarkError(thrown);
  if (error.code === 'lease-lost') return { state: 'busy', changes: {}, error };
  const lastError = { code: error.code, message: error.message, at: now };
  const failed: Changes = { failures: lease.item.failures + 1, lastError, hold: undefined };
  if (error.code === 'refused') return { state: 'refused', error, changes: failed };
  if (error.code !== 'forbidden') return { state: 'failed', error, changes: failed };
  const until = now + FORBIDDEN_HOLD;
  const { stage, message } = error;
  const remedy = `${error.remedy} What it takes: ${feed.stream.needs}.`;
  const hold = { until, reason: 'forbidden', message, remedy, secretVersion } as const;
  const named = new TidemarkError({ code: 'forbidden', stage, message, remedy, cause: error });
  return { state: 'forbidden', until, error: named, changes: { ...failed, hold } };
}
