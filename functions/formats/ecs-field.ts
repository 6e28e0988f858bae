/** The value of a property of any value that may be an object; undefined if there is no such property. */
export function fieldAt(holder: unknown, key: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  const value = (holder as Readonly<Record<string, unknown>>)[key];
  // What every object inherits is no field.
  return value !== undefined && Object.hasOwn(holder, key) ? value : undefined;
}
