import type { Knows, Stream } from '../../model.ts';
import {
  LONGEST_NAME,
  LONGEST_SHAPE,
  MOST_UNKNOWN_NAMES,
  type UnknownName,
} from '../../stored/findings/unknown-name.ts';
import type { Instant } from '../../time.ts';
import { isObject } from '../is-object.ts';
import { isUnknown } from './told-name.ts';

/** Maximum number of fields in a shape. */
const MOST_FIELDS = 12;

/**
 * Collects the names in a feed's records that its mapping does not know, each once. Vendors add fields and kinds of events without
 * notice; whoever keeps the mapping needs to know them, but not their values.
 */
export class UnknownNames {
  readonly #stream: Pick<Stream, 'knows'>;
  readonly #fields: ReadonlyMap<string, ReadonlySet<string> | undefined>;
  #known: readonly UnknownName[];
  readonly #names: Set<string>;
  #fresh: UnknownName[] = [];

  /** @param known the names that were told before; those that the mapping knows by now are dropped, and of equal ones all but one */
  constructor(stream: Pick<Stream, 'knows'>, known: readonly UnknownName[] = []) {
    this.#stream = stream;
    this.#fields = fieldsOf(stream.knows);
    const unknown = known.filter((one) => isUnknown(stream.knows, one)).map((one) => [keyOf(one), one] as const);
    const distinct = new Map(unknown);
    this.#known = [...distinct.values()];
    this.#names = new Set(distinct.keys());
  }

  /** Notes the fields of a record that the mapping does not know. */
  noteFields(record: unknown, now: Instant): void {
    if (this.#isFull || this.#fields.size === 0 || !isObject(record)) return;
    for (const name in record) {
      const inner = this.#fields.get(name);
      if (!inner && this.#fields.has(name)) continue;
      if (!inner) this.#add({ kind: 'field', name, value: record[name] }, now);
      else this.#noteInner(name, inner, record[name], now);
      if (this.#isFull) return;
    }
  }

  /** Notes the kind of event of a record. @param name the vendor's name of it */
  noteEvent(name: string, record: unknown, now: Instant): void {
    if (this.#stream.knows?.event?.(name)) this.#add({ kind: 'event', name, value: record }, now);
  }

  /** Takes the names that are new since the last call, and all names to keep. Undefined if nothing is new. */
  takeNew(): { readonly fresh: readonly UnknownName[]; readonly all: readonly UnknownName[] } | undefined {
    if (this.#fresh.length === 0) return undefined;
    const fresh = this.#fresh;
    this.#fresh = [];
    this.#known = [...this.#known, ...fresh];
    return { fresh, all: this.#known };
  }

  get #isFull(): boolean {
    return this.#names.size >= MOST_UNKNOWN_NAMES;
  }

  /** The fields of an object, or of the objects of a list. */
  #noteInner(name: string, known: ReadonlySet<string>, value: unknown, now: Instant): void {
    const objects = Array.isArray(value) ? value.slice(0, MOST_FIELDS) : [value];
    for (const object of objects) {
      if (!isObject(object)) continue;
      for (const key in object) {
        if (this.#isFull) return;
        if (!known.has(key)) this.#add({ kind: 'field', name: `${name}.${key}`, value: object[key] }, now);
      }
    }
  }

  #add({ kind, name, value }: { kind: UnknownName['kind']; name: string; value: unknown }, at: Instant): void {
    const one: UnknownName = { kind, name: cut(name, LONGEST_NAME), shape: shapeOf(value), at };
    const key = keyOf(one);
    if (this.#isFull || this.#names.has(key)) return;
    this.#names.add(key);
    this.#fresh.push(one);
  }
}

/** The types of a value, without the value itself. */
function shapeOf(value: unknown): string {
  if (!isObject(value)) return simpleShape(value);
  const names = Object.keys(value);
  const shown = names.slice(0, MOST_FIELDS).map((name) => `${cut(name, 30)}: ${simpleShape(value[name])}`);
  return cut(`{ ${[...shown, ...(names.length > MOST_FIELDS ? ['…'] : [])].join(', ')} }`, LONGEST_SHAPE);
}

function simpleShape(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'list' : `list of ${simpleShape(value[0])}`.slice(0, 30);
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'object' ? 'object' : 'number';
}

function cut(text: string, longest: number): string {
  return (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`).toWellFormed();
}

function keyOf({ kind, name }: Pick<UnknownName, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

const FIELDS = new WeakMap<Knows, ReadonlyMap<string, ReadonlySet<string> | undefined>>();

/** The known fields of a record; of those that hold objects, the known fields of these. */
function fieldsOf(knows: Knows | undefined): ReadonlyMap<string, ReadonlySet<string> | undefined> {
  if (!knows) return new Map();
  const made = FIELDS.get(knows);
  if (made) return made;
  const fields = new Map<string, Set<string> | undefined>();
  for (const field of knows.fields) {
    const [name = '', inner] = field.split('.');
    if (inner === undefined) fields.set(name, fields.get(name));
    else fields.set(name, (fields.get(name) ?? new Set()).add(inner));
  }
  FIELDS.set(knows, fields);
  return fields;
}
