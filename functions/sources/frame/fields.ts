import type { Row } from '../../core/model.ts';

/** A record of the vendor, of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is left of an object when nothing in it is undefined. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** The record of a row; one that is no object cannot be mapped. */
export function recordOf({ value }: Row): Fields {
  if (!isObject(value)) throw new Error(`the record is ${shapeOf(value)}; an object was expected`);
  return value;
}

/** The record of a row, or an empty one. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** A text with something in it; a number as text, unless a double does not hold it exactly. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number, also where it is written as a text: a field that is a number once must never be a text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'string') return DECIMAL.test(value) ? Number(value) : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The object without what is undefined; none when nothing is left. */
export function present<T extends object>(fields: T): Present<T> | undefined {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Present<T>);
}

/** The values without what is undefined or there already; none when nothing is left. */
export function distinct(values: readonly (string | undefined)[]): string[] | undefined {
  const known = new Set(values.filter((value) => value !== undefined));
  return known.size === 0 ? undefined : [...known];
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
