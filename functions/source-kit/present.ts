// Removes empty values from events.

/** An object of which each property may be missing, and none is undefined. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without properties that are undefined. */
export function defined<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** The object without properties that are undefined. Undefined if nothing is left. */
export function present<T extends object>(fields: T): Present<T> | undefined {
  const left = defined(fields);
  return Object.keys(left).length === 0 ? undefined : left;
}

/** The object without properties that are undefined, an empty list or an empty object. */
export function filled(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && !isEmpty(value)));
}

/** The texts without undefined ones, each once. Undefined if nothing is left. */
export function distinct(texts: readonly (string | undefined)[]): string[] | undefined {
  const known = new Set(texts.filter((text) => text !== undefined));
  return known.size === 0 ? undefined : [...known];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
