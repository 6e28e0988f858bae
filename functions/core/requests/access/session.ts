import { clockOffset, retryAfter, vendorTime } from '../../answer-clock.ts';
import type { TokenAnswer, TokenTimes } from '../../effects.ts';
import { NetworkError, OutOfTimeError, TidemarkError } from '../../errors.ts';
import { excerpt } from '../../events/excerpt.ts';
import type { Answer } from '../../model.ts';
import { pauseBeforeRetry, RETRIES } from '../../retry.ts';
import type { ConnectionState } from '../../stored/connection-state.ts';
import { DAY, type Duration, type Instant, MINUTE, SECOND } from '../../time.ts';
import { type Access, type AccessRun, MAX_TOKENS, notAPage } from './access.ts';
import {
  type Attempt,
  isOurs,
  isUnderWay,
  type SignInHold,
  secondOf,
  signInHold,
  withAttempt,
  withClock,
  withoutAttempt,
} from './sign-in-record.ts';
import { heldError, refusalOf } from './sign-in-refusal.ts';
import { tokenTimes } from './token-times.ts';

/** Maximum time of one request for a session. */
const LONGEST_STEP = 30 * SECOND;
/** Interval of checks whether another invocation has finished its sign-in. */
const LOOK_AGAIN = SECOND;
/** Maximum plausible difference between the vendor's clock and ours. */
const BELIEVABLE_SKEW = DAY;
/** A failed extension is tried again after this time. */
const EXTEND_AGAIN = MINUTE;

/**
 * The session of one run, shared by all feeds of the connection. A sign-in takes a licence and appears in the vendor's log, and
 * too many refused sign-ins lock the user out. So there is at most one in the life of a session, each is put on record, and a
 * refusal is final. A session that an earlier invocation kept in this process is used as long as it lasts.
 */
export class Session implements Access {
  readonly isSignIn = true;
  failure: unknown;
  readonly #run: AccessRun;
  #number = 0;
  #isOpen = false;
  #times: TokenTimes = { renewAt: 0, endsAt: 0 };
  /** Whether later invocations may use the session. False once the vendor has refused one of its requests. */
  #isKept = false;
  /** The version of the secret that was signed in with last. Empty if the session is an earlier invocation's. */
  #secretVersion = '';
  /** The step that is under way. Requests are made ahead: two of them must not sign in at once. */
  #step: Promise<void> | undefined;

  constructor(run: AccessRun) {
    this.#run = run;
  }

  async ready(): Promise<void> {
    await this.#step;
    if (this.failure !== undefined) throw this.failure;
    if (!this.#isOpen) await this.#one(() => this.#open());
    else if (this.#run.effects.now() >= this.#times.renewAt) await this.#one(() => this.#extend());
  }

  drop(number: number): boolean {
    // Another request was refused before this one, and the new session is there already.
    if (this.#number > number) return true;
    if (this.#number >= MAX_TOKENS) return false;
    this.#isOpen = false;
    return true;
  }

  forget(number: number): void {
    // An answer about the session before says nothing about the new one.
    if (this.#number > number) return;
    this.#isKept = false;
    this.#run.effects.keepToken(undefined);
  }

  get number(): number {
    return this.#number;
  }

  async #one(step: () => Promise<void>): Promise<void> {
    this.#step ??= step().finally(() => {
      this.#step = undefined;
    });
    await this.#step;
  }

  async #open(): Promise<void> {
    try {
      if (this.#number === 0 && (await this.#takeUp())) return;
      const answer = await this.#signIn();
      this.#number++;
      this.#isOpen = true;
      this.#isKept = true;
      this.#keepTimes(answer);
    } catch (thrown) {
      this.failure = thrown;
      throw thrown;
    }
  }

  /** Takes over the session of an earlier invocation, and extends it if necessary. Returns whether there is a valid one. */
  async #takeUp(): Promise<boolean> {
    const { effects } = this.#run;
    const times = await effects.keptToken();
    if (!times || effects.now() >= times.endsAt) return false;
    this.#number++;
    this.#isOpen = true;
    this.#isKept = true;
    this.#times = times;
    if (effects.now() >= times.renewAt) await this.#extend();
    return true;
  }

  async #signIn(): Promise<TokenAnswer> {
    const { effects, title, stopAt } = this.#run;
    for (let made = 1; ; made++) {
      const opened = await this.#openOnRecord();
      if (opened.open) return opened;
      const { answer } = opened;
      const now = effects.now();
      const atLeast = (retryAfter(answer, now) ?? now) - now;
      if (effects.stopping()) throw new OutOfTimeError();
      if (!(await pauseBeforeRetry(effects, RETRIES.signIn, { made, until: stopAt, atLeast }))) {
        throw failing(`${title} answered ${answer.status} to the sign-in${excerpt(answer.text)}`);
      }
    }
  }

  /** Signs in, and puts the outcome on record before anything else happens, because a refusal or throttling binds later runs, too. */
  async #openOnRecord(): Promise<TokenAnswer> {
    const { effects, title, endBy } = this.#run;
    const attempt = await this.#begin();
    let opened: TokenAnswer;
    try {
      opened = await effects.obtainToken('open', Math.min(LONGEST_STEP, endBy - effects.now()));
    } catch (thrown) {
      await this.#end(attempt, (state) => state);
      if (effects.stopping()) throw new OutOfTimeError();
      throw unanswered(thrown);
    }
    const now = effects.now();
    const refusedBefore = this.#refusedBefore(this.#run.store.state);
    const no = opened.open ? undefined : refusalOf(title, opened.answer, now, refusedBefore);
    const skew = skewOf(opened.answer, now);
    await this.#end(attempt, (state) => {
      // The Date header has whole seconds.
      const timed = skew === undefined ? state : withClock(state, attempt, Math.floor(skew / SECOND));
      return no?.hold ? this.#held(timed, no.hold, refusedBefore) : timed;
    });
    if (no) throw no.error;
    return opened;
  }

  /**
   * Puts a sign-in on record before it happens. Without a record it would look like a stranger's; and if it were refused and
   * this process died before noting that, it would be repeated. While another invocation signs in, this one waits for the outcome.
   */
  async #begin(): Promise<Attempt> {
    const { effects, store, owner, stopAt } = this.#run;
    // A remembered secret may have been replaced: it would be refused, and holds are about the present one.
    const secretVersion = await effects.secretVersion(true);
    this.#secretVersion = secretVersion;
    for (;;) {
      const at = effects.now();
      const hold = signInHold(store.state, secretVersion, at);
      if (hold) throw heldError(hold);
      if (at >= stopAt || effects.stopping()) throw new OutOfTimeError();
      if (isUnderWay(store.state, secretVersion, at)) {
        await effects.sleep(LOOK_AGAIN);
        await store.refresh();
        continue;
      }
      const attempt = { owner, at, secretVersion, second: secondOf(at, store.state.clockOffset) };
      store.note((state) => (isOurs(state, attempt) ? state : withAttempt(state, attempt)));
      try {
        await store.save();
      } catch (thrown) {
        store.note((state) => withoutAttempt(state, attempt, false));
        throw thrown;
      }
      if (isOurs(store.state, attempt)) return attempt;
    }
  }

  /** If the outcome cannot be saved now, the run's last save does it. */
  async #end(attempt: Attempt, outcome: (state: ConnectionState) => ConnectionState): Promise<void> {
    const { store, effects } = this.#run;
    store.note((state) => withoutAttempt(outcome(state), attempt, true));
    try {
      await store.save();
    } catch (thrown) {
      effects.log('warn', 'The outcome of the sign-in could not be saved.', { error: String(thrown) });
    }
  }

  #held(state: ConnectionState, hold: SignInHold, refusedBefore: number): ConnectionState {
    const secretVersion = this.#secretVersion;
    const refusals = hold.signIn === 'refused' ? refusedBefore + 1 : Math.max(1, state.refusals);
    return { ...state, ...hold, secretVersion, refusals };
  }

  /** Refused sign-ins in a row with this secret. */
  #refusedBefore({ signIn, refusals, secretVersion: refused }: ConnectionState): number {
    return signIn === 'refused' && refused === this.#secretVersion ? refusals : 0;
  }

  /** A session that cannot be extended may still last; if it does not, the vendor refuses the next request. */
  async #extend(): Promise<void> {
    const { effects, stopAt } = this.#run;
    const now = effects.now();
    this.#setTimes({ ...this.#times, renewAt: now + EXTEND_AGAIN });
    try {
      // The time after stopAt is reserved for the run's last flush.
      const extended = await effects.obtainToken('extend', Math.min(LONGEST_STEP, stopAt - now));
      if (extended.open) return this.#keepTimes(extended);
      const { status, text } = extended.answer;
      effects.log('debug', `The session was not extended: ${status}${excerpt(text)}`);
    } catch (thrown) {
      if (!(thrown instanceof NetworkError || thrown instanceof TidemarkError)) throw thrown;
      effects.log('debug', `The session was not extended: ${thrown.message}`);
    }
  }

  /** Converts the end of the session from the vendor's clock to ours. */
  #keepTimes({ answer, until }: TokenAnswer): void {
    const now = this.#run.effects.now();
    this.#setTimes(tokenTimes(now, until === undefined ? undefined : until + (skewOf(answer, now) ?? 0)));
  }

  #setTimes(times: TokenTimes): void {
    this.#times = times;
    if (this.#isKept) this.#run.effects.keepToken(times);
  }
}

/** Our clock minus the vendor's. Undefined if the answer shows no plausible time. */
function skewOf(answer: Answer, now: Instant): Duration | undefined {
  const skew = clockOffset(answer, now);
  return vendorTime(answer) !== undefined && Math.abs(skew) < BELIEVABLE_SKEW ? skew : undefined;
}

/** The sign-in is not repeated: the vendor may have accepted it although no answer came. */
function unanswered(thrown: unknown): unknown {
  if (thrown instanceof NetworkError) return failing(`No answer came to the sign-in: ${thrown.message}`);
  return notAPage(thrown, 'The answer to the sign-in cannot be read');
}

function failing(message: string): TidemarkError {
  return new TidemarkError({
    code: 'failing',
    stage: 'receiving',
    message,
    remedy: 'Look at the vendor’s status page and the network path. Nothing is lost: the next run signs in again.',
  });
}
