import type { TokenAnswer } from '../../functions/core/effects.ts';
import { type Duration, formatInstant, type Instant, MINUTE } from '../../functions/core/time.ts';
import type { MemoryClock } from './clock.ts';
import type { Reply } from './vendor.ts';

/** A step as the vendor got it. */
export interface LoginStep {
  readonly step: 'open' | 'extend';
  readonly at: Instant;
  readonly secretVersion: string;
}

/** How one signs in at the vendor in memory: sessions that end, and replies that are anything but a session. */
export class MemoryLogin {
  /** What was asked, and when. */
  readonly steps: LoginStep[] = [];
  /** Replies that are used up, first come first served, before a session is opened or extended. */
  readonly replies: Reply[] = [];
  /** Asked about every step that met no such reply. */
  onStep: ((step: LoginStep) => Reply | undefined) | undefined;
  /** Told of every sign-in that was let in, whether its answer got lost or not; the time is on the vendor's clock. */
  onSignIn: ((at: Instant) => void) | undefined;
  life: Duration = 10 * MINUTE;
  /** What answers say of a session's end, given when that is on the vendor's clock. */
  tells: (until: Instant) => Instant | undefined = (until) => until;
  /** Whether answers say how long the token lives, in place of when it ends. */
  tellsLife = false;
  /** The vendor's clock less the true one. */
  clockOffset: Duration = 0;
  /** Whether answers carry a Date header. */
  dates = true;
  /** Requests that sessions are good for, taken together. */
  requests = Number.POSITIVE_INFINITY;
  /** Whether sessions that were opened are good for anything. */
  honoured = true;
  readonly #clock: MemoryClock;
  /** When each session ends. */
  #sessions: Instant[] = [];

  constructor(clock: MemoryClock) {
    this.#clock = clock;
  }

  get signIns(): Instant[] {
    return this.at('open');
  }

  get extensions(): Instant[] {
    return this.at('extend');
  }

  /**
   * @param session the one to be extended; a sign-in brings a new one
   */
  take(
    step: 'open' | 'extend',
    secretVersion: string,
    session: number | undefined,
  ): TokenAnswer & { readonly session?: number; readonly network?: string } {
    const { now } = this.#clock;
    const asked = { step, at: now, secretVersion };
    this.steps.push(asked);
    const reply = this.replies.shift() ?? this.onStep?.(asked);
    const date = new Date((now + this.clockOffset) / 1_000).toUTCString();
    const answer = { status: 200, text: '{}', ...reply, headers: { ...(this.dates && { date }), ...reply?.headers } };
    if (reply && reply.network === undefined) return { answer, open: false };
    if (step === 'extend' && !this.#lasts(session)) return { answer: { ...answer, status: 401 }, open: false };
    // A step whose answer is lost has happened all the same.
    const until = now + this.life;
    if (step === 'open') this.onSignIn?.(now + this.clockOffset);
    const number = step === 'open' || session === undefined ? this.#sessions.length : session;
    this.#sessions[number] = until;
    const told = this.tells(until + this.clockOffset);
    const end = this.tellsLife ? { life: (told ?? now) - now - this.clockOffset } : { until: told ?? until };
    const open = { answer, open: true, session: number, ...(told !== undefined && end) };
    return reply?.network === undefined ? open : { ...open, network: reply.network };
  }

  /** Whether a request belongs to a session; it costs one of those that sessions are good for. */
  admits(session: number | undefined): boolean {
    if (!this.honoured || !this.#lasts(session) || this.requests <= 0) return false;
    this.requests--;
    return true;
  }

  /** The sessions that are open end now, though their time is not up. */
  end(): void {
    this.#sessions = this.#sessions.map(() => 0);
  }

  toString(): string {
    return this.steps.map(({ step, at }) => `${step} ${formatInstant(at)}`).join(', ');
  }

  at(step: 'open' | 'extend'): Instant[] {
    return this.steps.filter((one) => one.step === step).map(({ at }) => at);
  }

  #lasts(session: number | undefined): boolean {
    return session !== undefined && this.#clock.now < (this.#sessions[session] ?? 0);
  }
}
