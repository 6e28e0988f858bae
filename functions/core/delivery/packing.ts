import type { LineBytes } from './line-bytes.ts';

/** Firehose bills a record rounded up to 5 KiB: at about 50 KiB nothing is wasted, and larger would only be resent more. */
export const TARGET_RECORD_BYTES = 50 * 1024;
/** Firehose takes 1,000 KiB a record. We stay a little below, because it may count differently. */
export const MAX_RECORD_BYTES = 1_000_000;
/** Firehose takes 500 records or 4 MiB a call. */
export const MAX_CALL_RECORDS = 500;
export const MAX_CALL_BYTES = 4_000_000;

/** One Firehose record of newline-ended events, and the caller's numbers of these events. */
export interface PackedRecord {
  readonly bytes: Uint8Array;
  readonly events: readonly number[];
}

/** A line of output, with the caller's number of the event. */
export interface Line {
  readonly event: number;
  readonly line: LineBytes;
}

/** Packs lines into records of about 50 KiB, in order, each line whole and ended by a newline. */
export function packRecords(lines: readonly Line[]): PackedRecord[] {
  const records: PackedRecord[] = [];
  let pieces: LineBytes[] = [];
  let events: number[] = [];
  let size = 0;
  const close = () => {
    if (events.length > 0) records.push({ bytes: bytesOf(pieces), events });
    [pieces, events, size] = [[], [], 0];
  };
  for (const { event, line } of lines) {
    const bytes = line.to - line.from;
    if (size > 0 && size + bytes > TARGET_RECORD_BYTES) close();
    const last = pieces.at(-1);
    // Mostly, a line follows the one before it: then they are one piece, which is not copied.
    if (last?.block === line.block && last.to === line.from) pieces[pieces.length - 1] = { ...last, to: line.to };
    else pieces.push(line);
    events.push(event);
    size += bytes;
  }
  close();
  return records;
}

/** Makes a record of each line, in order, for destinations that take a record as one event. */
export function recordPerLine(lines: readonly Line[]): PackedRecord[] {
  return lines.map(({ event, line: { block, from, to } }) => ({ bytes: block.subarray(from, to), events: [event] }));
}

function bytesOf(pieces: readonly LineBytes[]): Uint8Array {
  const parts = pieces.map(({ block, from, to }) => block.subarray(from, to));
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

/** Groups records into calls that Firehose takes. */
export function batchRecords(records: readonly PackedRecord[]): PackedRecord[][] {
  const calls: PackedRecord[][] = [];
  let call: PackedRecord[] = [];
  let size = 0;
  for (const record of records) {
    if (call.length > 0 && (call.length === MAX_CALL_RECORDS || size + record.bytes.length > MAX_CALL_BYTES)) {
      calls.push(call);
      [call, size] = [[], 0];
    }
    call.push(record);
    size += record.bytes.length;
  }
  if (call.length > 0) calls.push(call);
  return calls;
}
