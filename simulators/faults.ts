import type { FaultShapes } from './fault-switches.ts';

/** Faults of the connection and of HTTP: the server of every simulator has them. */
export interface ServerFaults {
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
}

/** Faults of the timeline of events. */
export interface TimelineFaults {
  late?: { share: number; upToSeconds?: number };
  twins?: number;
}

/** Faults that every simulator has. */
export interface Faults extends ServerFaults, TimelineFaults {}

/** Faults that are the same for several vendors: a simulator takes those that its vendor can have. */
export interface ApiFaults {
  tokenExpired?: boolean;
  forbidden?: boolean;
  emptyPages?: { every: number };
  repeatNext?: string;
  totals?: string;
  oversized?: { every: number; bytes?: number };
  odd?: { every: number };
}

export const SERVER_FAULTS: FaultShapes<ServerFaults> = {
  where: {
    is: 'text',
    words: 'the faults of the wire (latency to slow body) strike only requests whose path and query contain this text',
  },
  latencyMs: { is: 'number', words: 'milliseconds to wait before every answer' },
  clockSkewSeconds: { is: 'number', words: 'seconds that the Date header is ahead (negative: behind)' },
  hang: { is: { next: 'number' }, words: 'never answer the next n requests' },
  redirect: {
    is: { next: 'number', to: 'text', status: 'number?' },
    words: 'redirect the next n requests to another URL (status 302)',
  },
  throttle: {
    is: { next: 'number', retryAfter: 'number?', reset: 'number?', bare: 'flag?' },
    words:
      'answer the next n requests with 429: with Retry-After, with a quota reset in `reset` seconds, or bare of any time',
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
  slowBody: { is: { bytesPerSecond: 'number' }, words: 'bytes of a body sent per second' },
};

export const TIMELINE_FAULTS: FaultShapes<TimelineFaults> = {
  late: {
    is: { share: 'number', upToSeconds: 'number?' },
    words: 'this share (0 to 1) of the events appears 1 to upToSeconds (120) seconds late',
  },
  twins: {
    is: 'number',
    words: 'this share (0 to 1) of the events happens two or three times at once, with equal content (0.01)',
  },
};

export const API_FAULTS: FaultShapes<ApiFaults> = {
  tokenExpired: { is: 'flag', words: 'refuse every token with 401' },
  forbidden: { is: 'flag', words: 'answer 403: the permission is missing' },
  emptyPages: {
    is: { every: 'number' },
    words: 'every n-th page is empty but has a next link, behind which the rows are',
  },
  repeatNext: {
    is: 'text',
    choices: ['self', 'cycle'],
    words: 'self: the last page links to itself; cycle: the second page links back to the first',
  },
  totals: {
    is: 'text',
    choices: ['overshoot', 'lie'],
    words: 'overshoot: the total that is stated counts some rows too many; lie: it has nothing to do with the rows',
  },
  oversized: {
    is: { every: 'number', bytes: 'number?' },
    words: 'every n-th row has at least this number of bytes (1100000)',
  },
  odd: {
    is: { every: 'number' },
    words: 'every n-th row is hostile: missing fields, wrong types, impossible dates, NUL, deep nesting ...',
  },
};
