import { hash } from 'node:crypto';
import type { AnyFeed, Identity, Row } from '../model.ts';
import { canonical } from './canonical.ts';

/**
 * A hash of a whole record, the same for equal records. The order of keys does not matter, and null and an empty list are the same as
 * a missing key.
 */
export function recordHash(row: Row): string {
  const { text = row.text, hasNumbers } = canonical(row.value);
  return digest(hasNumbers && INEXACT.test(row.text) ? `${text}${inexactNumbers(row.text)}` : text);
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
  // The vendor's id may hold any text, so it comes last; the others hold no line break.
  const key = id === undefined ? `record\n${recordHash}\n${occurrence}` : idKey(id);
  return digest(`${feed.source.id}\n${feed.connection.id}\n${phase}\n${key}`);
}

/** A vendor's id as text that can be hashed as UTF-8, in which half of a surrogate pair has no form of its own. */
function idKey(id: string): string {
  return id.isWellFormed() ? `id\n${id}` : `escaped id\n${JSON.stringify(id)}`;
}

/** 128 bits of SHA-256 in hex. */
export function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
