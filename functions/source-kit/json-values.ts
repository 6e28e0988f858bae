import { isObject } from '../core/events/is-object.ts';
import type { Row } from '../core/model.ts';

export { isObject };

// Reads values of a vendor's JSON, whose shape is not known beforehand.

/** A JSON object of unknown shape. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value if it is an object, else an empty object. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** The elements of a list, each as an object. Empty if the value is no list. */
export function objectsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** The record of a row. Throws if it is no object, because then it cannot be mapped. */
export function recordOf({ value }: Row): Fields {
  if (!isObject(value)) throw new Error(`the record is ${shapeOf(value)}; an object was expected`);
  return value;
}

/** The JSON value in a text. Undefined if the text is not JSON: its error message would quote the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The kind of a JSON value, for error messages, which must not quote the value. */
export function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
