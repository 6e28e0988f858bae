import { COLLECTIONS } from '../content/collections.ts';
import { recordOf } from '../content/record.ts';
import { SERVICE_USER } from '../content/tenant.ts';
import { access } from '../content/user-stories.ts';
import type { LogOptions, LogRow } from './log-row.ts';

/** The kind of login, as the middle of its MessageKey. */
export type LoginKind = 'ApiKey' | '';

/** The rows that real logins leave in the user access log, a moment later. */
export interface LoginRows {
  login(kind: LoginKind, time: number, isGood: boolean, isLockedOut: boolean): void;
  logoff(time: number): void;
  rows(): readonly LogRow[];
  reset(): void;
}

/** Larger than all numbers of the timeline: at equal times these rows come last. */
const FIRST_NUMBER = 2 ** 45;

export function createLoginRows(delaySeconds: number, precision: LogOptions['precision']): LoginRows {
  let rows: LogRow[] = [];
  const add = (at: number, key: string, command: object, after: object) => {
    const time = precision === 'seconds' ? Math.floor(at / 1000) * 1000 : at;
    const number = FIRST_NUMBER + rows.length;
    const record = recordOf(access(SERVICE_USER, key, command, after), number);
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
