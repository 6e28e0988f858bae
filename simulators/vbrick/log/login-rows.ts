import { COLLECTIONS } from '../content/collections.ts';
import type { LogOptions, LogRow } from './log-row.ts';
import { recordOf } from '../content/record.ts';
import { SERVICE_USER } from '../content/tenant.ts';
import { access } from '../content/user-stories.ts';

/** Which kind of sign-in it was, as the middle of its MessageKey. */
export type LoginKind = 'ApiKey' | '';

/** What the simulator's own sign-ins leave in the user access log, a moment later. */
export interface LoginRows {
  login(kind: LoginKind, time: number, isGood: boolean, isLockedOut: boolean): void;
  logoff(time: number): void;
  rows(): readonly LogRow[];
  reset(): void;
}

/** Beyond every number that the timeline gives: these rows come last of an instant. */
const FIRST_NUMBER = 2 ** 45;

/** Starts with none. */
export function createLoginRows(delaySeconds: number, precision: LogOptions['precision']): LoginRows {
  let rows: LogRow[] = [];
  const add = (at: number, key: string, says: object, after: object) => {
    const time = precision === 'seconds' ? Math.floor(at / 1000) * 1000 : at;
    const number = FIRST_NUMBER + rows.length;
    const record = recordOf(access(SERVICE_USER, key, says, after), number);
    rows.push({
      ...{ collection: 'userAccess', number, id: number * COLLECTIONS.length },
      ...{ time, shownAt: time + delaySeconds * 1000, record: () => record },
    });
  };
  return {
    login: (kind, time, isGood, isLockedOut) =>
      add(time, `Record${kind}UserLogon`, { LogOnSuccessful: isGood }, isLockedOut ? { Status: 'LockedOut' } : {}),
    logoff: (time) => add(time, 'RecordUserLogoff', {}, {}),
    rows: () => rows,
    reset() {
      rows = [];
    },
  };
}
