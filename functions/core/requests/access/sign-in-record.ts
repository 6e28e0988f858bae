import { MAX_HOLD } from '../../answer-clock.ts';
import type { ConnectionState } from '../../stored/connection-state.ts';
import { DAY, formatTime, type Instant, SECOND } from '../../time.ts';

/** How long our sign-ins are remembered. They may appear late in the vendor's log. */
export const SIGN_INS_KEPT = 3 * DAY;
/** If the outcome of a sign-in is not on record after this time, the process that made it has died. */
const OUTCOME_DUE = 45 * SECOND;

/** Maximum number of sign-ins in a row without an outcome on record: two of them may have been two refusals. */
const MAX_UNTOLD = 2;

/** One attempt to sign in, by one invocation. */
export interface Attempt {
  readonly owner: string;
  readonly at: Instant;
  readonly secretVersion: string;
  /** Its second on the vendor's clock, if that is known, else on ours. The attempt's key in the record. */
  readonly second: number;
}

/** The reason why no sign-in is allowed, and until when. */
export interface SignInHold {
  readonly signIn: 'refused' | 'throttled';
  readonly notBefore: Instant;
  readonly message: string;
}

/** Returns why signing in with this secret is not allowed now, else undefined. Sign-ins without an outcome on record may have been refused. */
export function signInHold(state: ConnectionState, secretVersion: string, now: Instant): SignInHold | undefined {
  const { signIn, notBefore, signingIn } = state;
  if (signIn && notBefore !== undefined && now < notBefore && state.secretVersion === secretVersion) {
    return { signIn, notBefore, message: state.message ?? 'The sign-in was refused.' };
  }
  if (signingIn?.secretVersion !== secretVersion || isUnderWay(state, secretVersion, now)) return undefined;
  if (signingIn.untold < MAX_UNTOLD) return undefined;
  const until = signingIn.at + MAX_HOLD;
  if (now >= until) return undefined;
  const message = `The last ${signingIn.untold} runs that signed in (the latest at ${formatTime(signingIn.at)}) ended before the answer was on record: the sign-in may have been refused.`;
  return { signIn: 'refused', notBefore: until, message };
}

/** Whether another invocation is signing in with this secret right now. Its outcome is valid for all invocations. */
export function isUnderWay({ signingIn }: ConnectionState, secretVersion: string, now: Instant): boolean {
  // Absolute: the other process's clock may be ahead of ours.
  return signingIn?.secretVersion === secretVersion && Math.abs(now - signingIn.at) < OUTCOME_DUE;
}

export function isOurs({ signingIn }: ConnectionState, { owner, at }: Attempt): boolean {
  return signingIn?.owner === owner && signingIn.at === at;
}

/** Puts an attempt on record, unless the record forbids it: another attempt is under way, or a hold is in force. */
export function withAttempt(state: ConnectionState, attempt: Attempt): ConnectionState {
  const { owner, at, secretVersion, second } = attempt;
  if (isUnderWay(state, secretVersion, at) || signInHold(state, secretVersion, at)) return state;
  const before = state.signingIn?.secretVersion === secretVersion ? state.signingIn.untold : 0;
  return { ...withSignIn(state, second), signingIn: { owner, at, secretVersion, untold: before + 1 } };
}

/** Ends an attempt. @param made false if it was given up before it was sent */
export function withoutAttempt(state: ConnectionState, attempt: Attempt, made: boolean): ConnectionState {
  if (!isOurs(state, attempt)) return state;
  const { signingIn: _, ...rest } = state;
  return made ? rest : withoutSignIn(rest, attempt.second);
}

/** Corrects the second of an attempt by the clock that the vendor's answer has shown. */
export function withClock(state: ConnectionState, attempt: Attempt, clockOffset: number): ConnectionState {
  if (!isOurs(state, attempt)) return state;
  return { ...withSignIn(withoutSignIn(state, attempt.second), secondOf(attempt.at, clockOffset)), clockOffset };
}

/** Converts an instant to a second on the vendor's clock. */
export function secondOf(now: Instant, clockOffset = 0): number {
  return Math.floor(now / SECOND) - clockOffset;
}

function withSignIn(state: ConnectionState, second: number): ConnectionState {
  const kept = (state.signIns ?? []).filter((other) => other > second - SIGN_INS_KEPT / SECOND);
  return { ...state, signIns: [...kept, second].sort((one, other) => one - other) };
}

function withoutSignIn(state: ConnectionState, second: number): ConnectionState {
  const signIns = [...(state.signIns ?? [])];
  const found = signIns.lastIndexOf(second);
  if (found >= 0) signIns.splice(found, 1);
  return { ...state, signIns };
}
