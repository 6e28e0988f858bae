import { clockOffset, retryAfter, vendorTime } from '../answer-clock.ts';
import type { Effects, SessionAnswer } from '../effects.ts';
import { NetworkError, OutOfTimeError, TidemarkError, UnreadableError } from '../errors.ts';
import { excerpt } from '../events/excerpt.ts';
import type { Answer } from '../model.ts';
import { pauseBeforeRetry, RETRIES } from '../retry.ts';
import type { ConnectionStore } from '../state/connection-store.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import { DAY, type Duration, type Instant, MINUTE, SECOND } from '../time.ts';
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

/** A session whose end the vendor does not tell, or tells wrongly, is taken to last so long. */
const ASSUMED_LIFE = 10 * MINUTE;
/** It is extended so long before its end, or at half its life when it is shorter than twice that. */
const EXTEND_BEFORE = 3 * MINUTE;
/** Nobody could work with a session that ends sooner: what says so is wrong. And no session is extended again sooner. */
const SHORTEST_REST = 10 * SECOND;
const LONGEST_STEP = 30 * SECOND;
/** One when the run begins, one when the vendor refuses the session that it gave. */
const MOST_SIGN_INS = 2;
/** So often is looked whether another invocation has signed in. */
const LOOK_AGAIN = SECOND;
/** A vendor's clock that is further off is not believed. */
const BELIEVABLE_SKEW = DAY;

/** Whose session it is, and how long its run lives. */
export interface SessionRun {
  readonly effects: Effects;
  /** The vendor's product. */
  readonly title: string;
  readonly book: ConnectionStore;
  readonly secretVersion: string;
  readonly owner: string;
  /** Nobody signs in after it. */
  readonly stopAt: Instant;
  /** No step lasts longer. */
  readonly endBy: Instant;
}

/**
 * The session of one run, shared by all feeds of the connection. Signing in takes a licence, shows up in the vendor's log,
 * and when it is refused too often locks the user out: so it is done once, on record, and a no is final.
 */
export class Session {
  /** Why this run has no session, and gets none. */
  failure: unknown;
  readonly #run: SessionRun;
  #signIns = 0;
  #isOpen = false;
  #extendAt: Instant = 0;
  /** Requests are made ahead: two of them must not sign in at once. */
  #step: Promise<void> | undefined;

  constructor(run: SessionRun) {
    this.#run = run;
  }

  /** Before every request: signs in, or extends the session, when it is time to. */
  async ready(): Promise<void> {
    await this.#step;
    if (this.failure !== undefined) throw this.failure;
    if (!this.#isOpen) await this.#one(() => this.#signIn());
    else if (this.#run.effects.now() >= this.#extendAt) await this.#one(() => this.#extend());
  }

  /** The vendor refuses the session: the next request needs a new one. False when that has been tried. */
  drop(number: number): boolean {
    // Somebody else's request was refused, too, and has brought the new session already.
    if (this.#signIns > number) return true;
    if (this.#signIns >= MOST_SIGN_INS) return false;
    this.#isOpen = false;
    return true;
  }

  /** Counts sessions, so that a refusal can be told from one of the session before. */
  get number(): number {
    return this.#signIns;
  }

  async #one(step: () => Promise<void>): Promise<void> {
    this.#step ??= step().finally(() => {
      this.#step = undefined;
    });
    await this.#step;
  }

  async #signIn(): Promise<void> {
    try {
      const answer = await this.#insist();
      this.#signIns++;
      this.#isOpen = true;
      this.#lives(answer);
    } catch (thrown) {
      this.failure = thrown;
      throw thrown;
    }
  }

  async #insist(): Promise<SessionAnswer> {
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

  /** What comes of an attempt is on record before anything else happens; a no, or a wish to be left alone, binds the runs to come. */
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
      // The header leaves out what is less than a second.
      const timed = skew === undefined ? state : withClock(state, attempt, Math.floor(skew / SECOND));
      return no?.hold ? this.#held(timed, no.hold, refusedBefore) : timed;
    });
    if (no) throw no.error;
    return opened;
  }

  /**
   * Puts a sign-in on record before it happens: one that we know nothing of would look like a thief's, and one that is refused
   * while nobody lives to note it would be made again. While another invocation signs in, we wait for what comes of that.
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

  /** When the outcome cannot be saved now, it is with the run's last save. */
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

  /** How often in a row signing in with this secret was refused. */
  #refusedBefore({ signIn, refusals, secretVersion: refused }: ConnectionState): number {
    const { secretVersion } = this.#run;
    return signIn === 'refused' && refused === secretVersion ? refusals : 0;
  }

  /** A session that cannot be extended may still last; when it does not, the vendor's refusal tells. */
  async #extend(): Promise<void> {
    const { effects, stopAt } = this.#run;
    const now = effects.now();
    this.#extendAt = now + MINUTE;
    try {
      // What is kept back of the run's time is for its last flush.
      const extended = await effects.session('extend', Math.min(LONGEST_STEP, stopAt - now));
      if (extended.open) return this.#lives(extended);
      const { status, text } = extended.answer;
      effects.log('debug', `The session was not extended: ${status}${excerpt(text)}`);
    } catch (thrown) {
      if (!(thrown instanceof NetworkError || thrown instanceof TidemarkError)) throw thrown;
      effects.log('debug', `The session was not extended: ${thrown.message}`);
    }
  }

  /** The vendor tells the end by its own clock. */
  #lives({ answer, until }: SessionAnswer): void {
    const now = this.#run.effects.now();
    const ends = until === undefined ? now : until + (skewOf(answer, now) ?? 0);
    const life: Duration = ends - now > SHORTEST_REST ? ends - now : ASSUMED_LIFE;
    this.#extendAt = now + Math.max(SHORTEST_REST, life / 2, life - EXTEND_BEFORE);
  }
}

/** Our clock less the vendor's, if it shows one that can be believed. */
function skewOf(answer: Answer, now: Instant): Duration | undefined {
  const skew = clockOffset(answer, now);
  return vendorTime(answer) !== undefined && Math.abs(skew) < BELIEVABLE_SKEW ? skew : undefined;
}

/** It may have happened all the same: another one would be the second of this run. */
function unanswered(thrown: unknown): unknown {
  if (thrown instanceof NetworkError) return failing(`No answer came to the sign-in: ${thrown.message}`);
  if (!(thrown instanceof UnreadableError)) return thrown;
  // It is no page of the log: nothing there is broken.
  const { code, stage, message, remedy } = thrown;
  return new TidemarkError({
    code,
    stage,
    message: `The answer to the sign-in cannot be read: ${message}`,
    remedy,
    cause: thrown,
  });
}

function failing(message: string): TidemarkError {
  return new TidemarkError({
    code: 'failing',
    stage: 'receiving',
    message,
    remedy: 'Look at the vendor’s status page and the network path. Nothing is lost: the next run signs in again.',
  });
}
