import { digest, type RowKey } from '../../events/identity.ts';

/** So many ids are remembered before the older ones are forgotten. */
const MAX_IDS = 10_000;
/** Maximum length of an id that is remembered as it is. */
const MAX_LENGTH = 100;

/** A record with an id. */
interface Known {
  readonly hash: string;
  readonly isNew: boolean;
}

/**
 * Finds ids that the vendor has used for several records. Each of these is an event of its own anyway, so it is enough to look at
 * the last ids that a run reads.
 */
export class ReusedIds {
  #hasFound = false;
  #last = new Map<string, Known>();
  #before = new Map<string, Known>();

  /** Whether the id belongs to another record, too, and one of the two was not delivered before this run. */
  isReused({ id, hash }: RowKey, isNew: boolean): boolean {
    if (id === undefined) return false;
    const key = id.length > MAX_LENGTH ? digest(id) : id;
    const known = this.#last.get(key) ?? this.#before.get(key);
    if (known?.hash === hash) return false;
    if (this.#last.size >= MAX_IDS) {
      this.#before = this.#last;
      this.#last = new Map();
    }
    this.#last.set(key, { hash, isNew });
    return known !== undefined && (isNew || known.isNew);
  }

  /** Whether this is the first time in the run that an id was found to be reused. */
  isFirst(): boolean {
    const isFirst = !this.#hasFound;
    this.#hasFound = true;
    return isFirst;
  }
}
