import type { FaultShapes, Switches } from '../fault-switches.ts';
import { API_FAULTS, type ApiFaults, type Faults, SERVER_FAULTS, TIMELINE_FAULTS } from '../faults.ts';

/** Everything that can be made to go wrong at the simulated ThousandEyes. */
export interface ThousandEyesFaults extends Faults, Omit<ApiFaults, 'totals'> {
  renewalLost?: { next: number };
  endsEarlySeconds?: number;
  foreignNext?: { next: number; origin?: string };
}

export type ThousandEyesSwitches = Switches<ThousandEyesFaults>;

const { tokenExpired, forbidden, emptyPages, repeatNext, oversized, odd } = API_FAULTS;

export const FAULTS: FaultShapes<ThousandEyesFaults> = {
  ...SERVER_FAULTS,
  tokenExpired,
  renewalLost: { is: { next: 'number' }, words: 'the next n new API tokens are made, but the answer never arrives' },
  forbidden,
  ...TIMELINE_FAULTS,
  endsEarlySeconds: {
    is: 'number',
    words: 'answers end this number of seconds ago, and say so in the range that they echo',
  },
  emptyPages,
  repeatNext,
  foreignNext: {
    is: { next: 'number', origin: 'text?' },
    words: 'the next n next links lead to another origin (https://collector.example.net)',
  },
  oversized,
  odd,
};
