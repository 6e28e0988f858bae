import { clockOffset, retryAfter, vendorTime } from '../answer-clock.ts';
import type { SessionAnswer, TokenTimes } from '../effects.ts';
import { NetworkError, OutOfTimeError, TidemarkError } from '../errors.ts';
import { excerpt } from '../events/excerpt.ts';
import type { Answer } from '../model.ts';
import { pauseBeforeRetry, RETRIES } from '../retry.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import { DAY, type Duration, type Instant, MINUTE, SECOND } from '../time.ts';
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
/** How often to look whether another invocation has finished its sign-in. */
const LOOK_AGAIN = SECOND;
/** A vendor's clock that is further off is not believed. */
const BELIEVABLE_SKEW = DAY;
/** A failed extension is tried again after this time. */
const EXTEND_AGAIN = MINUTE;

/**
 * The session of one run, shared by all feeds of the connection. Signing in takes a licence, shows up in the vendor's log, and
 * when it is refused too often it locks the user out: so it is done at most once in the life of a session, is on record, and a
 * refusal is final. A session that an earlier invocation left in this process is used as long as it lasts.
 */
export class Session implements Access {
  readonly isSignIn = true;
  failure: unknown;
  readonly #run: AccessRun;
  #number = 0;
  #isOpen = false;
  #times: TokenTimes = { renewAt: 0, endsAt: 0 };
  /** Whether later invocations may have the session: not once the vendor has refused a request of it. */
  #isKept = false;
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

  /** Goes on with the session of an earlier invocation, extended if it is time to. Returns whether there is one that lasts. */
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

  async #signIn(): Promise<SessionAnswer> {
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

  /** The outcome of an attempt is on record before anything else happens; a refusal or a throttling binds later runs, too. */
  async #openOnRecord(): Promise<SessionAnswer> {
    const { effects, title, endBy } = this.#run;
    const attempt = await this.#begin();
    let opened: SessionAnswer;
    try {
      opened = await effects.session('open', Math.min(LONGEST_STEP, endBy - effects.now()));
    } catch (thrown) {
      await this.#end(attempt, (state) => state);
      if (effects.stopping()) throw new OutOfTimeError();
      throw unanswered(thrown);
    }
    const now = effects.now();
    const refusedBefore = this.#refusedBefore(this.#run.book.state);
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
   * Puts a sign-in on record before it happens: without a record it would look like a thief's, and if it is refused and this
   * process dies before it can note that, it would be made again. While another invocation signs in, this one waits for the outcome.
   */
  async #begin(): Promise<Attempt> {
    const { effects, book, secretVersion, owner, stopAt } = this.#run;
    for (;;) {
      const at = effects.now();
      const hold = signInHold(book.state, secretVersion, at);
      if (hold) throw heldError(hold);
      if (at >= stopAt || effects.stopping()) throw new OutOfTimeError();
      if (isUnderWay(book.state, secretVersion, at)) {
        await effects.sleep(LOOK_AGAIN);
        await book.refresh();
        continue;
      }
      const attempt = { owner, at, secretVersion, second: secondOf(at, book.state.clockOffset) };
      book.note((state) => (isOurs(state, attempt) ? state : withAttempt(state, attempt)));
      try {
        await book.save();
      } catch (thrown) {
        book.note((state) => withoutAttempt(state, attempt, false));
        throw thrown;
      }
      if (isOurs(book.state, attempt)) return attempt;
    }
  }

  /** If the outcome cannot be saved now, the run's last save does it. */
  async #end(attempt: Attempt, outcome: (state: ConnectionState) => ConnectionState): Promise<void> {
    const { book, effects } = this.#run;
    book.note((state) => withoutAttempt(outcome(state), attempt, true));
    try {
      await book.save();
    } catch (thrown) {
      effects.log('warn', 'What came of the sign-in could not be saved.', { error: String(thrown) });
    }
  }

  #held(state: ConnectionState, hold: SignInHold, refusedBefore: number): ConnectionState {
    const { secretVersion } = this.#run;
    const refusals = hold.signIn === 'refused' ? refusedBefore + 1 : Math.max(1, state.refusals);
    return { ...state, ...hold, secretVersion, refusals };
  }

  /** Refused sign-ins in a row with this secret. */
  #refusedBefore({ signIn, refusals, secretVersion: refused }: ConnectionState): number {
    const { secretVersion } = this.#run;
    return signIn === 'refused' && refused === secretVersion ? refusals : 0;
  }

  /** A session that cannot be extended may still last; if it does not, the vendor refuses the next request. */
  async #extend(): Promise<void> {
    const { effects, stopAt } = this.#run;
    const now = effects.now();
    this.#setTimes({ ...this.#times, renewAt: now + EXTEND_AGAIN });
    try {
      // The time after stopAt is reserved for the run's last flush.
      const extended = await effects.session('extend', Math.min(LONGEST_STEP, stopAt - now));
      if (extended.open) return this.#keepTimes(extended);
      const { status, text } = extended.answer;
      effects.log('debug', `The session was not extended: ${status}${excerpt(text)}`);
    } catch (thrown) {
      if (!(thrown instanceof NetworkError || thrown instanceof TidemarkError)) throw thrown;
      effects.log('debug', `The session was not extended: ${thrown.message}`);
    }
  }

  /** The vendor tells the end by its own clock. */
  #keepTimes({ answer, until }: SessionAnswer): void {
    const now = this.#run.effects.now();
    this.#setTimes(tokenTimes(now, until === undefined ? undefined : until + (skewOf(answer, now) ?? 0)));
  }

  #setTimes(times: TokenTimes): void {
    this.#times = times;
    if (this.#isKept) this.#run.effects.keepToken(times);
  }
}

/** Our clock less the vendor's, if it shows one that can be believed. */
function skewOf(answer: Answer, now: Instant): Duration | undefined {
  const skew = clockOffset(answer, now);
  return vendorTime(answer) !== undefined && Math.abs(skew) < BELIEVABLE_SKEW ? skew : undefined;
}

/** The vendor may have taken it all the same: another one would be the second of this run. */
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
