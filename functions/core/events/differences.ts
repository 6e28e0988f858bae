import { recordHash } from './identity.ts';
import { isObject } from './is-object.ts';

/** One place in which two JSON values differ. If one side is `undefined`, the value was added or removed. */
export interface Difference {
  /**
   * Such as `roles[Customer Auditor].role.permissions`. An element of a list appears with its name or id if it has one, else with its
   * index. A list of plain values is one place, and `$` is the whole value.
   */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Branch = Readonly<Record<string, unknown>>;

/** Maximum depth of a path. A difference below it has the path of the place above. */
const DEEPEST = 100;
const LONGEST_NAME = 100;

/**
 * The differences of two JSON values, in an order that depends on the values only. As for the identity of records, the
 * order of keys does not matter, and null and an empty list are the same as a missing key.
 */
export function* differences(before: unknown, after: unknown, path = '', depth = 0): Generator<Difference> {
  if (isSame(before, after)) return;
  const isDeep = depth >= DEEPEST;
  const lists = isDeep ? undefined : objectLists(before, after);
  if (!isDeep && isObject(before) && isObject(after)) yield* branchDifferences(before, after, path, depth);
  else if (lists) yield* elementDifferences(...lists, path, depth);
  else yield { path: path === '' ? '$' : path, before, after };
}

/** Whether two values are equal. */
export function isSame(before: unknown, after: unknown): boolean {
  return before === after || hashOf(before) === hashOf(after);
}

/** A hash that is the same for equal values, whatever the order of their keys. */
export function hashOf(value: unknown): string {
  return recordHash({ value, text: JSON.stringify(value) ?? '' });
}

function* branchDifferences(before: Branch, after: Branch, path: string, depth: number): Generator<Difference> {
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    yield* differences(valueAt(before, key), valueAt(after, key), below(path, key), depth + 1);
  }
}

/** The value under a key. Undefined for null and an empty list. */
function valueAt(branch: Branch, key: string): unknown {
  const value = Object.hasOwn(branch, key) ? branch[key] : undefined;
  return value === null || (Array.isArray(value) && value.length === 0) ? undefined : value;
}

function* elementDifferences(
  before: readonly Branch[],
  after: readonly Branch[],
  path: string,
  depth: number,
): Generator<Difference> {
  const idOf = identityIn(before, after);
  if (!idOf) {
    for (let at = 0; at < Math.max(before.length, after.length); at++) {
      yield* differences(before[at], after[at], `${path}[${at}]`, depth + 1);
    }
    return;
  }
  const were = new Map(before.map((element) => [idOf(element), element]));
  const are = new Map(after.map((element) => [idOf(element), element]));
  const callOf = callNames([...before, ...after], idOf);
  for (const [id, element] of are) {
    yield* differences(were.get(id), element, `${path}[${callOf(element)}]`, depth + 1);
  }
  for (const [id, element] of were) {
    if (!are.has(id)) yield { path: `${path}[${callOf(element)}]`, before: element, after: undefined };
  }
  const stayed = (one: ReadonlyMap<string, Branch>, other: ReadonlyMap<string, Branch>) =>
    JSON.stringify([...one.keys()].filter((id) => other.has(id)));
  if (stayed(were, are) !== stayed(are, were)) yield { path: path === '' ? '$' : path, before, after };
}

/** Both sides as lists of objects; a missing side is an empty list. Undefined if a side is something else. */
function objectLists(before: unknown, after: unknown): [readonly Branch[], readonly Branch[]] | undefined {
  const were = before ?? [];
  const are = after ?? [];
  if (!Array.isArray(were) || !Array.isArray(are)) return undefined;
  return were.every(isObject) && are.every(isObject) ? [were, are] : undefined;
}

/** Returns the key by which elements of a list are recognised: an id or a name that each has and that is unique. Undefined if there is none. */
function identityIn(...lists: (readonly Branch[])[]): ((element: Branch) => string) | undefined {
  const idBy = (key: string) => (element: Branch) => scalarText(element, key) ?? '';
  return ['id', 'name'].map(idBy).find((idOf) =>
    lists.every((list) => {
      const ids = new Set(list.map(idOf));
      return ids.size === list.length && !ids.has('');
    }),
  );
}

/** Returns the text of elements in a path: their name, or their id if others have the same name. */
function callNames(elements: readonly Branch[], idOf: (element: Branch) => string): (element: Branch) => string {
  const idsOf = new Map<string, Set<string>>();
  for (const element of elements) {
    const name = nameOf(element);
    if (name !== undefined) idsOf.set(name, (idsOf.get(name) ?? new Set()).add(idOf(element)));
  }
  return (element) => {
    const name = nameOf(element);
    return plain(name !== undefined && idsOf.get(name)?.size === 1 ? name : idOf(element));
  };
}

/** An element's name, or that of the one object that it wraps: `{ "id": 7, "role": { "name": "Auditor" } }`. */
function nameOf(element: Branch): string | undefined {
  const name = scalarText(element, 'name');
  if (name !== undefined) return name;
  const [wrapped, ...others] = Object.values(element).filter(isObject);
  return wrapped && others.length === 0 ? scalarText(wrapped, 'name') : undefined;
}

function scalarText(branch: Branch, key: string): string | undefined {
  const value = Object.hasOwn(branch, key) ? branch[key] : undefined;
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}

function below(path: string, key: string): string {
  const isWord = key.length <= LONGEST_NAME && /^[\w-]+$/.test(key);
  if (!isWord) return `${path}[${quoted(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** A name for use in brackets, in quotes if it could be misread there. */
function plain(name: string): string {
  return name.length <= LONGEST_NAME && /^[^[\]"\p{C}]+$/u.test(name) ? name : quoted(name);
}

function quoted(name: string): string {
  return JSON.stringify(name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`);
}
