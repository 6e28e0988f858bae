import { digest } from '../../../core/events/identity.ts';
import { fieldsOf } from '../../../source-kit/json-values.ts';

/** Values under such a key, at any depth, are treated as secrets. */
const SECRET_KEY = /credential|secret|passw|passphrase|private_?key|access_?key|api_?key|token/i;

/**
 * A record as it is compared and sent. Keys and lists are in a fixed order (the vendor's lists are sets: permissions, roles, persons),
 * numbers are such that JSON can hold them, and each secret is replaced by its hash, so that a new secret still is a change.
 */
export function tidy(value: unknown): unknown {
  return tidied(value, false);
}

function tidied(value: unknown, isSecret: boolean): unknown {
  if (typeof value === 'string') return isSecret ? hashed(value) : value;
  if (typeof value === 'number') return isSecret ? hashed(value) : Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => tidied(element, isSecret)).sort(inFixedOrder);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => compare(one, other))
      .map(([key, inner]) => [key, tidied(inner, isSecret || SECRET_KEY.test(key))]),
  );
}

/** The prefix makes the hash differ from hashes of the same secret elsewhere. */
function hashed(secret: string | number): string {
  return `hash:${digest(`tidemark/frame/secret/${JSON.stringify(secret)}`)}`;
}

/** By id, by name, then by the whole value, so that an element keeps its place when other fields of it change. */
function inFixedOrder(one: unknown, other: unknown): number {
  return (
    compare(textAt(one, 'id'), textAt(other, 'id')) ||
    compare(textAt(one, 'name'), textAt(other, 'name')) ||
    compare(JSON.stringify(one), JSON.stringify(other))
  );
}

function textAt(value: unknown, key: string): string {
  const text = fieldsOf(value)[key];
  return typeof text === 'string' || typeof text === 'number' ? String(text) : '';
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
