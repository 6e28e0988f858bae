import { hash } from 'node:crypto';
import type { AnyFeed, Identity, Row } from '../model.ts';

/** Maximum depth of a record that is walked through. A deeper one is identified by its text. */
export const DEEPEST = 100;

/**
 * A hash of a whole record, the same for equal records. The order of keys does not matter, and null and an empty list are the same as
 * a missing key.
 */
export function recordHash(row: Row): string {
  const text = canonical(row.value, 0) ?? row.text;
  return digest(INEXACT.test(row.text) ? `${text}${inexactNumbers(row.text)}` : text);
}

/** Numbers with 16 digits or an exponent may exceed the precision of a double: two different ones would look equal. */
const INEXACT = /\d{16}|\d[eE][+-]?\d/;

/** The numbers of a record that JSON.parse may have rounded, in an order that does not depend on that of its keys. */
function inexactNumbers(json: string): string {
  // In two steps: one pattern with alternatives in a loop would overflow the stack on a long text.
  const withoutStrings = json.replace(/\\./g, '').replace(/"[^"]*"/g, '');
  const numbers = withoutStrings.match(/[\d.]+(?:[eE][+-]?\d+)?/g) ?? [];
  return numbers
    .filter((number) => number.length >= 16 || /[eE]/.test(number))
    .sort()
    .join();
}

/**
 * The event's stable id, of at most 40 ASCII characters: the vendor's id if that is the whole identity, else 128 bits made from
 * source, connection and record. The stream is left out, because a record that two streams show is one event.
 *
 * @param occurrence number of the record among identical ones in one read of one window, counted from zero
 */
export function eventId(
  feed: Pick<AnyFeed, 'source' | 'connection'>,
  identity: Identity,
  recordHash: string,
  occurrence: number,
): string {
  const { id, phase = '' } = identity;
  if (id !== undefined && phase === '' && /^[!-~]{1,40}$/.test(id)) return id;
  const key = id === undefined ? ['record', recordHash, String(occurrence)] : ['id', id];
  return digest(JSON.stringify([feed.source.id, feed.connection.id, ...key, phase]));
}

/** 128 bits of SHA-256 in hex. */
export function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}

/** The record as text with sorted keys, without null and empty lists. Undefined if it is nested too deep. */
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
