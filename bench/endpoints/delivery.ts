import type { Counters } from './messages.ts';

const MARK = Buffer.from('"Data":"');
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const BILLED_BYTES = 5 * 1024;

/** PutRecordBatch: counts the records, and the lines in them. The body is searched and not parsed, because it is large. */
export function putRecordBatch(body: Buffer, counters: Counters['delivery']): string {
  let records = 0;
  for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at)) {
    const from = at + MARK.length;
    at = body.indexOf(QUOTE, from);
    const record = Buffer.from(body.toString('latin1', from, at), 'base64');
    counters.bytes += record.length;
    counters.billed += Math.ceil(record.length / BILLED_BYTES) * BILLED_BYTES;
    counters.lines += linesIn(record);
    records++;
  }
  counters.records += records;
  return `{"FailedPutCount":0,"Encrypted":false,"RequestResponses":[${'{"RecordId":"1"},'.repeat(records).slice(0, -1)}]}`;
}

function linesIn(record: Buffer): number {
  let lines = 0;
  for (let at = record.indexOf(LINE_FEED); at >= 0; at = record.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}
