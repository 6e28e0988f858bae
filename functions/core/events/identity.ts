import { hash } from 'node:crypto';
import type { AnyFeed, Connection, Identity, RecordKey, Row, Source, Stream } from '../model.ts';
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

/** What a row is recognised by. */
export interface RowKey {
  /** Equal for rows that are the same record. */
  readonly hash: string;
  /** The vendor's id, where the record has one. */
  readonly id: string | undefined;
  /** Whether there may be several identical records, which are told apart by their number. */
  readonly isNumbered: boolean;
}

export function rowKey(stream: Pick<Stream, 'recordKey'>, row: Row): RowKey {
  const key = recordKeyOf(stream, row);
  if (key?.content === undefined) return { hash: recordHash(row), id: key?.id, isNumbered: key === undefined };
  const { id = '', content } = key;
  return { hash: digest(wellFormed(`${id.length}\n${id}${content}`)), id: key.id, isNumbered: false };
}

/** If the stream's code fails for a record, only this record is concerned: it is identified by its whole content. */
function recordKeyOf(stream: Pick<Stream, 'recordKey'>, row: Row): RecordKey | undefined {
  try {
    return stream.recordKey?.(row);
  } catch {
    return undefined;
  }
}

/**
 * The event's stable id: 128 bits made from source, tenant and record. The stream is left out, because a record that two streams
 * show is one event.
 *
 * @param hash that of the record's key
 * @param occurrence number of the record among identical ones in one read of one window, counted from zero
 */
export function eventId(
  { source, connection }: Pick<AnyFeed, 'source' | 'connection'>,
  { phase = '' }: Identity,
  hash: string,
  occurrence: number,
): string {
  return digest(wellFormed(`${ownerOf(source, connection)}\n${phase}\n${hash}\n${occurrence}`));
}

/** Half of a surrogate pair has no form of its own in UTF-8, in which texts are hashed. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : JSON.stringify(text);
}

/** The source and the tenant that a connection reads, as a text without line breaks. */
export function ownerOf(source: Source, connection: Connection): string {
  if (connection === lastOwner.connection && source === lastOwner.source) return lastOwner.text;
  const tenant = source.tenant?.(connection);
  const text = JSON.stringify([source.id, ...(tenant === undefined ? ['connection', connection.id] : [tenant])]);
  lastOwner = { source, connection, text };
  return text;
}

/** Records that follow each other are mostly those of one connection. */
let lastOwner: { readonly source?: Source; readonly connection?: Connection; readonly text: string } = { text: '' };

/** 128 bits of SHA-256 in hex. */
export function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
