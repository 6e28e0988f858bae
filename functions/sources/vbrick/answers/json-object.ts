import { type Fields, isObject, parseJson } from '../../../source-kit/json-values.ts';
import { trimmedTextOf } from '../../../source-kit/scalars.ts';

/** Maximum length of a text in a field: longer ones cannot be searched anyway, and stay whole in event.original. */
const LONGEST_TEXT = 1_000;
const BEGINS_OBJECT = /^\s*\{/;

/** The object in a JSON column. Undefined for an empty object, null, and what is not JSON: the vendor's own client reads it like this. */
export function objectIn(text: unknown): Fields | undefined {
  // To try to parse an empty text, as most are that hold no object, takes longer than to parse a state.
  const value = typeof text === 'string' && BEGINS_OBJECT.test(text) ? parseJson(text) : undefined;
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

/**
 * The first of these properties that the object has, whatever its case, because the vendor spells them in several ways.
 *
 * @param names in lower case
 */
export function valueIn(object: Fields | undefined, ...names: readonly string[]): unknown {
  if (object === undefined) return undefined;
  const properties = propertiesOf(object);
  for (const name of names) {
    const value = properties.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The properties of objects by their names in lower case. An object is asked for many names while its row is mapped. */
const PROPERTIES = new WeakMap<Fields, ReadonlyMap<string, unknown>>();

/** The first property that is not null counts, of those with the same letters. */
function propertiesOf(object: Fields): ReadonlyMap<string, unknown> {
  const known = PROPERTIES.get(object);
  if (known) return known;
  const properties = new Map<string, unknown>();
  for (const key of Object.keys(object)) {
    const name = key.toLowerCase();
    if (object[key] !== null && !properties.has(name)) properties.set(name, object[key]);
  }
  PROPERTIES.set(object, properties);
  return properties;
}

/** The text of such a property. */
export function textIn(object: Fields | undefined, ...names: readonly string[]): string | undefined {
  return textOf(valueIn(object, ...names));
}

/** A text, or a whole number as text. Undefined if there is nothing in it. */
export function textOf(value: unknown): string | undefined {
  return trimmedTextOf(value, LONGEST_TEXT);
}

/** The texts of a list, or of one value alone, but at most this many. */
export function textsOf(value: unknown, most: number): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list
    .slice(0, most)
    .map(textOf)
    .filter((text) => text !== undefined);
}
