import { TidemarkError } from '../errors.ts';
import { signInHold } from '../requests/access/sign-in-record.ts';
import { signInRefused } from '../requests/access/sign-in-refusal.ts';
import type { FeedReport } from '../run/report.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import { type Duration, formatTime, HOUR, type Instant, MINUTE } from '../time.ts';
import type { ConnectionContext, Shared } from './connection-context.ts';
import type { NotRun } from './unrun-feeds.ts';

/** Pause after the second refusal of the credentials in a row. It doubles with each further refusal. */
const FIRST_HOLD = 5 * MINUTE;
const MAX_HOLD = HOUR;

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

function refusedError(message: string, until: Instant): TidemarkError {
  return new TidemarkError({
    code: 'refused',
    stage: 'receiving',
    message,
    remedy: `Put working credentials into the secret: they are used at once. The old ones are not tried again before ${formatTime(until)}.`,
  });
}

/** Stores whether the credentials were refused, together with the results of lookups and checks. */
export async function saveConnection(
  context: ConnectionContext,
  shared: Shared,
  reports: readonly FeedReport[],
): Promise<void> {
  const { store, heldBefore } = shared;
  const refused = reports.find((report) => report.state === 'refused');
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

/** Counts one more refusal. For vendors with sign-ins, the first refusal already causes a pause. */
async function anotherRefusal(
  { effects }: ConnectionContext,
  { store, access }: Shared,
  message: string | undefined,
): Promise<(state: ConnectionState) => ConnectionState> {
  const now = effects.now();
  const secretVersion = await effects.secretVersion();
  // Refusals of another secret do not count for this one.
  const refusals = (store.state.secretVersion === secretVersion ? store.state.refusals : 0) + 1;
  const doublings = refusals - (access?.isSignIn ? 1 : 2);
  const hold: Duration = doublings < 0 ? 0 : Math.min(MAX_HOLD, FIRST_HOLD * 2 ** doublings);
  const refusal = { refusals, secretVersion, notBefore: now + hold, ...(message !== undefined && { message }) };
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
