import { isDeeper } from '../../core/events/depth.ts';
import { isObject } from '../../core/events/is-object.ts';
import { parseInstant } from '../../core/time.ts';
import { member } from '../json-text.ts';
import type { OcsfTraits } from './versions.ts';

/** An object of the event, such as `user` or `user.target`; empty if the event has none. */
export type Branch = Readonly<Record<string, unknown>>;

/** Maximum length of a string_t of OCSF 1.3.0. Later versions have no limit; lists and addresses keep it. */
const MAX_TEXT = 65_535;
/** Maximum depth of `unmapped`: deeper nesting could overflow the stack of its readers. */
const MAX_DEPTH = 24;
/** Objects that add nothing: the former schema, copies of values elsewhere in the event, and who forwarded it. */
const OMITTED: ReadonlySet<string> = new Set(['ecs', 'related', 'observer']);
/** Objects that the events of a feed share, so that the same text is written again and again. Events have them at their end. */
const SHARED: readonly string[] = ['service', 'tidemark'];
const NOTHING: Branch = {};

/** What was written last of each shared object: of which object, and the keys that had been read. */
const lastShared = new Map<
  string,
  { readonly branch: Branch; readonly read: readonly string[]; readonly text: string }
>();

/**
 * An ECS event, read field by field. Remembers which fields were read, so that the others can go to `unmapped`.
 * A value of another type than the one asked for counts as missing, and goes to `unmapped` too.
 */
export class OcsfFields {
  readonly #event: Branch;
  /** What the version of OCSF has for which they are read. */
  readonly traits: OcsfTraits;
  readonly #maxText: number;
  /** The objects of which fields were read, and their keys: a few, so that a list is searched faster than a map is made. */
  readonly #branches: Branch[] = [];
  readonly #keys: string[][] = [];
  /** The field of the event that was written apart from the others that were not read. */
  #written: string | undefined;

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

  /** All fields that were not read, as JSON in the shape of ECS; undefined if there are none. */
  rest(): string | undefined {
    const vendors = this.#vendorsMember();
    const own = JSON.stringify(this.#copyBranch(this.#event, 0) ?? {});
    const others = vendors + SHARED.map((key) => this.#sharedMember(key)).join('');
    if (others === '') return own === '{}' ? undefined : own;
    return own === '{}' ? `{${others.slice(1)}}` : `${own.slice(0, -1)}${others}}`;
  }

  /** The vendor's own fields, as a member after a comma. Empty if they have to be copied, to be written as they should. */
  #vendorsMember(): string {
    const key = this.branch('event').module;
    const vendors = typeof key === 'string' && key.isWellFormed() ? this.#event[key] : undefined;
    if (!isObject(vendors) || this.#isRead(vendors) || isDeeper(vendors, MAX_DEPTH)) return '';
    const text = jsonOf(vendors);
    if (text === undefined) return '';
    this.#written = key as string;
    return `,${JSON.stringify(key)}:${text}`;
  }

  /** Whether anything was read of an object, or of one in it. */
  #isRead(branch: Branch): boolean {
    if (this.#branches.includes(branch)) return true;
    for (const key in branch) if (this.#branches.includes(branch[key] as Branch)) return true;
    return false;
  }

  /** What was not read of an object that events share, as a member after a comma. Its text is kept for the next event. */
  #sharedMember(key: string): string {
    const branch = this.#event[key];
    if (!isObject(branch)) return '';
    const read = this.#keys[this.#branches.indexOf(branch)] ?? [];
    const last = lastShared.get(key);
    if (last?.branch === branch && last.read.length === read.length && last.read.every((one, at) => one === read[at]))
      return last.text;
    const text = member(key, this.#copyBranch(branch, 1));
    lastShared.set(key, { branch, read, text });
    return text;
  }

  /** Whether a field of the event itself is left out, or written by itself. */
  #isElsewhere(key: string): boolean {
    return OMITTED.has(key) || key === this.#written || (SHARED.includes(key) && isObject(this.#event[key]));
  }

  #place(branch: Branch, key: string): void {
    const at = this.#branches.indexOf(branch);
    if (at >= 0) this.#keys[at]?.push(key);
    else {
      this.#branches.push(branch);
      this.#keys.push([key]);
    }
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
    const placed = this.#keys[this.#branches.indexOf(branch)];
    const keys = Object.keys(branch);
    const left: Record<string, unknown> = {};
    let isEmpty = true;
    for (const key of keys) {
      if (placed?.includes(key) || (depth === 0 && this.#isElsewhere(key))) continue;
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

/** The value as JSON. Undefined if it has what JSON does not, or half of a surrogate pair, which is written as an escape. */
function jsonOf(value: object): string | undefined {
  try {
    const text = JSON.stringify(value);
    return text.includes('\\ud') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The entries; undefined if none of them has a value. JSON leaves out the others. */
export function ifAny<T extends Record<string, unknown>>(entries: T): T | undefined {
  for (const key in entries) if (entries[key] !== undefined) return entries;
  return undefined;
}

/** An object of the entries that have a value; undefined if none has. For objects that are put into others. */
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
