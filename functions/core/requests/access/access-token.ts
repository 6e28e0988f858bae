import { retryAfter } from '../../answer-clock.ts';
import type { TokenAnswer, TokenTimes } from '../../effects.ts';
import { messageOf, NetworkError, OutOfTimeError, PauseError, TidemarkError } from '../../errors.ts';
import { type Backoff, pauseBeforeRetry, RETRIES } from '../../retry.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../../time.ts';
import { type Access, type AccessRun, MAX_TOKENS, notAPage } from './access.ts';
import { failing, refusalOfToken } from './token-refusal.ts';
import { tokenTimes } from './token-times.ts';

/** Maximum time of one request for a token. */
const LONGEST_STEP = 30 * SECOND;
/** A failed renewal is tried again after this time, as long as the old token lasts. */
const RENEW_AGAIN = MINUTE;

/** The outcome of one request for a token: when the token ends, if that is known, or why there is none yet. */
type Outcome =
  | { readonly endsAt: Instant | undefined }
  | {
      readonly failure: TidemarkError;
      /** How long the vendor wants to be left alone before the next attempt. */
      readonly atLeast?: Duration;
    };

/**
 * The access token of one run (OAuth 2.0 client credentials), shared by all feeds of the connection: the one that an earlier
 * invocation left in this process, or a new one. It is renewed before it ends, and once when the vendor refuses it.
 */
export class AccessToken implements Access {
  readonly isSignIn = false;
  failure: unknown;
  readonly #run: AccessRun;
  #number = 0;
  #isOpen = false;
  #times: TokenTimes = { renewAt: 0, endsAt: 0 };
  /** The step that is under way. Requests are made ahead: two of them must not ask for a token at once. */
  #step: Promise<void> | undefined;
  /** The pause that the token endpoint has asked for last. An older token may be used meanwhile. */
  #pause: PauseError | undefined;

  constructor(run: AccessRun) {
    this.#run = run;
  }

  async ready(): Promise<void> {
    await this.#step;
    if (this.failure !== undefined) throw this.failure;
    const now = this.#run.effects.now();
    if (!this.#isOpen) await this.#one(() => this.#open());
    else if (now >= this.#times.renewAt) await this.#one(() => this.#renew(now < this.#times.endsAt));
  }

  drop(number: number): boolean {
    // Another request was refused before this one, and the new token is there already.
    if (this.#number > number) return true;
    if (this.#number >= MAX_TOKENS) return false;
    this.#isOpen = false;
    return true;
  }

  forget(number: number): void {
    // An answer about the token before says nothing about the new one.
    if (this.#number <= number) this.#run.effects.keepToken(undefined);
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
    const { effects } = this.#run;
    try {
      const kept = this.#number === 0 ? await effects.keptToken() : undefined;
      if (kept && effects.now() < kept.renewAt) this.#times = kept;
      else await this.#getToken();
      this.#number++;
      this.#isOpen = true;
    } catch (thrown) {
      this.failure = thrown;
      throw thrown;
    }
  }

  /** @param lasts whether the old token can still be used: then a failure is only noted */
  async #renew(lasts: boolean): Promise<void> {
    const { effects } = this.#run;
    try {
      await this.#getToken(lasts ? { ...RETRIES.signIn, attempts: 1 } : RETRIES.signIn);
    } catch (thrown) {
      if (!lasts || !(thrown instanceof Error) || thrown instanceof OutOfTimeError) {
        this.failure = thrown;
        throw thrown;
      }
      this.#times = { ...this.#times, renewAt: effects.now() + RENEW_AGAIN };
      effects.log('debug', `The access token was not renewed: ${messageOf(thrown)}`);
    }
  }

  async #getToken(policy: Backoff = RETRIES.signIn): Promise<void> {
    const { effects, stopAt } = this.#run;
    for (let made = 1; ; made++) {
      const now = effects.now();
      if (now >= stopAt || effects.stopping()) throw new OutOfTimeError();
      if (this.#pause && now < this.#pause.until) throw this.#pause;
      const outcome = await this.#ask(now);
      if ('endsAt' in outcome) {
        this.#times = tokenTimes(now, outcome.endsAt);
        effects.keepToken(this.#times);
        return;
      }
      const { failure, atLeast = 0 } = outcome;
      if (!(await pauseBeforeRetry(effects, policy, { made, until: stopAt, atLeast }))) throw failure;
    }
  }

  /** Asks once. Returns the failure if it may be tried again, and throws any other. */
  async #ask(now: Instant): Promise<Outcome> {
    const { effects, title, connection, endBy } = this.#run;
    let asked: TokenAnswer;
    try {
      asked = await effects.obtainToken('open', Math.min(LONGEST_STEP, endBy - now));
    } catch (thrown) {
      if (effects.stopping()) throw new OutOfTimeError();
      if (!(thrown instanceof NetworkError)) throw notAPage(thrown, 'The answer of the token endpoint cannot be read');
      return { failure: failing(`No answer came from ${title}’s token endpoint: ${thrown.message}`) };
    }
    if (asked.open) return { endsAt: asked.life === undefined ? undefined : now + asked.life };
    const { answer } = asked;
    const answered = effects.now();
    const refusal = refusalOfToken({ title, secret: connection.secret, answer, now: answered });
    if (refusal instanceof PauseError) this.#pause = refusal;
    if (!(refusal instanceof TidemarkError) || refusal.code !== 'failing') throw refusal;
    return { failure: refusal, atLeast: (retryAfter(answer, answered) ?? answered) - answered };
  }
}
