import { isObject } from '../../core/events/is-object.ts';

/** A key of an object of the event: the number of the field that it is, and what is known of the keys below it. */
interface KnownKey {
  number?: number;
  below?: Map<string, KnownKey>;
}

/** A set of fields, each read from the event at once with all others: most events have only a few of them. */
export class FieldValues {
  readonly #root = new Map<string, KnownKey>();
  #count = 0;

  /** The number of the field with this path, such as `user.target.name`. */
  numberOf(path: string): number {
    const keys = path.split('.');
    let known: KnownKey = { below: this.#root };
    for (const key of keys) {
      known.below ??= new Map();
      const next: KnownKey = known.below.get(key) ?? {};
      known.below.set(key, next);
      known = next;
    }
    known.number ??= this.#count++;
    return known.number;
  }

  /** The values of all fields, by their numbers. Undefined for those that the event does not have. */
  of(event: unknown): readonly unknown[] {
    const values = new Array<unknown>(this.#count).fill(undefined);
    if (isObject(event)) read(event, this.#root, values);
    return values;
  }
}

function read(object: Readonly<Record<string, unknown>>, keys: ReadonlyMap<string, KnownKey>, values: unknown[]): void {
  for (const key of Object.keys(object)) {
    const known = keys.get(key);
    if (!known) continue;
    const value = object[key];
    if (known.number !== undefined) values[known.number] = value;
    if (known.below && isObject(value)) read(value, known.below, values);
  }
}
