import type { Reply } from '../../send-reply.ts';
import type { Logins as Tally } from '../../simulator.ts';
import { SERVICE_USER } from '../content/tenant.ts';
import type { VbrickSwitches } from '../faults.ts';
import type { LoginKind, LoginRows } from '../log/login-rows.ts';
import { createRate } from './rate.ts';
import { broken, failure, json, tooMany, unauthorized } from './replies.ts';
import type { Sessions } from './sessions.ts';

/** Options of logins. */
export interface LoginOptions {
  readonly apiKey: string;
  readonly secret: string;
  readonly username: string;
  readonly password: string;
  /** Number of refused logins in a row that lock the user out. */
  readonly lockAfter: number;
  /** Number of free licences: a login by key takes one. */
  readonly licences: number;
  /** Logins a minute. */
  readonly loginLimit: number;
  readonly now: () => number;
}

/** The two ways to log in. */
export interface Logins {
  byKey(body: unknown): Reply;
  byPassword(body: unknown): Reply;
  /** Counts the outcomes of logins. */
  readonly tally: Tally;
  reset(): void;
}

const DEFAULT_SECONDS_LATER = 20;

/** Makes the logins of the simulated Rev: they are refused, locked out or throttled, and logged. */
export function createLogins(
  options: LoginOptions,
  switches: VbrickSwitches,
  sessions: Sessions,
  rows: LoginRows,
): Logins {
  const tally: Tally = { successful: 0, failed: 0, throttled: 0 };
  const rate = createRate(options.loginLimit, options.now);
  let refused = 0;
  let hasLicence = false;

  /** Answers a login that fails before its credentials are checked. */
  function failEarly(): Reply | undefined {
    const throttle = switches.strikes('loginThrottled');
    if (throttle || rate.spend('') !== undefined) {
      tally.throttled++;
      return tooMany(throttle?.retryAfter?.toString());
    }
    const error = switches.strikes('loginError');
    if (error) tally.failed++;
    return error && broken(error.status ?? 503);
  }

  function refuse(kind: LoginKind, isKnown: boolean): Reply {
    tally.failed++;
    if (isKnown) refused++;
    if (isKnown) rows.login(kind, options.now(), false, refused >= options.lockAfter);
    return unauthorized('The credentials are not valid, or the user may not log in.');
  }

  function admit(kind: LoginKind, more: object): Reply {
    refused = 0;
    tally.successful++;
    rows.login(kind, options.now(), true, false);
    const stolen = kind === 'ApiKey' ? switches.strikes('stolenKey') : undefined;
    const secondsLater = stolen?.secondsLater ?? DEFAULT_SECONDS_LATER;
    if (stolen) rows.login(kind, options.now() + secondsLater * 1000, true, false);
    const { token, expiration } = sessions.begin();
    const isLost = switches.strikes('loginLost') !== undefined;
    return { ...json({ token, issuer: 'VBrick', expiration, ...more }), ...(isLost && { isLost }) };
  }

  function isAdmitted(isRight: boolean): boolean {
    return switches.strikes('loginRefused') === undefined && isRight && refused < options.lockAfter;
  }

  return {
    tally,
    byKey(body) {
      const { apiKey, secret } = fieldsOf(body);
      const failed = failEarly();
      if (failed) return failed;
      const isKnown = apiKey === options.apiKey;
      if (!isAdmitted(isKnown && secret === options.secret)) return refuse('ApiKey', isKnown);
      if (!hasLicence && options.licences < 1) {
        tally.failed++;
        rows.login('ApiKey', options.now(), false, false);
        return failure(403, 'NoLicenseAvailable', 'All user licenses are in use.');
      }
      hasLicence = true;
      return admit('ApiKey', {});
    },
    byPassword(body) {
      const { username, password } = fieldsOf(body);
      const failed = failEarly();
      if (failed) return failed;
      const isKnown = username === options.username;
      if (!isAdmitted(isKnown && password === options.password)) return refuse('', isKnown);
      const { id, email, firstName, lastName } = SERVICE_USER;
      return admit('', { id, email, username, firstName, lastName, language: 'en' });
    },
    reset() {
      Object.assign(tally, { successful: 0, failed: 0, throttled: 0 });
      rate.reset();
      refused = 0;
      hasLicence = false;
    },
  };
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
