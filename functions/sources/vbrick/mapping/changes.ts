import { isObject, type JsonObject, shortened } from '../answers/json-object.ts';
import { keyOnly } from '../answers/keys-only.ts';

/** A field that was another before, as text. */
export interface FieldChange {
  readonly field: string;
  readonly from?: string;
  readonly to?: string;
}

/** So many changes are told, in so many characters each. */
const MOST_CHANGES = 50;
const LONGEST_VALUE = 200;
const LONGEST_FIELD = 100;
/** Objects in objects are looked into so far, and for so many fields. */
const DEEPEST = 4;
const MOST_FIELDS = 1_000;

/** Stands between the names of a path: no name has it. */
const STEP = '\u0000';

/**
 * What differs between how a thing was and how it is. Without one of them there is nothing to compare.
 *
 * @param open whether what the fields held may be told, and not only that they differ
 */
export function changesBetween(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  open: boolean,
): { readonly changes: readonly FieldChange[]; readonly leftOff: number } {
  if (!before || !after) return { changes: [], leftOff: 0 };
  const from = fieldsOf(before);
  const to = fieldsOf(after);
  const paths = [...new Set([...from.keys(), ...to.keys()])].filter((path) => from.get(path) !== to.get(path));
  const told = paths.slice(0, MOST_CHANGES);
  return {
    changes: told.map((path) =>
      open ? changeOf(path, from.get(path), to.get(path)) : { field: fieldOf(path, keyOnly) },
    ),
    leftOff: paths.length - told.length,
  };
}

function changeOf(path: string, from: string | undefined, to: string | undefined): FieldChange {
  return {
    field: fieldOf(path, (name) => name),
    ...(from !== undefined && { from: shortened(from, LONGEST_VALUE) }),
    ...(to !== undefined && { to: shortened(to, LONGEST_VALUE) }),
  };
}

/** `Settings.Title` */
function fieldOf(path: string, nameOf: (name: string) => string): string {
  return shortened(path.split(STEP).map(nameOf).join('.'), LONGEST_FIELD);
}

/** The fields of a state by their paths; what is null or empty is not there. */
function fieldsOf(state: JsonObject, fields = new Map<string, string>(), above: readonly string[] = []) {
  for (const [name, value] of Object.entries(state)) {
    if (fields.size >= MOST_FIELDS) break;
    const path = [...above, name];
    if (isObject(value) && path.length < DEEPEST) fieldsOf(value, fields, path);
    else {
      const text = textOf(value);
      if (text !== '') fields.set(path.join(STEP), text);
    }
  }
  return fields;
}

/** A list's order means nothing in this vendor's states: ids come in any. */
function textOf(value: unknown): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  try {
    if (!Array.isArray(value)) return JSON.stringify(value);
    return value
      .map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
      .sort()
      .join(', ');
  } catch {
    // Nested deeper than can be written.
    return '…';
  }
}
