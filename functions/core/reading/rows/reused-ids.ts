import type { RowKey } from '../../events/identity.ts';
import { KeySet } from '../../state/key-set.ts';

/** Number of ids after which older ones begin to be forgotten. */
const MAX_IDS = 10_000;

/**
 * Finds ids that the vendor has used for several records. Each of these is an event of its own anyway, so it is enough to look at
 * the last ids that a run reads, and to know them by hashes.
 */
export class ReusedIds {
  #hasFound = false;
  /** Each id with its record: 31 bits of its hash, and whether it is new. */
  #last: KeySet | undefined;
  #before: KeySet | undefined;

  /** Whether the id belongs to another record, too, and one of the two was not delivered before this run. */
  isReused(id: string, { hash }: RowKey, isNew: boolean): boolean {
    if (this.#last === undefined || this.#last.size >= MAX_IDS) {
      this.#before = this.#last;
      this.#last = new KeySet();
    }
    let high = 0;
    let low = 0;
    for (let at = 0; at < id.length; at++) {
      const code = id.charCodeAt(at);
      high = Math.imul(high ^ code, 0x5bd1e995);
      high ^= high >>> 15;
      low = Math.imul(low ^ code, 0x01000193) + at;
    }
    high >>>= 0;
    low >>>= 0;
    let mixed = 0;
    for (let at = 0; at < hash.length; at++) mixed = (Math.imul(mixed, 31) + hash.charCodeAt(at)) | 0;
    // The lowest bit is free, and a record is never 0, which would be no record.
    const record = ((mixed | 2) & ~1) >>> 0;
    const known = this.#last.bitsOf(high, low) || this.#before?.bitsOf(high, low) || 0;
    if (known === 0) this.#last.put(high, low, isNew ? record + 1 : record);
    return known !== 0 && (known & ~1) >>> 0 !== record && (isNew || known % 2 === 1);
  }

  /** Whether this is the first time in the run that an id was found to be reused. */
  isFirst(): boolean {
    const isFirst = !this.#hasFound;
    this.#hasFound = true;
    return isFirst;
  }
}
