import { createSwitches } from '../fault-switches.ts';
import { createQuota, type Quota } from '../quota.ts';
import type { Reply } from '../send-reply.ts';
import type { HeldQuery, RunningSimulator, Simulator, SimulatorOptions } from '../simulator.ts';
import { type Call, type Service, startSimulatorServer } from '../simulator-server.ts';
import { createTimeline } from '../timeline.ts';
import { accountGroups, currentUser, ROLES, type RoleChoice, roleById, visibilityOf } from './access.ts';
import { ActivityLog, type LogOptions } from './activity-log.ts';
import { besideOf } from './event-content.ts';
import { FAULTS, type ThousandEyesFaults, type ThousandEyesSwitches } from './faults.ts';
import { problem, unauthorized } from './replies.ts';
import { createTokens } from './tokens.ts';

/** How the simulated ThousandEyes can be started. */
export interface ThousandEyesOptions extends SimulatorOptions<ThousandEyesFaults> {
  readonly pageSize?: number;
  readonly bounds?: LogOptions['bounds'];
  readonly order?: LogOptions['order'];
  readonly role?: RoleChoice;
  /** Requests a minute of the whole organization. */
  readonly limit?: number;
  readonly retentionDays?: number;
  /** A path in front of `/v7`, as of a gateway: `/te`. */
  readonly prefix?: string;
  readonly token?: string;
}

/** The running simulator of ThousandEyes. */
export type RunningThousandEyes = RunningSimulator<ThousandEyesFaults>;

const DEMO_TOKEN = '7b0e7c1a-52d4-4f0b-9a55-0d1c2b3a4f5e';
const DEFAULTS = {
  port: 0,
  seed: 7,
  perMinute: 6,
  now: Date.now,
  faults: {},
  pageSize: 100,
  bounds: 'half-open',
  order: 'newest-first',
  role: 'organization-admin',
  limit: 240,
  retentionDays: 730,
  prefix: '',
  token: DEMO_TOKEN,
} as const satisfies ThousandEyesOptions;

type Settled = ThousandEyesOptions & Required<Pick<ThousandEyesOptions, keyof typeof DEFAULTS>>;

/** Simulates Cisco ThousandEyes v7: its activity log, users, roles, account groups and API tokens. */
export const simulator = {
  id: 'thousandeyes',
  flags: {
    pageSize: { kind: 'number', words: 'rows on a page when the client sends no max (100)' },
    bounds: {
      kind: 'text',
      choices: ['half-open', 'inclusive', 'exclusive'],
      words: 'whether rows exactly at startDate and endDate belong to the range (half-open)',
    },
    order: {
      kind: 'text',
      choices: ['newest-first', 'oldest-first', 'shuffled'],
      words: 'order of the rows (newest-first); shuffled mixes them within a page',
    },
    role: { kind: 'text', choices: Object.keys(ROLES), words: "the role of the token's owner (organization-admin)" },
    limit: { kind: 'number', words: 'requests a minute for the whole organization (240)' },
    retentionDays: { kind: 'number', words: 'how many days events are kept (730)' },
    prefix: { kind: 'text', words: 'a path in front of /v7 (none)' },
    token: { kind: 'text', words: 'the valid bearer token' },
  },
  faults: FAULTS,
  start,
  atRate: (perMinute) => ({ perMinute, limit: 1_000_000 }),
  demo: {
    connection: {
      id: 'demo',
      source: 'thousandeyes',
      secret: 'tidemark/thousandeyes/demo',
      settings: { allAccountGroups: true },
    },
    secretValue: { token: DEMO_TOKEN },
    ownCredentials(make) {
      const token = make('token');
      return { options: { token }, secretValue: { token } };
    },
  },
} satisfies Simulator;

async function start(given: ThousandEyesOptions): Promise<RunningThousandEyes> {
  const options: Settled = { ...DEFAULTS, ...given };
  const switches = createSwitches<ThousandEyesFaults>(options.faults, FAULTS);
  const timeline = createTimeline({ ...options, besideOf }, () => switches.faults);
  const visibility = visibilityOf(options.role);
  const log = new ActivityLog(timeline, switches, { ...options, visibility });
  const server = await startSimulatorServer(
    createService(options, switches, (url) => log.page(url)),
    switches,
    options,
  );
  const events = ({ from, to, visibleAt = options.now(), account }: HeldQuery) => {
    const permitted = visibility.groups.map((group) => group.aid);
    return log.rows({
      from,
      to,
      visibleAt,
      aids: account === undefined ? permitted : permitted.filter((aid) => aid === account),
    });
  };
  return {
    origin: server.origin,
    connection: { ...simulator.demo.connection, origin: `${server.origin}${options.prefix}/v7` },
    control: server.control,
    counters: server.counters,
    get faults() {
      return switches.faults;
    },
    setFaults: switches.set,
    reset: server.reset,
    events,
    stop: server.stop,
  };
}

/** Makes the API: it checks who asks and how often, and answers. */
function createService(options: Settled, switches: ThousandEyesSwitches, page: (url: URL) => Reply): Service {
  const quota = createQuota('x-organization-rate-limit', options.limit, options.now);
  const tokens = createTokens(options.token, options.seed, options.now);

  function answer(call: Call): Reply {
    const path = call.url.pathname;
    if (switches.faults.tokenExpired || !tokens.isValid(call.headers.authorization as string | undefined))
      return unauthorized();
    if (!quota.spend()) return withQuota(problem(429, 'Exhausted rate limit for the organization', path), quota);
    if (switches.faults.forbidden)
      return withQuota(problem(403, 'Insufficient permissions to perform the action', path), quota);
    if (!accepts(call.headers.accept))
      return withQuota(problem(406, 'Only application/hal+json and application/json are produced', path), quota);
    return withQuota(route(call), quota);
  }

  function renew(): Reply {
    const reply = tokens.renew();
    const isLost = reply.status === 201 && switches.strikes('renewalLost') !== undefined;
    return { ...reply, ...(isLost && { isLost }) };
  }

  const routes = new Map<string, { readonly method: string; reply(url: URL, id: string): Reply }>([
    ['audit-user-events', { method: 'GET', reply: page }],
    ['users/current', { method: 'GET', reply: (url) => currentUser(options.role, url.href) }],
    ['account-groups', { method: 'GET', reply: (url) => accountGroups(options.role, url.href) }],
    ['roles/', { method: 'GET', reply: (url, id) => roleById(id, url.href) }],
    ['api-tokens', { method: 'POST', reply: renew }],
  ]);

  function route({ method, url }: Call): Reply {
    const base = `${options.prefix}/v7/`;
    const [, path = '', id = ''] =
      /^(roles\/|.*)(.*)$/.exec(url.pathname.startsWith(base) ? url.pathname.slice(base.length) : '') ?? [];
    const found = routes.get(path);
    if (!found) return problem(404, 'The requested resource does not exist', url.pathname);
    return found.method === method ? found.reply(url, id) : problem(405, `Use ${found.method}`, url.pathname);
  }

  return {
    contentType: 'application/hal+json',
    answer,
    throttled(fault, call) {
      const reply = problem(429, 'Exhausted rate limit for the organization', call.url.pathname);
      return { ...reply, headers: { ...reply.headers, ...quota.exhaustedHeaders(fault) } };
    },
    broken: (status, call) => withQuota(problem(status, 'The request could not be served', call.url.pathname), quota),
    reset() {
      quota.reset();
      tokens.reset();
    },
  };
}

function withQuota(reply: Reply, quota: Quota): Reply {
  return { ...reply, headers: { ...reply.headers, ...quota.headers() } };
}

function accepts(accept: string | string[] | undefined): boolean {
  return accept === undefined || /\*\/\*|application\/(\*|json|hal\+json)/.test(String(accept));
}
