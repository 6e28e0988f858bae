/** The value of a field by the steps of its name, whatever the event is; nothing where a step leads nowhere. */
export function fieldAt(event: unknown, path: readonly string[]): unknown {
  let value = event;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}
