import { differences, hashOf } from '../events/differences.ts';
import type { Change, Item } from '../model.ts';

/** Maximum number of fields of a change that are named. `...` stands for the others. */
const MAX_FIELDS = 50;

/** The values under each key, by their hash: an item that is listed twice, because pages shift while they are read, is one item. */
type ItemsByKey = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/**
 * The changes since the snapshot before, in the order of the keys. Different items that share a key are all kept: those that
 * are in both snapshots are left out first, the others are paired in a fixed order, and the second change of a key is named
 * `key#2`.
 */
export function diffItems(before: readonly Item[], after: readonly Item[]): Change[] {
  const were = itemsByKey(before);
  const are = itemsByKey(after);
  const taken = new Set([...were.keys(), ...are.keys()]);
  return [...taken].sort().flatMap((key) => {
    const gone = valuesLeft(were, are, key);
    const come = valuesLeft(are, were, key);
    const pairs = Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => [gone[at], come[at]] as const);
    return pairs.flatMap(([was, is], at) => changeOf(at === 0 ? key : freeName(`${key}#${at + 1}`, taken), was, is));
  });
}

/** Whether more than half of the items are gone: then the answer may be incomplete. */
export function hasShrunk(before: readonly Item[], after: readonly Item[]): boolean {
  const are = itemsByKey(after);
  let total = 0;
  let lost = 0;
  for (const [key, values] of itemsByKey(before)) {
    total += values.size;
    lost += Math.max(0, values.size - (are.get(key)?.size ?? 0));
  }
  return lost * 2 > total;
}

function itemsByKey(items: readonly Item[]): ItemsByKey {
  const byKey = new Map<string, Map<string, unknown>>();
  for (const { key, value } of items) {
    const values = byKey.get(key) ?? new Map<string, unknown>();
    byKey.set(key, values.set(hashOf(value), value));
  }
  return byKey;
}

/** The values under a key that only one side has. Each is in an object, since a value may be null. */
function valuesLeft(these: ItemsByKey, those: ItemsByKey, key: string): readonly { readonly value: unknown }[] {
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
    if (fields.size === MAX_FIELDS && !fields.has(path)) return [...fields, '...'];
    fields.add(path);
  }
  return [...fields];
}

/** A name that no key has: two changes with the same name would look like one event. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '#';
  taken.add(free);
  return free;
}
