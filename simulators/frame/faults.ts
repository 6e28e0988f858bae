import type { FaultShapes, Switches } from '../fault-switches.ts';
import { API_FAULTS, type ApiFaults, type Faults, SERVER_FAULTS, TIMELINE_FAULTS } from '../faults.ts';
import { ENDPOINTS, LISTS } from './api/endpoints.ts';

/** Everything that can be made to go wrong at the simulated Frame. */
export interface FrameFaults extends Faults, Omit<ApiFaults, 'emptyPages' | 'repeatNext'> {
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

export type FrameSwitches = Switches<FrameFaults>;

const { tokenExpired, forbidden, totals, oversized, odd } = API_FAULTS;

export const FAULTS: FaultShapes<FrameFaults> = {
  ...SERVER_FAULTS,
  tokenExpired,
  refuseSignatures: { is: { next: 'number' }, words: 'refuse the next n signatures with 401, right as they may be' },
  forbidden,
  forbiddenAt: {
    is: 'text',
    choices: ENDPOINTS,
    isList: true,
    words: 'answer 403 at these endpoints: the role does not permit them; several with commas',
  },
  ...TIMELINE_FAULTS,
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
  totals,
  oversized,
  odd,
  newApiKeys: { is: 'number', words: 'number of additional API keys' },
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
