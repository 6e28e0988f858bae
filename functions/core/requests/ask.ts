import { MAX_HOLD } from '../answer-clock.ts';
import type { Effects } from '../effects.ts';
import { ExpiredError, NetworkError, OutOfTimeError, PauseError, TidemarkError } from '../errors.ts';
import type { Answer, Connection, Request, Source, Verdict } from '../model.ts';
import { pauseBeforeRetry, RETRIES } from '../retry.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../time.ts';
import type { Access } from './access/access.ts';
import { judge } from './judge.ts';
import type { Pacer } from './pacer.ts';
import type { Endpoint, Pause } from './pause.ts';

/** Longest wait inside a run; for a longer one, the run ends and notes when to come back. */
const LONGEST_WAIT_IN_PLACE = 10 * SECOND;
const PATIENCE = { attempts: RETRIES.request.attempts, timeout: 30 * SECOND } as const;

/** Shared inputs of all requests of a run. */
export interface Asker {
  readonly effects: Effects;
  readonly source: Source;
  readonly connection: Connection;
  readonly pacer: Pacer;
  /** The endpoint that is asked, with the pause that is its own. */
  readonly endpoint: Endpoint;
  /** The version of the secret that the invocation has begun with. */
  readonly secretVersion: string;
  /** Called before an answer is used: checks what the credentials may see if the secret was replaced since the invocation began. */
  readonly checkSecret?: () => Promise<void>;
  /** The session or token that requests carry, if the vendor gives one out. */
  readonly access?: Access;
  /** No request starts after it. */
  readonly stopAt: Instant;
  /** No request lasts longer. */
  readonly endBy: Instant;
  readonly tally: { retries: number };
  /** Set when the run has ended: a request that was made ahead then gives up. */
  readonly life: { over: boolean };
  /** Number of requests in flight at the same time. Default: one. */
  readonly atOnce?: number;
  /** Waits for a quota as long as the run lives, instead of for a short time only. */
  readonly waitsInPlace?: boolean;
  /** Maximum number of attempts, and longest wait for an answer. Lower than usual if the run can do without the answer. */
  readonly patience?: { readonly attempts: number; readonly timeout: Duration };
  /** Whether a refusal is returned like any other answer. */
  readonly acceptsRefusal?: boolean;
  /** Whether the run can do without the answer: then no new sign-in is made for it. */
  readonly optional?: boolean;
}

/** A request, and its attempts so far. */
interface Asking {
  readonly request: Request;
  /** The number of the next attempt, from one. */
  attempt: number;
  /** The verdict on the attempt before. */
  before: Verdict | undefined;
  /** The number of the token that the last attempt carried. */
  token: number;
  /** Whether the secret is read again for each attempt. */
  fresh: boolean;
  /** Whether the request was sent again because the secret had changed. */
  isRenewed: boolean;
}

/** Sends a request until there is a usable answer, within the limits of the vendor and the run's time. */
export async function ask(asker: Asker, request: Request): Promise<Answer> {
  const { effects, source, pacer, access, endpoint } = asker;
  const asking: Asking = { request, attempt: 1, before: undefined, token: 0, fresh: false, isRenewed: false };
  for (; ; asking.attempt++) {
    await waitForHold(asker, asking);
    await access?.ready();
    await waitForTurn(asker, asking);
    asking.token = access?.number ?? 0;
    const { answer, verdict } = await askOnce(asker, asking);
    const quota = answer && source.quota?.(answer, effects.now());
    pacer.learn(quota, effects.now());
    if (answer && verdict.kind === 'done') {
      pacer.accepted();
      await asker.checkSecret?.();
      return answer;
    }
    if (effects.stopping()) throw new OutOfTimeError();
    if (verdict.kind === 'expired') throw new ExpiredError(verdict.reason);
    if (verdict.kind === 'never') {
      if (verdict.code === 'refused' || verdict.code === 'forbidden') access?.forget(asking.token);
      if (verdict.code !== 'refused' && answer && asker.acceptsRefusal) return answer;
      await renewAccess(asker, asking, verdict);
    }
    // Only a quota that is stated to be used up is known to be for all endpoints.
    if (verdict.kind === 'later') await waitFor(asker, asking, verdict, quota?.remaining === 0 ? pacer : endpoint);
    asking.before = verdict;
    asker.tally.retries++;
    effects.count('Retries', 1);
  }
}

async function askOnce(
  { effects, source, endpoint, patience = PATIENCE, endBy, atOnce }: Asker,
  { request, fresh }: Asking,
): Promise<{ answer?: Answer; verdict: Verdict }> {
  const timeout = Math.min(patience.timeout, endBy - effects.now());
  endpoint.isAsked = true;
  try {
    const answer = await effects.fetch(request, timeout, fresh, atOnce);
    return { answer, verdict: judge(source, answer, effects.now(), request) };
  } catch (thrown) {
    if (!(thrown instanceof NetworkError)) throw thrown;
    return { verdict: { kind: 'later', throttled: false, reason: thrown.message } };
  }
}

/** Waits until the endpoint may be asked again, if that is soon; else the run pauses. */
async function waitForHold(asker: Asker, asking: Asking): Promise<void> {
  const { effects, pacer, endpoint, stopAt, waitsInPlace } = asker;
  const { until, why, throttled, scope } = endpoint.until >= pacer.until ? endpoint : pacer;
  const wait = until - effects.now();
  if (wait > 0) {
    const longest = waitsInPlace ? stopAt - effects.now() : LONGEST_WAIT_IN_PLACE;
    if (wait > longest || effects.now() + wait > stopAt) throw new PauseError(until, why, throttled, scope);
    await effects.sleep(wait);
  }
  checkTime(asker, asking, effects.now());
}

/** Waits until it is the request's turn. A turn that comes too late for this run is left to others. */
async function waitForTurn(asker: Asker, asking: Asking): Promise<void> {
  const { effects, source, connection, pacer } = asker;
  const pace = source.pace?.(asking.request, connection);
  const turn = pacer.turn(pace, effects.now());
  checkTime(asker, asking, turn);
  pacer.take(pace, turn);
  if (turn > effects.now()) await effects.sleep(turn - effects.now());
  checkTime(asker, asking, effects.now());
}

/** No request starts after the run's time. */
function checkTime({ effects, stopAt, life }: Asker, { before, attempt }: Asking, at: Instant): void {
  if (effects.stopping() || life.over) throw new OutOfTimeError();
  if (at < stopAt) return;
  // A run that ends because a vendor does not answer has not just run out of time.
  if (before?.kind === 'later') throw unanswered(before.reason, attempt - 1);
  throw new OutOfTimeError();
}

/** After a refusal, tries once with the current secret or a new token: the old one may just have been replaced or have ended. Throws every other refusal. */
async function renewAccess(asker: Asker, asking: Asking, verdict: Verdict & { kind: 'never' }): Promise<void> {
  const { access, optional } = asker;
  const isRefused = verdict.code === 'refused' && !asking.fresh;
  if (optional || !(isRefused || (await hasNewSecret(asker, asking, verdict)))) throw refusal(verdict);
  if (access) {
    if (!access.drop(asking.token)) throw refusal(verdict);
  } else if (isRefused) asking.fresh = true;
}

/** Whether a request was forbidden that was made with a remembered secret, and the present one is another. Once for a request. */
async function hasNewSecret({ effects, secretVersion }: Asker, asking: Asking, { code }: { code: string }) {
  if (code !== 'forbidden' || asking.isRenewed) return false;
  asking.isRenewed = true;
  return (await effects.secretVersion(true)) !== secretVersion;
}

/**
 * Waits before the next attempt: as long as the vendor asks for, else with backoff. Throws if there must be no further attempt.
 *
 * @param held what the vendor's pause is for: all endpoints of the connection, or the one that was asked
 */
async function waitFor(asker: Asker, asking: Asking, verdict: Verdict & { kind: 'later' }, held: Pause): Promise<void> {
  const { effects, pacer, endpoint, stopAt, patience } = asker;
  const { attempts } = patience ?? PATIENCE;
  const { request, attempt } = asking;
  const { at, reason, throttled } = verdict;
  const now = effects.now();
  const hold = (until: Instant, byVendor: boolean) => {
    held.hold(until, reason, byVendor);
    if (held === endpoint) pacer.pausedBy(endpoint);
  };
  if (request.once && !throttled) {
    if (at !== undefined) hold(Math.min(at, now + MAX_HOLD), false);
    throw new ExpiredError(reason);
  }
  if (throttled) effects.count('Throttled', 1);
  if (at !== undefined) {
    // The next attempt waits for that or pauses the run.
    hold(Math.min(Math.max(at, now), now + MAX_HOLD), true);
    if (attempt >= attempts) throw new PauseError(Math.max(held.until, now + MINUTE), reason, throttled);
    return;
  }
  if (await pauseBeforeRetry(effects, { ...RETRIES.request, attempts }, { made: attempt, until: stopAt })) return;
  if (throttled) {
    hold(effects.now() + MINUTE, true);
    throw new PauseError(held.until, reason, true);
  }
  throw unanswered(reason, attempt);
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
