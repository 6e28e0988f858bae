import type { FaultShapes, Switches } from '../fault-switches.ts';
import { API_FAULTS, type ApiFaults, type Faults, SERVER_FAULTS, TIMELINE_FAULTS } from '../faults.ts';

/** Everything that can be made to go wrong at the simulated Rev. */
export interface VbrickFaults extends Faults, ApiFaults {
  tokenRequests?: number;
  loginRefused?: { next: number };
  loginThrottled?: { next: number; retryAfter?: number };
  loginError?: { next: number; status?: number };
  loginLost?: { next: number };
  stolenKey?: { next: number; secondsLater?: number };
  scroll?: { next?: number; seconds?: number; status?: number };
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
}

export type VbrickSwitches = Switches<VbrickFaults>;

const { tokenExpired, forbidden, emptyPages, repeatNext, totals, oversized, odd } = API_FAULTS;

export const FAULTS: FaultShapes<VbrickFaults> = {
  ...SERVER_FAULTS,
  tokenExpired,
  tokenRequests: { is: 'number', words: 'number of requests after which a token ends' },
  loginRefused: { is: { next: 'number' }, words: 'refuse the next n logins with 401, whatever their credentials' },
  loginThrottled: {
    is: { next: 'number', retryAfter: 'number?' },
    words: 'answer the next n logins with 429, with or without Retry-After',
  },
  loginError: { is: { next: 'number', status: 'number?' }, words: 'answer the next n logins with a status (503)' },
  loginLost: { is: { next: 'number' }, words: 'the next n logins happen, but their answer never arrives' },
  stolenKey: {
    is: { next: 'number', secondsLater: 'number?' },
    words: 'after each of the next n logins, somebody else logs in with the same key, secondsLater (20) seconds later',
  },
  forbidden,
  ...TIMELINE_FAULTS,
  scroll: {
    is: { next: 'number?', seconds: 'number?', status: 'number?' },
    words:
      'the next n continuation tokens that are sent have lapsed; all lapse after `seconds` (300); the answer then has `status` (400)',
  },
  emptyPages,
  repeatNext,
  repeatRows: { is: 'number', words: 'number of rows that a page repeats from the end of the page before' },
  totals,
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
      'CSV with a byte order mark, with bare line feeds, with another number of values under its 8 names, with its columns in another order, with an empty body where there are no rows, with times as JavaScript prints them, with EntityKeys that have a dot',
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
  oversized,
  odd,
};
