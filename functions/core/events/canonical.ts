/** Maximum depth of a record that is walked through. A deeper one is identified by its text. */
export const DEEPEST = 100;

/** A record as text that is the same for equal records, whatever the order of their keys. */
export interface Canonical {
  /** Undefined if the record is nested too deep. */
  readonly text: string | undefined;
  /** Whether the record has numbers: JSON.parse may have rounded them. */
  readonly hasNumbers: boolean;
}

/** What was found on the way through a record. */
interface Found {
  hasNumbers: boolean;
  tooDeep: boolean;
}

/**
 * The canonical text of a value. Null and an empty list are the same as a missing key. Different values have different texts: each
 * text in them comes after its length, so that it needs no escapes.
 */
export function canonical(value: unknown): Canonical {
  const found: Found = { hasNumbers: false, tooDeep: false };
  const text = write(value, 0, found);
  const { hasNumbers } = found;
  if (found.tooDeep) return { text: undefined, hasNumbers };
  // Half of a surrogate pair has no form of its own in UTF-8, in which texts are hashed.
  return { text: text.isWellFormed() ? text : JSON.stringify(text), hasNumbers };
}

function write(value: unknown, depth: number, found: Found): string {
  switch (typeof value) {
    case 'string':
      return `"${value.length}:${value}`;
    case 'number':
      found.hasNumbers = true;
      return `${value},`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'object':
      break;
    default:
      return 'n';
  }
  if (value === null) return 'n';
  if (depth === DEEPEST) {
    found.tooDeep = true;
    return '';
  }
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += write(item, depth + 1, found);
    return `[${text}]`;
  }
  for (const key of sortedKeys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item === null || item === undefined || (Array.isArray(item) && item.length === 0)) continue;
    text += `${key.length}:${key}${write(item, depth + 1, found)}`;
  }
  return `{${text}}`;
}

/** Most objects have few keys. To sort those in place takes a third of the time of `sort`. */
const FEW_KEYS = 20;

function sortedKeys(object: object): string[] {
  const keys = Object.keys(object);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next] as string;
    let at = next;
    for (; at > 0 && (keys[at - 1] as string) > key; at--) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}
