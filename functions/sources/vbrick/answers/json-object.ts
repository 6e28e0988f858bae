import { type Fields, isObject, parseJson } from '../../../source-kit/json-values.ts';
import { trimmedTextOf } from '../../../source-kit/scalars.ts';

/** Maximum length of a text in a field: longer ones cannot be searched anyway, and stay whole in event.original. */
const LONGEST_TEXT = 1_000;

/** The object in a JSON column. Undefined for an empty object, null, and what is not JSON: the vendor's own client reads it like this. */
export function objectIn(text: unknown): Fields | undefined {
  const value = typeof text === 'string' ? parseJson(text) : undefined;
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

/**
 * The first of these properties that the object has, whatever its case, because the vendor spells them in several ways.
 *
 * @param names in lower case
 */
export function valueIn(object: Fields | undefined, ...names: readonly string[]): unknown {
  const entries = Object.entries(object ?? {});
  for (const name of names) {
    const found = entries.find(([key, value]) => key.toLowerCase() === name && value !== null);
    if (found) return found[1];
  }
  return undefined;
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
