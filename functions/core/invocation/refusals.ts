import { TidemarkError } from '../errors.ts';
import { signInHold } from '../requests/access/sign-in-record.ts';
import { signInRefused } from '../requests/access/sign-in-refusal.ts';
import { refusedError } from '../run/outcome.ts';
import { refusalHold } from '../run/refusal-hold.ts';
import type { FeedReport } from '../run/report.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import type { Instant } from '../time.ts';
import type { ConnectionContext, Shared } from './connection-context.ts';
import type { NotRun } from './unrun-feeds.ts';

/**
 * Returns the reason not to use the connection now, else undefined: its credentials were refused lately and have not changed.
 * A refused sign-in holds back even an invocation that a person started.
 */
export function heldBack(
  { askAgain }: ConnectionContext,
  state: ConnectionState,
  secretVersion: string,
  now: Instant,
): NotRun | undefined {
  const hold = signInHold(state, secretVersion, now);
  if (hold?.signIn === 'throttled') return { state: 'paused', until: hold.notBefore };
  if (hold) return { state: 'refused', until: hold.notBefore, error: signInRefused(hold.message, hold.notBefore) };
  const { notBefore: until, secretVersion: refused, message = 'The credentials were refused.' } = state;
  if (until === undefined || now >= until || refused !== secretVersion || askAgain) return undefined;
  return { state: 'refused', until, error: refusedError(message, until) };
}

/** Number of endpoints that have to refuse the credentials before these count as refused. */
const ENOUGH_REFUSALS = 2;

/**
 * The refusal that is about the credentials as a whole, if there is one: no session or token is to be had with them, or several
 * endpoints refuse them and none of this run accepts them. One endpoint that refuses them holds its own feed only.
 */
export function refusalOfAll({ access }: Shared, reports: readonly FeedReport[]): FeedReport | undefined {
  // A feed that was held names the time until which it is: it was not asked, so it proves nothing now.
  const refused = reports.filter(({ state, until }) => state === 'refused' && until === undefined);
  if (access?.failure instanceof TidemarkError && access.failure.code === 'refused') return refused.at(-1);
  if (refused.length < ENOUGH_REFUSALS || reports.some(({ pages }) => pages > 0)) return undefined;
  return refused.at(-1);
}

/** Stores whether the credentials were refused, together with the results of lookups and checks. */
export async function saveConnection(
  context: ConnectionContext,
  shared: Shared,
  reports: readonly FeedReport[],
): Promise<void> {
  const { store, heldBefore } = shared;
  const refused = refusalOfAll(shared, reports);
  try {
    if (refused) store.note(await anotherRefusal(context, shared, refused.error?.message));
    else if (store.state.refusals > 0 && reports.some((report) => report.pages > 0)) {
      // A hold that another invocation has stored meanwhile is kept.
      store.note((state) => (state.notBefore === heldBefore ? withoutRefusals(state) : state));
    }
    await store.save();
  } catch (thrown) {
    // This does not change the results of the feeds.
    context.effects.log('warn', 'The state of the connection could not be saved.', {
      error: String(thrown),
    });
  }
}

/** Counts one more refusal. */
async function anotherRefusal(
  { effects }: ConnectionContext,
  { store, access }: Shared,
  message: string | undefined,
): Promise<(state: ConnectionState) => ConnectionState> {
  const now = effects.now();
  const secretVersion = await effects.secretVersion();
  // Refusals of another secret do not count for this one.
  const refusals = (store.state.secretVersion === secretVersion ? store.state.refusals : 0) + 1;
  const notBefore = now + refusalHold(refusals, access?.isSignIn ?? false);
  const refusal = { refusals, secretVersion, notBefore, ...(message !== undefined && { message }) };
  return (state) => {
    // A refused sign-in, of any invocation, causes a longer hold.
    if (signInHold(state, secretVersion, now)) return state;
    const { signIn: _, message: __, ...rest } = state;
    return { ...rest, ...refusal };
  };
}

function withoutRefusals({ notBefore: _, message: __, signIn: ___, ...state }: ConnectionState): ConnectionState {
  return { ...state, refusals: 0 };
}
