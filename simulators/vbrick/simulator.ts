import { createSwitches } from '../fault-switches.ts';
import type { HeldQuery, HeldRow, Logins, RunningSimulator, Simulator, SimulatorOptions } from '../simulator.ts';
import { startSimulatorServer } from '../simulator-server.ts';
import type { LoginOptions } from './api/logins.ts';
import { createPages, type PageOptions } from './api/page.ts';
import { isJsonFor } from './api/page-body.ts';
import { createService, type ServiceOptions } from './api/service.ts';
import { type CollectionName, EVERYTHING, selectionOf } from './content/collections.ts';
import type { Columns } from './content/record.ts';
import { FAULTS, type VbrickFaults } from './faults.ts';
import { createAuditLog } from './log/audit-log.ts';
import type { LogOptions } from './log/log-row.ts';
import { createLoginRows } from './log/login-rows.ts';
import { csvLine, jsonRow, rowColumns } from './log/rows-text.ts';

/** How the simulated Rev can be started. */
export type VbrickOptions = SimulatorOptions<VbrickFaults> &
  Partial<Pick<LogOptions, 'precision'> & LoginOptions & PageOptions & ServiceOptions> & {
    /** Seconds until a login appears in the user access log. */
    readonly loginShownSeconds?: number;
  };

const DEMO_KEY = 'demo-key-4c1f';
const DEMO_SECRET = 'demo-secret-91be';
/** Requests a minute in a trial. */
const HURRIED = 6_000;
const DEFAULTS = {
  port: 0,
  seed: 7,
  perMinute: 6,
  now: Date.now,
  faults: {},
  precision: 'milliseconds',
  bounds: 'half-open',
  headerCase: 'lower',
  lastToken: 'absent',
  limit: 60,
  retryAfter: 'none',
  sessionMinutes: 10,
  loginShownSeconds: 5,
  lockAfter: 5,
  licences: 1,
  loginLimit: 3600,
  role: 'account-admin',
  rev: '8.1.0',
  apiKey: DEMO_KEY,
  secret: DEMO_SECRET,
  username: 'svc-siem',
  password: 'demo-password-7d02',
} as const satisfies VbrickOptions;

/** One row that the audit log holds, with its collection. */
export interface VbrickRow extends HeldRow {
  readonly collection: CollectionName;
  readonly columns: Columns;
}

/** The running simulator of Rev. */
export interface RunningVbrick extends RunningSimulator<VbrickFaults> {
  readonly counters: RunningSimulator['counters'] & { readonly logins: Logins };
  events(query: HeldQuery): Generator<VbrickRow>;
}

/** Simulates Vbrick Rev: its audit log and its logins. */
export const simulator = {
  id: 'vbrick',
  flags: {
    precision: {
      kind: 'text',
      choices: ['milliseconds', 'seconds'],
      words: 'the smallest step of the rows’ times (milliseconds)',
    },
    bounds: {
      kind: 'text',
      choices: ['half-open', 'inclusive', 'exclusive'],
      words: 'whether rows exactly at fromDate and toDate belong to the range (half-open)',
    },
    headerCase: {
      kind: 'text',
      choices: ['lower', 'mixed'],
      words: 'how the names of the paging headers are written: nextfromdate or nextFromDate (lower)',
    },
    lastToken: {
      kind: 'text',
      choices: ['absent', 'empty'],
      words: 'what the last page has in place of a continuation token (absent)',
    },
    limit: { kind: 'number', words: 'requests a minute for each audit endpoint (60)' },
    retryAfter: {
      kind: 'text',
      choices: ['none', 'seconds', 'date'],
      words: 'which Retry-After a request beyond the limit is answered with (none)',
    },
    sessionMinutes: { kind: 'number', words: 'how long a token lives, if it is not extended (10)' },
    loginShownSeconds: {
      kind: 'number',
      words: 'how much later than it happens a login appears in the user access log (5)',
    },
    lockAfter: { kind: 'number', words: 'number of refused logins in a row that lock the user out (5)' },
    licences: { kind: 'number', words: 'how many user licences are left: a login by key takes one (1)' },
    loginLimit: { kind: 'number', words: 'logins a minute (3600)' },
    role: {
      kind: 'text',
      choices: ['account-admin', 'media-admin'],
      words: 'the role of the user that logs in: only account admins may read the audit (account-admin)',
    },
    rev: { kind: 'text', words: 'the version of Rev: the bootstrap endpoint is there from 8.0 on (8.1.0)' },
    apiKey: { kind: 'text', words: 'the valid user API key' },
    secret: { kind: 'text', words: 'the secret of that key' },
    username: { kind: 'text', words: 'the name of the same user (svc-siem)' },
    password: { kind: 'text', words: 'the password of the same user' },
  },
  faults: FAULTS,
  start,
  atRate: (perMinute) => ({ perMinute, limit: 1_000_000 }),
  demo: {
    connection: { id: 'demo', source: 'vbrick', secret: 'tidemark/vbrick/demo', settings: {} },
    secretValue: { apiKey: DEMO_KEY, secret: DEMO_SECRET },
    ownCredentials(make) {
      const [apiKey, secret, password] = [make('apiKey'), make('secret'), make('password')];
      return { options: { apiKey, secret, password }, secretValue: { apiKey, secret } };
    },
    hurried: { options: { limit: HURRIED }, settings: { requestsPerMinute: HURRIED } },
  },
} satisfies Simulator;

async function start(given: VbrickOptions): Promise<RunningVbrick> {
  const options = { ...DEFAULTS, ...given };
  const switches = createSwitches<VbrickFaults>(options.faults, FAULTS);
  const rows = createLoginRows(options.loginShownSeconds, options.precision);
  const log = createAuditLog(options, switches, rows);
  const service = createService(options, switches, rows, createPages(log, switches, options));
  const server = await startSimulatorServer(service, switches, options);

  function* events({ from, to, visibleAt = options.now(), collection }: HeldQuery): Generator<VbrickRow> {
    const selection = collection === undefined ? EVERYTHING : selectionOf(collection);
    if (!selection) throw new Error(`There is no collection "${collection}".`);
    const isJson = isJsonFor({ selection, faults: switches.faults });
    for (const row of log.rows({ selection, from, to, visibleAt })) {
      const { id, time, shownAt } = row;
      const text = (isJson ? jsonRow : csvLine)(row, switches.faults);
      yield { id, time, shownAt, text, collection: row.collection, columns: rowColumns(row, switches.faults) };
    }
  }

  return {
    origin: server.origin,
    connection: { ...simulator.demo.connection, origin: server.origin },
    control: server.control,
    counters: Object.assign(server.counters, { logins: service.logins }),
    get faults() {
      return switches.faults;
    },
    setFaults: switches.set,
    reset: server.reset,
    events,
    stop: server.stop,
  };
}
