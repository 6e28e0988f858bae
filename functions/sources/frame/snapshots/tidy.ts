import { digest } from '../../../core/events/identity.ts';

/** What stands under such a key, at any depth, is taken for a secret. */
const SECRET_KEY = /credential|secret|passw|passphrase|private_?key|access_?key|api_?key|token/i;

/**
 * A record as it is compared and sent: keys and lists in a fixed order (the vendor's lists are sets: permissions, roles,
 * persons), numbers that JSON can hold, and in the place of each secret its hash, so that a new one still is a change.
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

/** The constant before a secret keeps its hash apart from all others in the world. */
function hashed(secret: string | number): string {
  return `hash:${digest(`tidemark/frame/secret/${JSON.stringify(secret)}`)}`;
}

/** By id, by name, then by the whole: an element keeps its place when something else in it changes. */
function inFixedOrder(one: unknown, other: unknown): number {
  return (
    compare(textAt(one, 'id'), textAt(other, 'id')) ||
    compare(textAt(one, 'name'), textAt(other, 'name')) ||
    compare(JSON.stringify(one), JSON.stringify(other))
  );
}

function textAt(value: unknown, key: string): string {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof text === 'string' || typeof text === 'number' ? String(text) : '';
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
