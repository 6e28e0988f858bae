// Removes empty values from events.

/** An object of which each property may be missing, and none is undefined. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without properties that are undefined. The object itself if there are none. */
export function defined<T extends object>(fields: T): Present<T> {
  return without(fields, isUndefined) as Present<T>;
}

/** The object without properties that are undefined. Undefined if nothing is left. */
export function present<T extends object>(fields: T): Present<T> | undefined {
  const left = defined(fields);
  return isEmpty(left) ? undefined : left;
}

/** The object without properties that are undefined, an empty list or an empty object. */
export function filled(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return without(fields, isMissing);
}

/** In a list of this length, looking through it takes less time than making a set. */
const SHORT_LIST = 12;

/** The texts without undefined ones, each once. Undefined if nothing is left. */
export function distinct(texts: readonly (string | undefined)[]): string[] | undefined {
  const all = texts.length > SHORT_LIST ? new Set(texts) : texts;
  const found: string[] = [];
  for (const text of all) {
    if (text !== undefined && (all !== texts || !found.includes(text))) found.push(text);
  }
  return found.length === 0 ? undefined : found;
}

/** The object without some of its properties. Most objects lack none: they are not copied. */
function without(fields: object, isLeftOut: (value: unknown) => boolean): Record<string, unknown> {
  const all = fields as Record<string, unknown>;
  for (const key in all) if (isLeftOut(all[key])) return copyWithout(all, isLeftOut);
  return all;
}

function copyWithout(all: Record<string, unknown>, isLeftOut: (value: unknown) => boolean): Record<string, unknown> {
  const left: Record<string, unknown> = {};
  for (const key in all) if (!isLeftOut(all[key])) left[key] = all[key];
  return left;
}

function isUndefined(value: unknown): boolean {
  return value === undefined;
}

function isMissing(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && isEmpty(value));
}

function isEmpty(value: object): boolean {
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}
