/** The value of a field of any value that may be an event; undefined if the event has no such field. */
export function fieldAt(event: unknown, path: readonly string[]): unknown {
  let value = event;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}
