import { isBranch } from '../../core/events/differences.ts';
import { parseInstant } from '../../core/time.ts';

/** An object of the event: `user`, `user.target`; an empty one where the event has none. */
export type Branch = Readonly<Record<string, unknown>>;

/** The longest string_t of OCSF 1.3.0. */
const MOST_CHARACTERS = 65_535;
/** The deepest level that `unmapped` keeps: deeper ones would end in the stack of whoever reads them. */
const DEEPEST = 24;
/** What says nothing more of the event: its former schema, values that stand elsewhere in it too, and who forwarded it. */
const NOT_TOLD: ReadonlySet<string> = new Set(['ecs', 'related', 'observer']);
const NOTHING: Branch = {};

/**
 * An ECS event, read field by field. It remembers which values have found a place, so that the rest can go to
 * `unmapped`. A value of another type than the one asked for is not there, and stays with the rest.
 */
export class OcsfFields {
  readonly #event: Branch;
  readonly #placed = new Map<Branch, Set<string>>();

  constructor(event: Branch) {
    this.#event = event;
  }

  /** The object at a path of keys; the event itself without one. */
  branch(...keys: readonly string[]): Branch {
    return keys.reduce<Branch>((inner, key) => {
      const value = inner[key];
      return isBranch(value) ? value : NOTHING;
    }, this.#event);
  }

  /** A text that is not empty. One that is too long for OCSF is cut here, and whole in `unmapped`. */
  text(branch: Branch, key: string): string | undefined {
    const value = branch[key];
    if (typeof value !== 'string' || value === '') return undefined;
    if (value.length > MOST_CHARACTERS) return value.slice(0, MOST_CHARACTERS).toWellFormed();
    this.#place(branch, key);
    return value.toWellFormed();
  }

  /** A text of a special form, such as an address. */
  textThat(fits: (text: string) => boolean, branch: Branch, key: string): string | undefined {
    const value = branch[key];
    if (typeof value !== 'string' || value.length > MOST_CHARACTERS || !fits(value)) return undefined;
    return this.text(branch, key);
  }

  /** A list of texts. */
  texts(branch: Branch, key: string): string[] | undefined {
    const value = branch[key];
    if (!Array.isArray(value) || value.length === 0 || !value.every(isShortText)) return undefined;
    this.#place(branch, key);
    return value.map((text) => text.toWellFormed());
  }

  /** A time as the whole milliseconds since 1970 that OCSF counts in. */
  milliseconds(branch: Branch, key: string): number | undefined {
    const instant = parseInstant(branch[key]);
    if (instant === undefined) return undefined;
    this.#place(branch, key);
    return Math.floor(instant / 1_000);
  }

  /** A copy of all that has found no place, in the shape that it has in ECS; none when nothing is left. */
  rest(): Branch | undefined {
    const rest = this.#copyBranch(this.#event, 0);
    return rest && Object.keys(rest).length > 0 ? rest : undefined;
  }

  #place(branch: Branch, key: string): void {
    const keys = this.#placed.get(branch);
    if (keys) keys.add(key);
    else this.#placed.set(branch, new Set([key]));
  }

  #copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return value.toWellFormed();
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > DEEPEST) return '…';
    if (Array.isArray(value)) return value.map((item: unknown) => this.#copy(item, depth + 1));
    return this.#copyBranch(value as Branch, depth);
  }

  /** None for a branch of which nothing is left. */
  #copyBranch(branch: Branch, depth: number): Branch | undefined {
    const placed = this.#placed.get(branch);
    const keys = Object.keys(branch);
    const left: Record<string, unknown> = {};
    let isEmpty = true;
    for (const key of keys) {
      if (placed?.has(key) || (depth === 0 && NOT_TOLD.has(key))) continue;
      const value = this.#copy(branch[key], depth + 1);
      if (value === undefined) continue;
      isEmpty = false;
      // An assignment to __proto__ would make no key.
      if (key === '__proto__') Object.defineProperty(left, key, { value, enumerable: true });
      else left[key.toWellFormed()] = value;
    }
    return isEmpty && keys.length > 0 ? undefined : left;
  }
}

/** The entries that have a value, as an object; none when no entry has. */
export function known<T extends Record<string, unknown>>(
  entries: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const left: Record<string, unknown> = {};
  let isEmpty = true;
  for (const key of Object.keys(entries)) {
    if (entries[key] === undefined) continue;
    isEmpty = false;
    left[key] = entries[key];
  }
  return isEmpty ? undefined : (left as { [K in keyof T]?: Exclude<T[K], undefined> });
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS;
}
