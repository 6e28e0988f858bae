import { hash } from 'node:crypto';
import type { AnyFeed, Identity, Row } from '../model.ts';

/** Deeper than any honest record; beyond it a record is identified by its very text. */
export const DEEPEST = 100;

/**
 * The fingerprint of a whole record: equal for records that say the same thing.
 * Key order does not matter, and a key that is absent, null or an empty list is the same as none.
 */
export function recordHash(row: Row): string {
  const text = canonical(row.value, 0) ?? row.text;
  return digest(INEXACT.test(row.text) ? `${text}${inexactNumbers(row.text)}` : text);
}

/** Numbers of so many digits, or with an exponent, may be more than a double can hold: two that differ would look equal. */
const INEXACT = /\d{16}|\d[eE][+-]?\d/;

/** The numbers of a record that JSON.parse may have rounded, in an order that does not depend on that of its keys. */
function inexactNumbers(json: string): string {
  // In two steps: a pattern with a choice in a loop keeps a note of each turn, and a long text has more than there is room for.
  const withoutStrings = json.replace(/\\./g, '').replace(/"[^"]*"/g, '');
  const numbers = withoutStrings.match(/[\d.]+(?:[eE][+-]?\d+)?/g) ?? [];
  return numbers
    .filter((number) => number.length >= 16 || /[eE]/.test(number))
    .sort()
    .join();
}

/**
 * The event's stable id, at most 40 ASCII characters: the vendor's own where that is the whole identity,
 * else 128 bits made from source, connection and record. The stream is left out: a record seen by two streams is one event.
 *
 * @param occurrence the event is the k-th of its equals in one read of one window, counted from zero
 */
export function eventId(
  feed: Pick<AnyFeed, 'source' | 'connection'>,
  identity: Identity,
  recordHash: string,
  occurrence: number,
): string {
  const { id, phase = '' } = identity;
  if (id !== undefined && phase === '' && /^[!-~]{1,40}$/.test(id)) return id;
  const what = id === undefined ? ['record', recordHash, String(occurrence)] : ['id', id];
  return digest(JSON.stringify([feed.source.id, feed.connection.id, ...what, phase]));
}

/** 128 bits of SHA-256 in hex. */
export function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}

/** The record as text with sorted keys and without what says nothing; none when it is nested too deep to walk. */
function canonical(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (depth === DEEPEST) return undefined;
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) {
      const part = canonical(item, depth + 1);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return `[${parts.join()}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    if (item === null || item === undefined || (Array.isArray(item) && item.length === 0)) continue;
    const part = canonical(item, depth + 1);
    if (part === undefined) return undefined;
    parts.push(`${JSON.stringify(key)}:${part}`);
  }
  return `{${parts.join()}}`;
}
