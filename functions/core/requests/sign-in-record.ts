import { LONGEST_HOLD } from '../answer-clock.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import { DAY, formatTime, type Instant, SECOND } from '../time.ts';

/** Our sign-ins are remembered so long, for they show up in the vendor's log. */
export const SIGN_INS_KEPT = 3 * DAY;
/** A sign-in whose outcome is not on record after so long was made by a process that died. */
const OUTCOME_DUE = 45 * SECOND;

/** A process may die at any time, and once is no reason to stand still; twice in a row may be two refusals. */
const MOST_UNTOLD = 2;

/** One attempt to sign in, by one invocation. */
export interface Attempt {
  readonly owner: string;
  readonly at: Instant;
  readonly secretVersion: string;
  /** Its second on the vendor's clock, as far as that is known: under it the attempt is on record. */
  readonly second: number;
}

/** Why, and until when, nobody may sign in. */
export interface SignInHold {
  readonly signIn: 'refused' | 'throttled';
  readonly notBefore: Instant;
  readonly message: string;
}

/** Why nobody may sign in with this secret now, if so. Sign-ins whose outcome nobody lived to tell may have been refused. */
export function signInHold(state: ConnectionState, secretVersion: string, now: Instant): SignInHold | undefined {
  const { signIn, notBefore, message = 'The sign-in was refused.', signingIn } = state;
  if (signIn && notBefore !== undefined && now < notBefore && state.secretVersion === secretVersion) {
    return { signIn, notBefore, message };
  }
  if (signingIn?.secretVersion !== secretVersion || isUnderWay(state, secretVersion, now)) return undefined;
  if (signingIn.untold < MOST_UNTOLD) return undefined;
  const until = signingIn.at + LONGEST_HOLD;
  if (now >= until) return undefined;
  const died = `The last ${signingIn.untold} runs that signed in, at ${formatTime(signingIn.at)} the last, ended before the answer was on record: it may have been refused.`;
  return { signIn: 'refused', notBefore: until, message: died };
}

/** Whether another invocation is signing in with this secret just now: its outcome binds all. */
export function isUnderWay({ signingIn }: ConnectionState, secretVersion: string, now: Instant): boolean {
  // A clock that is far ahead tells nothing of how long ago it was.
  return signingIn?.secretVersion === secretVersion && Math.abs(now - signingIn.at) < OUTCOME_DUE;
}

export function isOurs({ signingIn }: ConnectionState, { owner, at }: Attempt): boolean {
  return signingIn?.owner === owner && signingIn.at === at;
}

/** Puts an attempt on record, unless somebody else's says that it must not be made. */
export function withAttempt(state: ConnectionState, attempt: Attempt): ConnectionState {
  const { owner, at, secretVersion, second } = attempt;
  if (isUnderWay(state, secretVersion, at) || signInHold(state, secretVersion, at)) return state;
  const before = state.signingIn?.secretVersion === secretVersion ? state.signingIn.untold : 0;
  return { ...withSignIn(state, second), signingIn: { owner, at, secretVersion, untold: before + 1 } };
}

/** The attempt is over, and may not even have been made. */
export function withoutAttempt(state: ConnectionState, attempt: Attempt, made: boolean): ConnectionState {
  if (!isOurs(state, attempt)) return state;
  const { signingIn: _, ...rest } = state;
  return made ? rest : withoutSignIn(rest, attempt.second);
}

/** The vendor's clock has shown when the attempt was made. */
export function withClock(state: ConnectionState, attempt: Attempt, clockOffset: number): ConnectionState {
  if (!isOurs(state, attempt)) return state;
  return { ...withSignIn(withoutSignIn(state, attempt.second), secondOf(attempt.at, clockOffset)), clockOffset };
}

/** A second on the vendor's clock. */
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
