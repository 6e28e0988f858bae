import type { Connection, OwnSignIns, Row } from '../../model.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../../time.ts';
import { SIGN_INS_KEPT } from './sign-in-record.ts';

/** The tags of records that show a sign-in: one of ours, or one under our account that is not on record. */
export const OURS = 'forwarder-self';
export const UNEXPECTED = 'forwarder-unexpected-sign-in';

/** Maximum distance between a sign-in and the record that shows it. */
const NEAR: Duration = MINUTE;
/** The same where our account is not known. Anybody's sign-in could lie within a minute of ours; within seconds that is unlikely. */
const NEAR_IF_UNKNOWN: Duration = 5 * SECOND;

export type Mark = typeof OURS | typeof UNEXPECTED;

/** Our sign-ins at the vendor that are on record. */
export interface SignInsOnRecord {
  /** Their seconds on the vendor's clock, ascending. */
  readonly seconds: readonly number[];
  /** Sign-ins before this time are all among them; on the vendor's clock. */
  readonly syncedAt: Instant;
}

/** The record that was found for each sign-in: `<second>.<number within that second>` to the first half of the event's id. */
export type Claims = Readonly<Record<string, string>>;

/** The stored sign-ins and claims. */
interface SignInRecords {
  /** @param fresh reads again what other invocations have put on record meanwhile */
  onRecord(fresh: boolean): Promise<SignInsOnRecord>;
  /** The claims from the runs before. */
  readonly claims: Claims;
  /** Stores the claims. Called before an event with a mark is delivered, so that it gets the same mark whenever it is read again. */
  keep(claims: Claims): Promise<void>;
}

/**
 * Finds our own sign-ins in a vendor's log: for each sign-in on record, the one record that lies near it. The log shows no address,
 * so any other sign-in under our account may be made by somebody else with our key: that is marked, too.
 */
export class SignInMarks {
  readonly #rule: OwnSignIns | undefined;
  readonly #connection: Connection;
  readonly #records: SignInRecords;
  readonly #claims: Map<string, string>;
  changed = false;

  constructor(rule: OwnSignIns | undefined, connection: Connection, records: SignInRecords) {
    this.#rule = rule;
    this.#connection = connection;
    this.#records = records;
    this.#claims = new Map(Object.entries(records.claims));
  }

  /** Whether our own sign-ins are not delivered. Without a known account they always are, since what looks like ours may be anybody's. */
  get leaveOut(): boolean {
    return this.#rule?.account(this.#connection) !== undefined && this.#rule.leaveOut(this.#connection);
  }

  /**
   * Returns the mark of a record; undefined if it gets none. The same event gets the same mark whenever it is read.
   *
   * @param isNew whether no destination has it: an event that was delivered without a claim gets none later
   */
  mark(row: Row, time: Instant | undefined, eventId: string, isNew: boolean): Promise<Mark | undefined> | undefined {
    const shown = this.#rule?.signIn(row);
    if (!shown) return undefined;
    const ours = this.#rule?.account(this.#connection);
    if (ours !== undefined && shown.account !== ours) return undefined;
    return this.#tell(time, eventId, isNew, ours !== undefined);
  }

  async #tell(time: Instant | undefined, eventId: string, isNew: boolean, known: boolean): Promise<Mark | undefined> {
    const near = known ? NEAR : NEAR_IF_UNKNOWN;
    if (time !== undefined && (await this.#isOurs(time, eventId, isNew, near))) return OURS;
    const { seconds } = await this.#records.onRecord(false);
    // If our account is not known, the sign-in may be anybody's.
    return known && isOnRecord(seconds, time) ? UNEXPECTED : undefined;
  }

  /** The claims that later reads from a time on may need. */
  claimsSince(from: Instant): Claims {
    return Object.fromEntries([...this.#claims].filter(([key]) => secondOf(key) * SECOND >= from - 2 * NEAR));
  }

  async #isOurs(time: Instant, eventId: string, isNew: boolean, near: Duration): Promise<boolean> {
    const name = eventId.slice(0, 16);
    if ([...this.#claims].some(([key, claimed]) => claimed === name && isNear(secondOf(key), time))) return true;
    if (!isNew) return false;
    const { seconds, syncedAt } = await this.#records.onRecord(false);
    if (await this.#claim(time, name, seconds, near)) return true;
    // Another invocation of ours may have signed in since we last looked.
    if (time < syncedAt - NEAR) return false;
    return await this.#claim(time, name, (await this.#records.onRecord(true)).seconds, near);
  }

  async #claim(time: Instant, name: string, seconds: readonly number[], near: Duration): Promise<boolean> {
    let nearest: { readonly key: string; readonly apart: Duration } | undefined;
    for (const [at, second] of seconds.entries()) {
      if (!isNear(second, time, near)) continue;
      // Each of several sign-ins in one second has a claim of its own.
      const key = `${second}.${at - seconds.indexOf(second)}`;
      const apart = Math.abs(second * SECOND - time);
      if (!this.#claims.has(key) && (!nearest || apart < nearest.apart)) nearest = { key, apart };
    }
    if (!nearest) return false;
    this.#claims.set(nearest.key, name);
    this.changed = true;
    await this.#records.keep(Object.fromEntries(this.#claims));
    return true;
  }
}

function isNear(second: number, time: Instant, near = NEAR): boolean {
  return Math.abs(second * SECOND - time) <= near;
}

function secondOf(claim: string): number {
  return Number(claim.split('.')[0]);
}

/** Whether a sign-in at this time would be on record if it were ours: our records may begin later. */
function isOnRecord(seconds: readonly number[], time: Instant | undefined): boolean {
  const [first] = seconds;
  const last = seconds.at(-1);
  if (first === undefined || last === undefined) return false;
  if (time === undefined) return true;
  // The oldest records are dropped: near that edge a sign-in of ours may have been among them.
  return time >= first * SECOND - NEAR && time >= last * SECOND - SIGN_INS_KEPT + NEAR;
}
