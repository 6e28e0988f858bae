export type JsonObject = Readonly<Record<string, unknown>>;

/** A text is cut here on its way into a field: longer ones cannot be searched anyway, and stay whole in event.original. */
const LONGEST_TEXT = 1_000;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in a JSON column. An empty one, null, and what cannot be read are none, as for the vendor's own client. */
export function objectIn(text: unknown): JsonObject | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first of these properties that is there, whatever its case: the vendor's spelling is not settled. Names in small letters. */
export function valueIn(object: JsonObject | undefined, ...names: readonly string[]): unknown {
  const entries = Object.entries(object ?? {});
  for (const name of names) {
    const found = entries.find(([key, value]) => key.toLowerCase() === name && value !== null);
    if (found) return found[1];
  }
  return undefined;
}

/** The text of such a property. */
export function textIn(object: JsonObject | undefined, ...names: readonly string[]): string | undefined {
  return textOf(valueIn(object, ...names));
}

/** A text, or a number that a double holds exactly; none when there is nothing in it. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value.trim() !== '' ? shortened(value.trim(), LONGEST_TEXT) : undefined;
}

/** The texts of a list, as many as an event should have. */
export function textsOf(value: unknown, most: number): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list
    .slice(0, most)
    .map(textOf)
    .filter((text) => text !== undefined);
}

/** At most so many characters, and none of them half. */
export function shortened(text: string, most: number): string {
  return (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed();
}
