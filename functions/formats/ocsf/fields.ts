import { isObject } from '../../core/events/is-object.ts';
import { parseInstant } from '../../core/time.ts';
import type { OcsfTraits } from './versions.ts';

/** An object of the event, such as `user` or `user.target`; empty if the event has none. */
export type Branch = Readonly<Record<string, unknown>>;

/** Maximum length of a string_t of OCSF 1.3.0. Later versions have no limit; lists and addresses keep it. */
const MAX_TEXT = 65_535;
/** Maximum depth of `unmapped`: deeper nesting could overflow the stack of its readers. */
const MAX_DEPTH = 24;
/** Objects that add nothing: the former schema, copies of values elsewhere in the event, and who forwarded it. */
const OMITTED: ReadonlySet<string> = new Set(['ecs', 'related', 'observer']);
const NOTHING: Branch = {};

/**
 * An ECS event, read field by field. Remembers which fields were read, so that the others can go to `unmapped`.
 * A value of another type than the one asked for counts as missing, and goes to `unmapped` too.
 */
export class OcsfFields {
  readonly #event: Branch;
  /** What the version of OCSF has for which they are read. */
  readonly traits: OcsfTraits;
  readonly #maxText: number;
  /** The keys of each object that were read: a few, so that a list is searched faster than a set is made. */
  readonly #placed = new Map<Branch, string[]>();

  constructor(event: Branch, traits: OcsfTraits) {
    this.#event = event;
    this.traits = traits;
    this.#maxText = traits.hasLongTexts ? Number.POSITIVE_INFINITY : MAX_TEXT;
  }

  /** The object at a path of keys; without keys, the event itself. */
  branch(...keys: readonly string[]): Branch {
    let branch = this.#event;
    for (const key of keys) {
      const value = branch[key];
      if (!isObject(value)) return NOTHING;
      branch = value;
    }
    return branch;
  }

  /** A text that is not empty. One that is too long for OCSF is cut here and complete in `unmapped`. */
  text(branch: Branch, key: string): string | undefined {
    const value = branch[key];
    if (typeof value !== 'string' || value === '') return undefined;
    if (value.length > this.#maxText) return value.slice(0, this.#maxText).toWellFormed();
    this.#place(branch, key);
    return value.toWellFormed();
  }

  /** A text of a certain form, such as an address. */
  textThat(fits: (text: string) => boolean, branch: Branch, key: string): string | undefined {
    const value = branch[key];
    if (typeof value !== 'string' || value.length > MAX_TEXT || !fits(value)) return undefined;
    return this.text(branch, key);
  }

  /** A list of texts. */
  texts(branch: Branch, key: string): string[] | undefined {
    const value = branch[key];
    if (!Array.isArray(value) || value.length === 0 || !value.every(isShortText)) return undefined;
    this.#place(branch, key);
    return value.map((text) => text.toWellFormed());
  }

  /** Whether a field is true. */
  isTrue(branch: Branch, key: string): boolean {
    if (branch[key] !== true) return false;
    this.#place(branch, key);
    return true;
  }

  /** A time in whole milliseconds since 1970, as OCSF wants it. */
  milliseconds(branch: Branch, key: string): number | undefined {
    const instant = parseInstant(branch[key]);
    if (instant === undefined) return undefined;
    this.#place(branch, key);
    return Math.floor(instant / 1_000);
  }

  /** A copy of all fields that were not read, in the shape of ECS; undefined if there are none. */
  rest(): Branch | undefined {
    const rest = this.#copyBranch(this.#event, 0);
    return rest && Object.keys(rest).length > 0 ? rest : undefined;
  }

  #place(branch: Branch, key: string): void {
    const keys = this.#placed.get(branch);
    if (keys) keys.push(key);
    else this.#placed.set(branch, [key]);
  }

  #copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return value.toWellFormed();
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_DEPTH) return '…';
    if (Array.isArray(value)) return value.map((item: unknown) => this.#copy(item, depth + 1));
    return this.#copyBranch(value as Branch, depth);
  }

  /** Undefined if all of the branch was read. */
  #copyBranch(branch: Branch, depth: number): Branch | undefined {
    const placed = this.#placed.get(branch);
    const keys = Object.keys(branch);
    const left: Record<string, unknown> = {};
    let isEmpty = true;
    for (const key of keys) {
      if (placed?.includes(key) || (depth === 0 && OMITTED.has(key))) continue;
      const value = this.#copy(branch[key], depth + 1);
      if (value === undefined) continue;
      isEmpty = false;
      // Assigning to __proto__ would set no key.
      if (key === '__proto__') Object.defineProperty(left, key, { value, enumerable: true });
      else left[key.toWellFormed()] = value;
    }
    return isEmpty && keys.length > 0 ? undefined : left;
  }
}

/** An object of the entries that have a value; undefined if none has. */
export function definedOnly<T extends Record<string, unknown>>(
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
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
}
