import type { Effects } from '../effects.ts';
import { ExpiredError, NetworkError, OutOfTimeError, PauseError, TidemarkError } from '../errors.ts';
import type { Answer, Connection, Request, Source, Verdict } from '../model.ts';
import { ASK_BACKOFF, backoff } from '../retry.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../time.ts';
import type { Access } from './access.ts';
import { judge, LONGEST_HOLD } from './judge.ts';
import type { Pacer } from './pacer.ts';

/** Longest that we sit and wait inside a run; for more, the run ends and notes when to come back. */
const LONGEST_WAIT_IN_PLACE = 10 * SECOND;
const PATIENCE = { attempts: 5, timeout: 30 * SECOND } as const;

/** Who asks, and until when. */
export interface Asker {
  readonly effects: Effects;
  readonly source: Source;
  readonly connection: Connection;
  readonly pacer: Pacer;
  /** What requests need where the vendor gives out tokens. */
  readonly session?: Access;
  /** No request starts after it. */
  readonly stopAt: Instant;
  /** No request lasts longer. */
  readonly endBy: Instant;
  readonly tally: { retries: number };
  /** Set when the run has ended: a request that was made ahead then gives up. */
  readonly life: { over: boolean };
  /** Waits in place for a quota as long as the run lives, instead of for moments only. */
  readonly waitsInPlace?: boolean;
  /** How often, and how long at a time, to try; less than usual where the answer can be done without. */
  readonly patience?: { readonly attempts: number; readonly timeout: Duration };
  /** An answer that says no is an answer, too. */
  readonly acceptsRefusal?: boolean;
  /** The answer can be done without: nobody signs in again for it. */
  readonly optional?: boolean;
}

/** Asks until there is an answer to be read, as patiently as the vendor wants and the run's time allows. */
export async function ask(asker: Asker, request: Request): Promise<Answer> {
  const { effects, source, pacer, session, patience = PATIENCE } = asker;
  let fresh = false;
  let before: Verdict | undefined;
  for (let attempt = 1; ; attempt++) {
    await keepOff(asker, before, attempt);
    await session?.ready();
    await awaitTurn(asker, request, before, attempt);
    const signedIn = session?.number ?? 0;
    const timeout = Math.min(patience.timeout, asker.endBy - effects.now());
    const { answer, verdict } = await askOnce(asker, request, timeout, fresh);
    if (answer) pacer.learn(source.quota?.(answer, effects.now()), effects.now());
    if (verdict.kind === 'done') return answer as Answer;
    if (effects.stopping()) throw new OutOfTimeError();
    if (verdict.kind === 'never') {
      if (verdict.code === 'refused' || verdict.code === 'forbidden') session?.forget();
      // The secret may have been replaced a moment ago: it is read again once, and then we stop rather than hammer.
      if (verdict.code !== 'refused' && answer && asker.acceptsRefusal) return answer;
      if (verdict.code !== 'refused' || fresh || asker.optional) throw refusal(verdict);
      if (!session) fresh = true;
      else if (!session.drop(signedIn)) throw refusal(verdict);
    } else if (verdict.kind === 'expired') {
      throw new ExpiredError(verdict.reason);
    } else if (request.once && !verdict.throttled) {
      if (verdict.at !== undefined)
        pacer.hold(Math.min(verdict.at, effects.now() + LONGEST_HOLD), verdict.reason, false);
      throw new ExpiredError(verdict.reason);
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
    return { answer, verdict: judge(source, answer, effects.now(), request) };
  } catch (thrown) {
    if (!(thrown instanceof NetworkError)) throw thrown;
    return { verdict: { kind: 'later', throttled: false, reason: thrown.message } };
  }
}

/** Waits for a shared quota in place when that is short; else the run pauses. */
async function keepOff(asker: Asker, before: Verdict | undefined, attempt: number): Promise<void> {
  const { effects, pacer, stopAt, waitsInPlace } = asker;
  const wait = pacer.until - effects.now();
  if (wait > 0) {
    const longest = waitsInPlace ? stopAt - effects.now() : LONGEST_WAIT_IN_PLACE;
    if (wait > longest || effects.now() + wait > stopAt) {
      throw new PauseError(pacer.until, pacer.why, pacer.throttled);
    }
    await effects.sleep(wait);
  }
  checkTime(asker, effects.now(), before, attempt);
}

/** Waits until it is the request's turn. A turn that comes too late for this run is left to others. */
async function awaitTurn(asker: Asker, request: Request, before: Verdict | undefined, attempt: number): Promise<void> {
  const { effects, source, connection, pacer } = asker;
  const pace = source.pace?.(request, connection);
  const turn = pacer.turn(pace, effects.now());
  checkTime(asker, turn, before, attempt);
  pacer.take(pace, turn);
  if (turn > effects.now()) await effects.sleep(turn - effects.now());
  checkTime(asker, effects.now(), before, attempt);
}

/** No request starts after the run's time. */
function checkTime({ effects, stopAt, life }: Asker, at: Instant, before: Verdict | undefined, attempt: number): void {
  if (effects.stopping() || life.over) throw new OutOfTimeError();
  if (at < stopAt) return;
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
  return new TidemarkError({
    code: 'failing',
    stage: 'receiving',
    message: `${reason} (asked ${attempts === 1 ? 'once' : `${attempts} times`})`,
    remedy: 'Look at the vendor’s status page and the network path. Nothing is lost: the next run asks again.',
  });
}

function refusal(verdict: Verdict & { kind: 'never' }): TidemarkError {
  return new TidemarkError({ code: verdict.code, stage: 'receiving', message: verdict.reason, remedy: verdict.remedy });
}
