import type { Reply } from '../../send-reply.ts';
import type { Logins as Tally } from '../../simulator.ts';
import { SERVICE_USER } from '../content/tenant.ts';
import type { VbrickSwitches } from '../faults.ts';
import type { LoginKind, LoginRows } from '../log/login-rows.ts';
import { createRate, type Rate } from './rate.ts';
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

const DEFAULT_SECONDS_LATER = 20;

/** The logins of the simulated Rev: they are refused, locked out or throttled, and logged. */
export class Logins {
  /** Counts the outcomes of logins. */
  readonly tally: Tally = { successful: 0, failed: 0, throttled: 0 };
  readonly #options: LoginOptions;
  readonly #switches: VbrickSwitches;
  readonly #sessions: Sessions;
  readonly #rows: LoginRows;
  readonly #rate: Rate;
  /** Number of refused logins in a row. */
  #refused = 0;
  #hasLicence = false;

  constructor(options: LoginOptions, switches: VbrickSwitches, sessions: Sessions, rows: LoginRows) {
    this.#options = options;
    this.#switches = switches;
    this.#sessions = sessions;
    this.#rows = rows;
    this.#rate = createRate(options.loginLimit, options.now);
  }

  byKey(body: unknown): Reply {
    const { apiKey, secret } = fieldsOf(body);
    const failed = this.#failEarly();
    if (failed) return failed;
    const isKnown = apiKey === this.#options.apiKey;
    if (!this.#isAdmitted(isKnown && secret === this.#options.secret)) return this.#refuse('ApiKey', isKnown);
    if (!this.#hasLicence && this.#options.licences < 1) {
      this.tally.failed++;
      this.#rows.login('ApiKey', this.#options.now(), false, false);
      return failure(403, 'NoLicenseAvailable', 'All user licenses are in use.');
    }
    this.#hasLicence = true;
    return this.#admit('ApiKey', {});
  }

  byPassword(body: unknown): Reply {
    const { username, password } = fieldsOf(body);
    const failed = this.#failEarly();
    if (failed) return failed;
    const isKnown = username === this.#options.username;
    if (!this.#isAdmitted(isKnown && password === this.#options.password)) return this.#refuse('', isKnown);
    const { id, email, firstName, lastName } = SERVICE_USER;
    return this.#admit('', { id, email, username, firstName, lastName, language: 'en' });
  }

  reset(): void {
    Object.assign(this.tally, { successful: 0, failed: 0, throttled: 0 });
    this.#rate.reset();
    this.#refused = 0;
    this.#hasLicence = false;
  }

  /** Answers a login that fails before its credentials are checked. */
  #failEarly(): Reply | undefined {
    const throttle = this.#switches.strikes('loginThrottled');
    if (throttle || this.#rate.spend('') !== undefined) {
      this.tally.throttled++;
      return tooMany(throttle?.retryAfter?.toString());
    }
    const error = this.#switches.strikes('loginError');
    if (error) this.tally.failed++;
    return error && broken(error.status ?? 503);
  }

  #refuse(kind: LoginKind, isKnown: boolean): Reply {
    this.tally.failed++;
    if (isKnown) this.#refused++;
    if (isKnown) this.#rows.login(kind, this.#options.now(), false, this.#refused >= this.#options.lockAfter);
    return unauthorized('The credentials are not valid, or the user may not log in.');
  }

  #admit(kind: LoginKind, more: object): Reply {
    this.#refused = 0;
    this.tally.successful++;
    this.#rows.login(kind, this.#options.now(), true, false);
    const stolen = kind === 'ApiKey' ? this.#switches.strikes('stolenKey') : undefined;
    const secondsLater = stolen?.secondsLater ?? DEFAULT_SECONDS_LATER;
    if (stolen) this.#rows.login(kind, this.#options.now() + secondsLater * 1000, true, false);
    const { token, expiration } = this.#sessions.begin();
    const isLost = this.#switches.strikes('loginLost') !== undefined;
    return { ...json({ token, issuer: 'VBrick', expiration, ...more }), ...(isLost && { isLost }) };
  }

  #isAdmitted(isRight: boolean): boolean {
    return this.#switches.strikes('loginRefused') === undefined && isRight && this.#refused < this.#options.lockAfter;
  }
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
