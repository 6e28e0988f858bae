import { createSwitches } from '../fault-switches.ts';
import type { Counters, HeldQuery, HeldRow, RunningSimulator, Simulator } from '../simulator.ts';
import { startSimulatorServer } from '../simulator-server.ts';
import { ENDPOINTS, type Endpoint } from './api/endpoints.ts';
import { BOUNDS } from './api/range.ts';
import { ERROR_BODIES } from './api/replies.ts';
import { createService } from './api/service.ts';
import { FAULTS, type FrameFaults } from './faults.ts';
import { CLOUD_PROVIDER_ID, CUSTOMERS } from './inventory/inventory.ts';
import { DEFAULTS, type FrameOptions, MISSING_SLASH, type Settled } from './options.ts';
import { createParts, heldBy } from './parts.ts';
import { USAGE_TOTALS } from './reports/usage.ts';
import { LAST_DAY } from './reports/user-activities.ts';
import { RUNNING_SESSIONS, SESSION_RANGES } from './trails/session-trail.ts';

export type { FrameOptions } from './options.ts';

/** The running simulator of Frame. */
export interface RunningFrame extends RunningSimulator<FrameFaults> {
  readonly counters: FrameCounters;
  /** Everything that an endpoint holds, oldest first. For lists without times: all of it at `visibleAt`. */
  held(endpoint: Endpoint, query?: Partial<HeldQuery>): Generator<HeldRow>;
}

/** The counters of every simulator, and the deepest offset of each path. */
export interface FrameCounters extends Counters {
  readonly deepestOffset: Record<string, number>;
}

/** Simulates Frame's Admin API for one customer. */
export const simulator = {
  id: 'frame',
  flags: {
    clientId: { kind: 'text', words: 'the client_id of the valid API key' },
    clientSecret: { kind: 'text', words: 'its client_secret' },
    signatureSkewSeconds: { kind: 'number', words: 'how far a signature’s timestamp may be from the clock (300)' },
    customers: {
      kind: 'text',
      choices: CUSTOMERS,
      words: '/customers/ answers with an object, or a list of it (object)',
    },
    missingSlash: { kind: 'text', choices: MISSING_SLASH, words: 'what /customers and /accounts get (not-found)' },
    errors: { kind: 'text', choices: ERROR_BODIES, words: 'what the body of an error looks like (object)' },
    pageSize: { kind: 'number', words: 'rows on a page when the client sends no limit (100)' },
    cap: { kind: 'number', words: 'maximum rows on a page, whatever the limit asked for (1000)' },
    deepestOffset: { kind: 'number', words: 'larger offsets are refused with 400 (none are)' },
    bounds: {
      kind: 'text',
      choices: BOUNDS,
      words: 'whether what lies exactly on the bounds of a range belongs to it (half-open)',
    },
    auditDays: { kind: 'number', words: 'how many days audit trail rows are kept (730)' },
    sessionsPerMinute: { kind: 'number', words: 'sessions that start in a minute, fractions allowed (1)' },
    sessionRange: {
      kind: 'text',
      choices: SESSION_RANGES,
      words: 'what a range of the session trail is about (session_start)',
    },
    runningSessions: {
      kind: 'text',
      choices: RUNNING_SESSIONS,
      words: 'sessions are shown while they run, or hidden until they have ended (shown)',
    },
    longestSessionDays: { kind: 'number', words: 'maximum days of the few long sessions (2)' },
    sessionDays: { kind: 'number', words: 'how many days sessions are kept after their end (61)' },
    activitiesPerDay: { kind: 'number', words: 'user activities in a day, up to 70000 or so (240)' },
    lastDay: {
      kind: 'text',
      choices: LAST_DAY,
      words: 'whether the day of to_date belongs to the range, where ranges are days (inclusive)',
    },
    usageDays: { kind: 'number', words: 'how many days usage and user activities are kept (365)' },
    usageTotal: { kind: 'text', choices: USAGE_TOTALS, words: 'what the total of usage counts (entries)' },
    driftMinutes: {
      kind: 'number',
      words: 'minutes after which each thing of the inventory changes, on average; 0 is never (180)',
    },
    cloudProviderId: {
      kind: 'text',
      choices: CLOUD_PROVIDER_ID,
      words: 'whether cloud_services insists on cloud_provider_id (optional)',
    },
  },
  faults: FAULTS,
  start,
  atRate: (perMinute) => ({
    perMinute,
    sessionsPerMinute: perMinute,
    activitiesPerDay: perMinute * 24 * 60,
    driftMinutes: 0,
  }),
  demo: {
    connection: { id: 'demo', source: 'frame', secret: 'tidemark/frame/demo', settings: {} },
    secretValue: { client_id: DEFAULTS.clientId, client_secret: DEFAULTS.clientSecret },
    ownCredentials(make) {
      const [clientId, clientSecret] = [make('client_id'), make('client_secret')];
      return { options: { clientId, clientSecret }, secretValue: { client_id: clientId, client_secret: clientSecret } };
    },
  },
} satisfies Simulator;

async function start(given: FrameOptions): Promise<RunningFrame> {
  const options: Settled = { ...DEFAULTS, ...given };
  const switches = createSwitches<FrameFaults>(options.faults, FAULTS);
  // The vendor's clock decides timestamps, visibility and checks, like the Date header.
  const clock = () => options.now() + (switches.faults.clockSkewSeconds ?? 0) * 1000;
  const parts = createParts(options, switches, clock);
  const deepestOffset: Record<string, number> = {};
  const service = createService({ options, switches, clock, parts, deepestOffset });
  const server = await startSimulatorServer(service, switches, options);
  function* held(endpoint: Endpoint, { account, ...query }: Partial<HeldQuery> = {}): Generator<HeldRow> {
    const mark = account === undefined ? '' : `"account_id":"${account}"`;
    for (const row of heldBy(parts, endpoint, { from: 0, to: clock() + 1, visibleAt: clock(), ...query }))
      if (row.text.includes(mark)) yield row;
  }
  return {
    origin: server.origin,
    connection: { ...simulator.demo.connection, origin: `${server.origin}/v1` },
    control: server.control,
    counters: Object.assign(server.counters, { deepestOffset }),
    get faults() {
      return switches.faults;
    },
    setFaults: switches.set,
    reset: server.reset,
    events: ({ collection = 'audit-trails', ...query }) => held(endpointNamed(collection), query),
    held,
    stop: server.stop,
  };
}

function endpointNamed(name: string): Endpoint {
  const found = ENDPOINTS.find((one) => one === name);
  if (!found) throw new Error(`There is no collection "${name}". There are: ${ENDPOINTS.join(', ')}.`);
  return found;
}
