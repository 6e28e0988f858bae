import { differences, hashOf } from '../events/differences.ts';
import type { Change, Item } from '../model.ts';

/** So many fields of a change are named; after them stands `...`. */
const MOST_FIELDS = 50;

/** The values under each key, by what they say: a thing that is shown twice (pages shift while they are read) is one thing. */
type Things = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/**
 * What has become of each thing since the snapshot before, in the order of the keys. Things that share a key and are not
 * the same are all kept: those that stayed are set against each other first, the rest in a fixed order, and from the second
 * on a change of that key is called `key#2`.
 */
export function diffItems(before: readonly Item[], after: readonly Item[]): Change[] {
  const were = thingsOf(before);
  const are = thingsOf(after);
  const taken = new Set([...were.keys(), ...are.keys()]);
  return [...taken].sort().flatMap((key) => {
    const gone = valuesLeft(were, are, key);
    const come = valuesLeft(are, were, key);
    const pairs = Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => [gone[at], come[at]] as const);
    return pairs.flatMap(([was, is], at) => changeOf(at === 0 ? key : freeName(`${key}#${at + 1}`, taken), was, is));
  });
}

/** Whether more than half of the things are gone: the answer may be at fault, and not the things. */
export function hasShrunk(before: readonly Item[], after: readonly Item[]): boolean {
  const are = thingsOf(after);
  let total = 0;
  let lost = 0;
  for (const [key, values] of thingsOf(before)) {
    total += values.size;
    lost += Math.max(0, values.size - (are.get(key)?.size ?? 0));
  }
  return lost * 2 > total;
}

function thingsOf(items: readonly Item[]): Things {
  const things = new Map<string, Map<string, unknown>>();
  for (const { key, value } of items) {
    const values = things.get(key) ?? new Map<string, unknown>();
    things.set(key, values.set(hashOf(value), value));
  }
  return things;
}

/** The values that one side has under a key and the other has not, each in a box, for a value may be null. */
function valuesLeft(these: Things, those: Things, key: string): readonly { readonly value: unknown }[] {
  const others = those.get(key);
  return [...(these.get(key) ?? [])]
    .filter(([hash]) => !others?.has(hash))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => ({ value }));
}

function changeOf(key: string, was?: { readonly value: unknown }, is?: { readonly value: unknown }): readonly Change[] {
  if (!was) return is ? [{ kind: 'created', key, after: is.value, fields: [] }] : [];
  if (!is) return [{ kind: 'deleted', key, before: was.value, fields: [] }];
  const fields = fieldsOf(was.value, is.value);
  return fields.length === 0 ? [] : [{ kind: 'changed', key, before: was.value, after: is.value, fields }];
}

function fieldsOf(before: unknown, after: unknown): readonly string[] {
  const fields = new Set<string>();
  for (const { path } of differences(before, after)) {
    if (fields.size === MOST_FIELDS && !fields.has(path)) return [...fields, '...'];
    fields.add(path);
  }
  return [...fields];
}

/** A name that no key has: two changes of one name would look like one event. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '#';
  taken.add(free);
  return free;
}
