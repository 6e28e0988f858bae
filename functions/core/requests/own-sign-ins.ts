import { digest } from '../events/identity.ts';
import type { Connection, OwnSignIns, Row } from '../model.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../time.ts';
import { SIGN_INS_KEPT } from './sign-in-record.ts';

/** What a record says that shows a sign-in of ours, or one under our account that we know nothing of. */
export const OURS = 'forwarder-self';
export const UNEXPECTED = 'forwarder-unexpected-sign-in';

/** So far apart may the record of a sign-in lie from the sign-in itself. */
const NEAR: Duration = MINUTE;
/** Where nobody knows our account, anybody's sign-in could lie that near: only what can hardly be another's is ours. */
const HARDLY_ANOTHERS: Duration = 5 * SECOND;

export type Mark = typeof OURS | typeof UNEXPECTED;

/** Our sign-ins at the vendor, as far as they are on record. */
export interface SignInsOnRecord {
  /** Their seconds on the vendor's clock, ascending. */
  readonly seconds: readonly number[];
  /** What was on record before it is among them; on the vendor's clock. */
  readonly syncedAt: Instant;
}

/** Which record was found for which sign-in: `<second>.<which one of that second>` to the event's name. */
export type Claims = Readonly<Record<string, string>>;

/** What it takes to tell sign-ins. */
interface Books {
  /** @param fresh looks what other invocations have put on record meanwhile */
  onRecord(fresh: boolean): Promise<SignInsOnRecord>;
  /** The claims from the runs before. */
  readonly claims: Claims;
  /** Stores the claims, before an event is delivered that got its mark by one: whatever happens, it gets the same mark again. */
  keep(claims: Claims): Promise<void>;
}

/**
 * Tells our own sign-ins in a vendor's log: those that lie near one of which we know, one each. The log shows no address of
 * who signed in, so whatever else happens under our account may be somebody with our key: that is marked, too.
 */
export class SignInMarks {
  readonly #rule: OwnSignIns | undefined;
  readonly #connection: Connection;
  readonly #books: Books;
  readonly #claims: Map<string, string>;
  changed = false;

  constructor(rule: OwnSignIns | undefined, connection: Connection, books: Books) {
    this.#rule = rule;
    this.#connection = connection;
    this.#books = books;
    this.#claims = new Map(Object.entries(books.claims));
  }

  /** Whether our own sign-ins are not even wanted. Without the account, what looks like ours may be anybody's. */
  get leaveOut(): boolean {
    return this.#rule?.account(this.#connection) !== undefined && this.#rule.leaveOut(this.#connection);
  }

  /**
   * The mark of a record, if it gets one. The same event gets the same one whenever it is read.
   *
   * @param isNew no destination has it: one that was delivered without a claim gets none later
   */
  mark(row: Row, time: Instant | undefined, eventId: string, isNew: boolean): Promise<Mark | undefined> | undefined {
    const shown = this.#rule?.signIn(row);
    if (!shown) return undefined;
    const ours = this.#rule?.account(this.#connection);
    if (ours !== undefined && shown.account !== ours) return undefined;
    return this.#tell(time, eventId, isNew, ours !== undefined);
  }

  async #tell(time: Instant | undefined, eventId: string, isNew: boolean, known: boolean): Promise<Mark | undefined> {
    const near = known ? NEAR : HARDLY_ANOTHERS;
    if (time !== undefined && (await this.#isOurs(time, eventId, isNew, near))) return OURS;
    const { seconds } = await this.#books.onRecord(false);
    // What may be anybody's says nothing.
    return known && isOnRecord(seconds, time) ? UNEXPECTED : undefined;
  }

  /** The claims that may still be asked for: those above a time. */
  claimsSince(from: Instant): Claims {
    return Object.fromEntries([...this.#claims].filter(([key]) => secondOf(key) * SECOND >= from - 2 * NEAR));
  }

  async #isOurs(time: Instant, eventId: string, isNew: boolean, near: Duration): Promise<boolean> {
    const name = digest(eventId).slice(0, 16);
    if ([...this.#claims].some(([key, claimed]) => claimed === name && isNear(secondOf(key), time))) return true;
    if (!isNew) return false;
    const { seconds, syncedAt } = await this.#books.onRecord(false);
    if (await this.#claim(time, name, seconds, near)) return true;
    // Another invocation of ours may have signed in since we last looked.
    if (time < syncedAt - NEAR) return false;
    return await this.#claim(time, name, (await this.#books.onRecord(true)).seconds, near);
  }

  async #claim(time: Instant, name: string, seconds: readonly number[], near: Duration): Promise<boolean> {
    let nearest: { readonly key: string; readonly apart: Duration } | undefined;
    for (const [at, second] of seconds.entries()) {
      if (!isNear(second, time, near)) continue;
      // Several sign-ins of one second are as many claims.
      const key = `${second}.${at - seconds.indexOf(second)}`;
      const apart = Math.abs(second * SECOND - time);
      if (!this.#claims.has(key) && (!nearest || apart < nearest.apart)) nearest = { key, apart };
    }
    if (!nearest) return false;
    this.#claims.set(nearest.key, name);
    this.changed = true;
    await this.#books.keep(Object.fromEntries(this.#claims));
    return true;
  }
}

function isNear(second: number, time: Instant, near = NEAR): boolean {
  return Math.abs(second * SECOND - time) <= near;
}

function secondOf(claim: string): number {
  return Number(claim.split('.')[0]);
}

/** Whether a sign-in of that time, were it ours, would be on record: what lies before our records says nothing. */
function isOnRecord(seconds: readonly number[], time: Instant | undefined): boolean {
  const [first] = seconds;
  const last = seconds.at(-1);
  if (first === undefined || last === undefined) return false;
  if (time === undefined) return true;
  // The oldest ones are dropped: near the edge, a sign-in of ours may be one of those.
  return time >= first * SECOND - NEAR && time >= last * SECOND - SIGN_INS_KEPT + NEAR;
}
