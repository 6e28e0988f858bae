import { ASK_BACKOFF, backoff } from './backoff.ts';
import type { Effects } from './effects.ts';
import { NetworkError, TidemarkError } from './errors.ts';
import { judge, LONGEST_HOLD } from './judge.ts';
import type { Answer, Request, Source, Verdict } from './model.ts';
import type { Pacer } from './pacer.ts';
import { type Duration, type Instant, MINUTE, SECOND } from './time.ts';

/** Longest that we sit and wait inside a run; for more, the run ends and notes when to come back. */
const LONGEST_WAIT_IN_PLACE = 10 * SECOND;
const PATIENCE = { attempts: 5, timeout: 30 * SECOND } as const;

/** The vendor wants to be left alone until then; what is delivered counts, the run ends, a later one goes on. */
export class PauseError extends Error {
  readonly until: Instant;
  /** Whether it is the number of our requests that the vendor minds. */
  readonly throttled: boolean;

  constructor(until: Instant, why: string, throttled: boolean) {
    super(why);
    this.name = 'PauseError';
    this.until = until;
    this.throttled = throttled;
  }
}

/** The run's time is up, or its host wants it to end; a later run goes on. */
export class OutOfTimeError extends Error {
  constructor() {
    super('the time of this run is up');
    this.name = 'OutOfTimeError';
  }
}

/** Who asks, and until when. */
export interface Asker {
  readonly effects: Effects;
  readonly source: Source;
  readonly pacer: Pacer;
  /** No request starts after it. */
  readonly stopAt: Instant;
  /** No request lasts longer. */
  readonly endBy: Instant;
  readonly tally: { retries: number };
  /** Set when the run has ended: a request that was made ahead then gives up. */
  readonly life: { over: boolean };
  /** Waits in place for a quota as long as the run lives, instead of for moments only. */
  readonly waitsLong?: boolean;
  /** How often, and how long at a time, to try; less than usual where the answer can be done without. */
  readonly patience?: { readonly attempts: number; readonly timeout: Duration };
  /** An answer that says no is an answer, too. */
  readonly takesNo?: boolean;
}

/** Asks until there is an answer to be read, as patiently as the vendor wants and the run's time allows. */
export async function ask(asker: Asker, request: Request): Promise<Answer> {
  const { effects, source, pacer, patience = PATIENCE } = asker;
  let fresh = false;
  let before: Verdict | undefined;
  for (let attempt = 1; ; attempt++) {
    await keepPace(asker, before, attempt);
    const timeout = Math.min(patience.timeout, asker.endBy - effects.now());
    const { answer, verdict } = await askOnce(asker, request, timeout, fresh);
    if (answer) pacer.learn(source.quota?.(answer, effects.now()), effects.now());
    if (verdict.kind === 'done') return answer as Answer;
    if (effects.stopping()) throw new OutOfTimeError();
    if (verdict.kind === 'never') {
      // The secret may have been replaced a moment ago: it is read again once, and then we stop rather than hammer.
      if (verdict.code !== 'refused' && answer && asker.takesNo) return answer;
      if (verdict.code !== 'refused' || fresh) throw refusal(verdict);
      fresh = true;
    } else {
      await waitFor(asker, verdict, attempt, patience.attempts);
    }
    before = verdict;
    asker.tally.retries++;
    effects.count('Retries', 1);
  }
}

async function askOnce(
  { effects, source }: Asker,
  request: Request,
  timeout: Duration,
  fresh: boolean,
): Promise<{ answer?: Answer; verdict: Verdict }> {
  try {
    const answer = await effects.fetch(request, timeout, fresh);
    return { answer, verdict: judge(source, answer, effects.now()) };
  } catch (thrown) {
    if (!(thrown instanceof NetworkError)) throw thrown;
    return { verdict: { kind: 'later', throttled: false, reason: thrown.message } };
  }
}

/** Waits for a shared quota in place when that is short; else the run pauses. */
async function keepPace(
  { effects, pacer, stopAt, waitsLong, life }: Asker,
  before: Verdict | undefined,
  attempt: number,
): Promise<void> {
  const wait = pacer.until - effects.now();
  if (wait > 0) {
    const longest = waitsLong ? stopAt - effects.now() : LONGEST_WAIT_IN_PLACE;
    if (wait > longest || effects.now() + wait > stopAt) {
      throw new PauseError(pacer.until, pacer.why, pacer.throttled);
    }
    await effects.sleep(wait);
  }
  if (effects.stopping() || life.over) throw new OutOfTimeError();
  if (effects.now() < stopAt) return;
  // A run that ends because a vendor does not answer has not just run out of time.
  if (before?.kind === 'later') throw unanswered(before.reason, attempt - 1);
  throw new OutOfTimeError();
}

async function waitFor(
  { effects, pacer, stopAt }: Asker,
  verdict: Verdict & { kind: 'later' },
  attempt: number,
  attempts: number,
): Promise<void> {
  const now = effects.now();
  if (verdict.throttled) effects.count('Throttled', 1);
  if (verdict.at !== undefined) {
    // The next turn of the loop waits, or pauses the run: the whole connection keeps off until then.
    pacer.hold(Math.min(Math.max(verdict.at, now), now + LONGEST_HOLD), verdict.reason);
    if (attempt >= attempts) {
      throw new PauseError(Math.max(pacer.until, now + MINUTE), verdict.reason, verdict.throttled);
    }
    return;
  }
  const pause = backoff(attempt, effects.random(), ASK_BACKOFF.first, ASK_BACKOFF.most);
  if (attempt < attempts && now + pause < stopAt) return await effects.sleep(pause);
  if (verdict.throttled) throw new PauseError(now + MINUTE, verdict.reason, true);
  throw unanswered(verdict.reason, attempt);
}

function unanswered(reason: string, attempts: number): TidemarkError {
  return new TidemarkError(
    'failing',
    'receiving',
    `${reason} (asked ${attempts === 1 ? 'once' : `${attempts} times`})`,
    'Look at the vendor’s status page and the network path. Nothing is lost: the next run asks again.',
  );
}

function refusal(verdict: Verdict & { kind: 'never' }): TidemarkError {
  return new TidemarkError(verdict.code, 'receiving', verdict.reason, verdict.cure);
}
