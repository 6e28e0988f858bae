import type { Reply } from '../../send-reply.ts';
import type { Logins as Tally } from '../../simulator.ts';
import type { Call, Service } from '../../simulator-server.ts';
import { type Selection, selectionOf } from '../content/collections.ts';
import { ACCOUNT_ID, ROLES, SERVICE_USER } from '../content/tenant.ts';
import type { VbrickSwitches } from '../faults.ts';
import type { LoginRows } from '../log/login-rows.ts';
import { type LoginOptions, Logins } from './logins.ts';
import { createRate } from './rate.ts';
import { broken, EMPTY, failure, invalid, json, tooMany, unauthorized } from './replies.ts';
import { createSessions } from './sessions.ts';

/** Options of the API. */
export interface ServiceOptions {
  readonly seed: number;
  /** Requests a minute for each audit endpoint. */
  readonly limit: number;
  readonly retryAfter: 'none' | 'seconds' | 'date';
  readonly sessionMinutes: number;
  readonly role: 'account-admin' | 'media-admin';
  /** The version of Rev. */
  readonly rev: string;
  readonly now: () => number;
}

const AUDIT = /^\/network\/audit\/accounts\/([^/]*)\/(.+)$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const FIRST_REV_WITH_BOOTSTRAP = 8;
const NOT_FOUND = failure(404, 'NotFound', 'The resource does not exist.');

/** Makes the API: it checks who asks and how often, and answers. */
export function createService(
  options: ServiceOptions & LoginOptions,
  switches: VbrickSwitches,
  rows: LoginRows,
  page: (url: URL, selection: Selection) => Reply,
): Service & { readonly logins: Tally } {
  const sessions = createSessions(options.seed, options.sessionMinutes, options.now, switches);
  const logins = new Logins(options, switches, sessions, rows);
  const rate = createRate(options.limit, options.now);

  const open = new Map<string, (call: Call) => Reply>([
    ['GET /api/v2/accounts/bootstrap', bootstrap],
    ['POST /api/v2/authenticate', (call) => withBody(call, (body) => logins.byKey(body))],
    ['POST /api/v2/user/login', (call) => withBody(call, (body) => logins.byPassword(body))],
  ]);
  const closed = new Map<string, (call: Call) => Reply>([
    ['GET /api/v2/user/session', () => EMPTY],
    ['POST /api/v2/user/extend-session', ({ headers }) => json(sessions.extend(headers.authorization as string))],
    ['POST /api/v2/user/logoff', (call) => withBody(call, (body) => logoff(call, body))],
    ['GET /api/v2/users/me', () => json(currentUser(options.role))],
  ]);

  function answer(call: Call): Reply {
    const name = `${call.method} ${call.url.pathname}`;
    const openToAll = open.get(name);
    if (openToAll) return openToAll(call);
    const [, account = '', path] = AUDIT.exec(call.url.pathname) ?? [];
    const known = path === undefined ? closed.get(name) : () => answerAudit(call, account, path);
    if (!known) return missing(call.url.pathname);
    if (!sessions.use(call.headers.authorization as string | undefined))
      return unauthorized('The session is not valid, or has ended.');
    return known(call);
  }

  function answerAudit({ method, url }: Call, account: string, path: string): Reply {
    const selection = selectionOf(path);
    if (!selection) return NOT_FOUND;
    if (method !== 'GET') return failure(405, 'MethodNotAllowed', 'Use GET.');
    const wait = rate.spend(path.replace(/\/.*/, '/'));
    if (wait !== undefined) return tooMany(retryAfter(wait));
    if (account !== ACCOUNT_ID)
      return GUID.test(account) ? failure(403, 'Forbidden', 'The user does not belong to this account.') : NOT_FOUND;
    if (switches.faults.forbidden || options.role !== 'account-admin')
      return failure(403, 'Forbidden', 'Only an Account Admin may read the audit.');
    return page(url, selection);
  }

  function retryAfter(seconds: number): string | undefined {
    if (options.retryAfter === 'none') return undefined;
    if (options.retryAfter === 'seconds') return String(seconds);
    return new Date(options.now() + seconds * 1000).toUTCString();
  }

  function bootstrap(): Reply {
    if (Number.parseInt(options.rev, 10) < FIRST_REV_WITH_BOOTSTRAP) return NOT_FOUND;
    return json({ account: { id: ACCOUNT_ID }, environment: { version: options.rev } });
  }

  function logoff({ headers }: Call, body: unknown): Reply {
    if ((body as { userId?: unknown } | null)?.userId !== SERVICE_USER.id) return invalid('userId is required.');
    sessions.end(headers.authorization as string);
    rows.logoff(options.now());
    return EMPTY;
  }

  function missing(path: string): Reply {
    const other = [...open.keys(), ...closed.keys()].find((name) => name.endsWith(` ${path}`));
    return other ? failure(405, 'MethodNotAllowed', `Use ${other.split(' ')[0]}.`) : NOT_FOUND;
  }

  return {
    contentType: 'text/csv',
    logins: logins.tally,
    answer,
    throttled: ({ retryAfter, bare }) => tooMany(bare ? undefined : retryAfter?.toString()),
    broken,
    reset() {
      sessions.reset();
      logins.reset();
      rate.reset();
      rows.reset();
    },
  };
}

function withBody({ headers, body }: Call, answer: (body: unknown) => Reply): Reply {
  if (!/\bjson\b/i.test(String(headers['content-type'])))
    return failure(415, 'UnsupportedMediaType', 'Send application/json.');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return invalid('The body is not JSON.');
  }
  return answer(value);
}

function currentUser(role: ServiceOptions['role']): object {
  const { id, username, email, firstName, lastName } = SERVICE_USER;
  const name = role === 'account-admin' ? 'Account Admin' : 'Media Admin';
  return {
    userId: id,
    username,
    email,
    firstname: firstName,
    lastname: lastName,
    userType: 'Rev',
    title: null,
    groups: [],
    roles: ROLES.filter((one) => one.name === name),
    status: 'Active',
  };
}
