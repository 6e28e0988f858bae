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
  forbidden?: boolean;
  late?: { share: number; upToSeconds?: number };
  twins?: number;
  endsEarlySeconds?: number;
  emptyPages?: { every: number };
  repeatNext?: string;
  foreignNext?: { next: number; origin?: string };
  oversized?: { every: number; bytes?: number };
  odd?: { every: number };
}

/** What a value of a fault is: a `?` at the end says that it may be left out. */
type Kind = 'number' | 'text' | 'flag' | 'number?' | 'text?' | 'flag?';

/** A fault in words, and the shape of its value: one value, or named fields of which the first may be given alone. */
export interface FaultShape {
  readonly words: string;
  readonly is: Kind | Readonly<Record<string, Kind>>;
  readonly choices?: readonly string[];
}

/** Every fault there is: the control endpoint checks against it, the command line and its help are made from it. */
export const FAULT_SHAPES: Readonly<Record<keyof Faults, FaultShape>> = {
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
    words: 'answer the next n requests with 200 and this text (application/hal+json)',
  },
  cut: {
    is: { next: 'number?', every: 'number?', destroy: 'flag?' },
    words:
      'end the body of the next n, or of every n-th, answer in its middle; with destroy, break the connection there',
  },
  slowBody: { is: { bytesPerSecond: 'number' }, words: 'send bodies at so many bytes a second' },
  tokenExpired: { is: 'flag', words: 'refuse every token with 401' },
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
};

/** Checks faults that came from outside; throws with words that name the mistake. */
export function readFaults(value: unknown): Faults {
  if (!isRecord(value)) throw new Error('Faults are a JSON object, for example {"throttle":{"next":3}}.');
  for (const [name, given] of Object.entries(value)) {
    if (!Object.hasOwn(FAULT_SHAPES, name)) {
      throw new Error(`There is no fault "${name}". There are: ${Object.keys(FAULT_SHAPES).join(', ')}.`);
    }
    checkFault(name, FAULT_SHAPES[name as keyof Faults], given);
  }
  return structuredClone(value) as Faults;
}

function checkFault(name: string, shape: FaultShape, given: unknown): void {
  if (typeof shape.is === 'string') {
    checkValue(name, shape.is, given);
    if (shape.choices && !shape.choices.includes(given as string))
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
  /** Replaces all of them. */
  set(faults: Faults): void;
  /** Back to how it all started. */
  reset(): void;
  /** Whether a counted fault strikes now, and counts it. */
  strikes<Name extends CountedName>(name: Name): Faults[Name] | undefined;
}

/** Makes the switchboard of one simulator, in its starting position. */
export function createSwitches(initial: Faults = {}): Switches {
  let faults = readFaults(initial);
  const passed = new Map<string, number>();
  return {
    get faults() {
      return faults;
    },
    set(replacement) {
      faults = readFaults(replacement);
      passed.clear();
    },
    reset() {
      faults = readFaults(initial);
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
