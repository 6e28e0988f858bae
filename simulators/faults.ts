import { ENDPOINTS, LISTS } from './frame/endpoints.ts';

/** Everything that can be made to go wrong. A count `next` goes down as the fault strikes; `every` strikes for ever. */
export interface Faults {
  where?: string;
  latencyMs?: number;
  clockSkewSeconds?: number;
  hang?: { next: number };
  redirect?: { next: number; to: string; status?: number };
  throttle?: { next: number; retryAfter?: number; reset?: number; bare?: boolean };
  error?: { next: number; status?: number; retryAfter?: number };
  html?: { next: number };
  body?: { next: number; text: string; type?: string };
  cut?: { next?: number; every?: number; destroy?: boolean };
  slowBody?: { bytesPerSecond: number };
  tokenExpired?: boolean;
  renewalLost?: { next: number };
  forbidden?: boolean;
  late?: { share: number; upToSeconds?: number };
  twins?: number;
  endsEarlySeconds?: number;
  emptyPages?: { every: number };
  repeatNext?: string;
  foreignNext?: { next: number; origin?: string };
  oversized?: { every: number; bytes?: number };
  odd?: { every: number };
  loginRefused?: { next: number };
  loginThrottled?: { next: number; retryAfter?: number };
  loginError?: { next: number; status?: number };
  loginLost?: { next: number };
  tokenRequests?: number;
  stolenKey?: { next: number; secondsLater?: number };
  scroll?: { next?: number; seconds?: number; status?: number };
  totals?: string;
  repeatRows?: number;
  offsetDates?: boolean;
  csv?: {
    bom?: boolean;
    lf?: boolean;
    columns?: number;
    reordered?: boolean;
    emptyBody?: boolean;
    javascriptWhen?: boolean;
    dotted?: boolean;
  };
  json?: string;
  brokenJson?: { every: number };
  brokenRows?: { every: number; swallow?: boolean };
  cutRow?: { next: number };
  refuseSignatures?: { next: number };
  forbiddenAt?: string;
  insertWhilePaging?: { next: number };
  unstableTies?: boolean;
  corrections?: { share: number; upToSeconds?: number };
  newApiKeys?: number;
  grantPermission?: string;
  supportAccess?: string;
  bannerOff?: boolean;
  emptyLists?: string;
  halvedLists?: { next: number; at?: string };
  shuffledPermissions?: boolean;
}

export type FaultName = keyof Faults;

/** What the server of every simulator honours. */
export const SERVER_FAULTS = [
  'where',
  'latencyMs',
  'clockSkewSeconds',
  'hang',
  'redirect',
  'throttle',
  'error',
  'html',
  'body',
  'cut',
  'slowBody',
] as const satisfies readonly FaultName[];

/** What the timeline of events honours. */
export const TIMELINE_FAULTS = ['late', 'twins'] as const satisfies readonly FaultName[];

/** What a value of a fault is: a `?` at the end says that it may be left out. */
type Kind = 'number' | 'text' | 'flag' | 'number?' | 'text?' | 'flag?';

/** A fault in words, and the shape of its value: one value, or named fields of which the first may be given alone. */
export interface FaultShape {
  readonly words: string;
  readonly is: Kind | Readonly<Record<string, Kind>>;
  readonly choices?: readonly string[];
  /** Several of the choices may be given, with commas. */
  readonly isList?: true;
}

/** Every fault there is; each simulator says which of them it honours. */
export const FAULT_SHAPES: Readonly<Record<FaultName, FaultShape>> = {
  where: {
    is: 'text',
    words: 'the faults of the wire (latency to slow body) strike only requests whose path and query contain this text',
  },
  latencyMs: { is: 'number', words: 'wait so many milliseconds before every answer' },
  clockSkewSeconds: { is: 'number', words: 'the Date header is so many seconds ahead (negative: behind)' },
  hang: { is: { next: 'number' }, words: 'never answer the next n requests' },
  redirect: {
    is: { next: 'number', to: 'text', status: 'number?' },
    words: 'redirect the next n requests to another URL (status 302)',
  },
  throttle: {
    is: { next: 'number', retryAfter: 'number?', reset: 'number?', bare: 'flag?' },
    words:
      'answer the next n requests with 429: with Retry-After, a quota reset in so many seconds, or bare of any time',
  },
  error: {
    is: { next: 'number', status: 'number?', retryAfter: 'number?' },
    words: 'answer the next n requests with a status (503)',
  },
  html: {
    is: { next: 'number' },
    words: 'answer the next n requests with 200 and a page of HTML, as a proxy under maintenance does',
  },
  body: {
    is: { next: 'number', text: 'text', type: 'text?' },
    words: 'answer the next n requests with 200 and this text, under the vendor’s own content type',
  },
  cut: {
    is: { next: 'number?', every: 'number?', destroy: 'flag?' },
    words:
      'end the body of the next n, or of every n-th, answer in its middle; with destroy, break the connection there',
  },
  slowBody: { is: { bytesPerSecond: 'number' }, words: 'send bodies at so many bytes a second' },
  tokenExpired: { is: 'flag', words: 'refuse every token with 401' },
  renewalLost: { is: { next: 'number' }, words: 'the next n new API tokens are made, but the answer never arrives' },
  forbidden: { is: 'flag', words: 'answer 403: the permission is missing' },
  late: {
    is: { share: 'number', upToSeconds: 'number?' },
    words: 'this share (0 to 1) of the events appears 1 to upToSeconds (120) seconds late',
  },
  twins: {
    is: 'number',
    words: 'this share (0 to 1) of the events happens two or three times at once, with equal content (0.01)',
  },
  endsEarlySeconds: {
    is: 'number',
    words: 'answers reach only to so many seconds ago, and say so in the range they echo',
  },
  emptyPages: {
    is: { every: 'number' },
    words: 'every n-th page is empty but has a next link, behind which the rows are',
  },
  repeatNext: {
    is: 'text',
    choices: ['self', 'cycle'],
    words: 'self: the last page links to itself; cycle: the second page links back to the first',
  },
  foreignNext: {
    is: { next: 'number', origin: 'text?' },
    words: 'the next n next links lead to another origin (https://collector.example.net)',
  },
  oversized: {
    is: { every: 'number', bytes: 'number?' },
    words: 'every n-th row is at least so many bytes long (1100000)',
  },
  odd: {
    is: { every: 'number' },
    words: 'every n-th row is hostile: missing fields, wrong types, impossible dates, NUL, deep nesting ...',
  },
  loginRefused: { is: { next: 'number' }, words: 'refuse the next n logins with 401, whatever their credentials' },
  loginThrottled: {
    is: { next: 'number', retryAfter: 'number?' },
    words: 'answer the next n logins with 429, with or without Retry-After',
  },
  loginError: { is: { next: 'number', status: 'number?' }, words: 'answer the next n logins with a status (503)' },
  loginLost: { is: { next: 'number' }, words: 'the next n logins happen, but their answer never arrives' },
  tokenRequests: { is: 'number', words: 'a token lives for so many requests only' },
  stolenKey: {
    is: { next: 'number', secondsLater: 'number?' },
    words: 'after each of the next n logins, somebody else logs in with the same key so many seconds later (20)',
  },
  scroll: {
    is: { next: 'number?', seconds: 'number?', status: 'number?' },
    words:
      'the next n continuation tokens that are sent have lapsed; all lapse after so many seconds (300); status is the answer then (400)',
  },
  totals: {
    is: 'text',
    choices: ['overshoot', 'lie'],
    words: 'overshoot: the total that is stated counts some rows too many; lie: it has nothing to do with the rows',
  },
  repeatRows: { is: 'number', words: 'a page begins with so many rows that were the last of the page before' },
  offsetDates: { is: 'flag', words: 'nextFromDate ends in +00:00 instead of Z' },
  csv: {
    is: {
      bom: 'flag?',
      lf: 'flag?',
      columns: 'number?',
      reordered: 'flag?',
      emptyBody: 'flag?',
      javascriptWhen: 'flag?',
      dotted: 'flag?',
    },
    words:
      'CSV with a byte order mark, with bare line feeds, with so many values under its 8 names, with its columns in another order, with nothing at all where no rows are, with times as JavaScript prints them, with EntityKeys that have a dot',
  },
  json: {
    is: 'text',
    choices: ['portal', 'all', 'all-without-headers'],
    words:
      'JSON instead of CSV, for groups and videos or for all; what to ask next is in the body, and in the headers unless told otherwise',
  },
  brokenJson: { is: { every: 'number' }, words: 'the JSON columns of every n-th row are broken off' },
  brokenRows: {
    is: { every: 'number', swallow: 'flag?' },
    words:
      'every n-th row is no CSV: an error’s text, a quote where none may be; with swallow, a quote that is not closed, which spoils the rows behind it',
  },
  cutRow: { is: { next: 'number' }, words: 'the body of the next n pages ends in the middle of their last row' },
  refuseSignatures: { is: { next: 'number' }, words: 'refuse the next n signatures with 401, right as they may be' },
  forbiddenAt: {
    is: 'text',
    choices: ENDPOINTS,
    isList: true,
    words: 'answer 403 at these endpoints: the role does not permit them; several with commas',
  },
  insertWhilePaging: {
    is: { next: 'number' },
    words: 'before each of the next n pages but a first one, a row appears where the client has already been',
  },
  unstableTies: { is: 'flag', words: 'rows of the same time come in another order in every answer' },
  corrections: {
    is: { share: 'number', upToSeconds: 'number?' },
    words:
      'this share (0 to 1) of the sessions gets other network figures 1 to upToSeconds (600) seconds after its end',
  },
  newApiKeys: { is: 'number', words: 'there are so many further API keys' },
  grantPermission: { is: 'text', words: 'the role of the key in use has this permission, too' },
  supportAccess: { is: 'text', words: 'the access that the vendor’s support has: full_access, no_access ...' },
  bannerOff: { is: 'flag', words: 'the login banner is off' },
  emptyLists: {
    is: 'text',
    choices: LISTS,
    isList: true,
    words: 'these lists are empty; several with commas',
  },
  halvedLists: {
    is: { next: 'number', at: 'text?' },
    words: 'the next n reads of lists, or of the list of one endpoint, find only the first half of it',
  },
  shuffledPermissions: { is: 'flag', words: 'API keys, their roles and permissions come in another order each time' },
};

/** Checks faults that came from outside; throws with words that name the mistake. */
export function readFaults(value: unknown, supported: readonly FaultName[]): Faults {
  if (!isRecord(value)) throw new Error('Faults are a JSON object, for example {"throttle":{"next":3}}.');
  for (const [name, given] of Object.entries(value)) {
    if (!isOneOf(supported, name)) {
      const mistake = Object.hasOwn(FAULT_SHAPES, name)
        ? `This simulator does not honour the fault "${name}". It honours: `
        : `There is no fault "${name}". There are: `;
      throw new Error(`${mistake}${supported.join(', ')}.`);
    }
    checkFault(name, FAULT_SHAPES[name], given);
  }
  return structuredClone(value) as Faults;
}

function isOneOf(supported: readonly FaultName[], name: string): name is FaultName {
  return (supported as readonly string[]).includes(name);
}

function checkFault(name: string, shape: FaultShape, given: unknown): void {
  if (typeof shape.is === 'string') {
    checkValue(name, shape.is, given);
    const named = shape.isList ? String(given).split(',') : [given as string];
    if (shape.choices && !named.every((one) => shape.choices?.includes(one)))
      throw new Error(`${name} is one of: ${shape.choices.join(', ')}.`);
    return;
  }
  const fields = shape.is;
  const list = Object.keys(fields).join(', ');
  if (!isRecord(given) || Object.keys(given).length === 0) throw new Error(`${name} is an object with: ${list}.`);
  for (const field of Object.keys(given)) {
    if (!Object.hasOwn(fields, field)) throw new Error(`${name} has no field "${field}". It has: ${list}.`);
  }
  for (const [field, kind] of Object.entries(fields)) checkValue(`${name}.${field}`, kind, given[field]);
}

const TYPES = { number: 'number', text: 'string', flag: 'boolean' } as const;

function checkValue(name: string, kind: Kind, value: unknown): void {
  if (value === undefined && kind.endsWith('?')) return;
  const wanted = TYPES[kind.replace('?', '') as keyof typeof TYPES];
  if (typeof value !== wanted || Number.isNaN(value)) throw new Error(`${name} must be a ${wanted}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Counted = { next?: number; every?: number };
type CountedName = { [Name in keyof Faults]-?: NonNullable<Faults[Name]> extends Counted ? Name : never }[keyof Faults];

/** The faults in force. */
export interface Switches {
  readonly faults: Faults;
  /** Replaces all of them; throws when there is one that this simulator does not honour. */
  set(faults: unknown): void;
  /** Back to how it all started. */
  reset(): void;
  /** Whether a counted fault strikes now, and counts it. */
  strikes<Name extends CountedName>(name: Name): Faults[Name] | undefined;
}

/** Makes the switchboard of one simulator, in its starting position, for the faults that it honours. */
export function createSwitches(initial: Faults, supported: readonly FaultName[]): Switches {
  let faults = readFaults(initial, supported);
  const passed = new Map<string, number>();
  return {
    get faults() {
      return faults;
    },
    set(replacement) {
      faults = readFaults(replacement, supported);
      passed.clear();
    },
    reset() {
      faults = readFaults(initial, supported);
      passed.clear();
    },
    strikes(name) {
      const fault = faults[name] as (Counted & Faults[typeof name]) | undefined;
      if (!fault) return undefined;
      if (fault.next !== undefined && fault.next > 0) {
        fault.next--;
        return fault;
      }
      if (!fault.every) return undefined;
      const count = (passed.get(name) ?? 0) + 1;
      passed.set(name, count);
      return count % fault.every === 0 ? fault : undefined;
    },
  };
}
