import { type Fields, isObject } from '../../../source-kit/json-values.ts';
import { shortened } from '../../../source-kit/scalars.ts';
import { keyOnly } from '../answers/keys-only.ts';

/** A changed field, with its values as texts. */
export interface FieldChange {
  readonly field: string;
  readonly from?: string;
  readonly to?: string;
}

/** Maximum number of changes in an event, and of characters in each. */
const MAX_CHANGES = 50;
const LONGEST_VALUE = 200;
const LONGEST_FIELD = 100;
/** Maximum depth of nested objects, and number of fields, that are compared. */
const DEEPEST = 4;
const MAX_FIELDS = 1_000;

/** Separates the names of a path. It does not occur in a name. */
const STEP = '\u0000';

/**
 * The differences between two states of a thing. None if one of the states is missing.
 *
 * @param open whether the values may be passed on, and not only the names of the fields
 */
export function changesBetween(
  before: Fields | undefined,
  after: Fields | undefined,
  open: boolean,
): { readonly changes: readonly FieldChange[]; readonly leftOff: number } {
  if (!before || !after) return { changes: [], leftOff: 0 };
  const from = fieldsOf(before);
  const to = fieldsOf(after);
  const paths = [...new Set([...from.keys(), ...to.keys()])].filter((path) => from.get(path) !== to.get(path));
  const shown = paths.slice(0, MAX_CHANGES);
  return {
    changes: shown.map((path) =>
      open ? changeOf(path, from.get(path), to.get(path)) : { field: fieldOf(path, keyOnly) },
    ),
    leftOff: paths.length - shown.length,
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

/** The fields of a state by their paths, without those that are null or empty. */
function fieldsOf(state: Fields, fields = new Map<string, string>(), above = '', depth = 1) {
  for (const [name, value] of Object.entries(state)) {
    if (fields.size >= MAX_FIELDS) break;
    if (isObject(value) && depth < DEEPEST) fieldsOf(value, fields, `${above}${name}${STEP}`, depth + 1);
    else {
      const text = textOf(value);
      if (text !== '') fields.set(above + name, text);
    }
  }
  return fields;
}

/** Lists are sorted: in this vendor's states their order has no meaning and changes. */
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
    // Nested too deep for JSON.stringify.
    return '…';
  }
}
