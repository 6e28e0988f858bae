import { FLUSH_BYTES, FLUSH_EVENTS } from '../../functions/core/delivery/deliver-outgoing.ts';
import { Blocks, WaitingLines } from '../../functions/core/delivery/line-bytes.ts';
import { packRecords } from '../../functions/core/delivery/packing.ts';

/** Firehose rounds the size of each record up to a multiple of this. */
const STEP_BYTES = 5 * 1024;

/** How some events of one run are sent to a destination. */
export interface Sent {
  readonly flushes: number;
  readonly records: number;
  readonly billedBytes: number;
  /** What is billed if each event is a record of its own. */
  readonly billedAlone: number;
}

/** Packs events of one size like the engine: in flushes, and each flush in records. */
export function packed(events: number, bytes: number): Sent {
  const flushSize = Math.max(1, Math.min(FLUSH_EVENTS, Math.ceil(FLUSH_BYTES / bytes)));
  const [full, rest] = [Math.floor(events / flushSize), events % flushSize];
  const [ofFull, ofRest] = [recordsOf(full > 0 ? flushSize : 0, bytes), recordsOf(rest, bytes)];
  return {
    flushes: full + (rest > 0 ? 1 : 0),
    records: full * ofFull.records + ofRest.records,
    billedBytes: full * ofFull.billedBytes + ofRest.billedBytes,
    billedAlone: events * billed(bytes),
  };
}

/** Sends the events of a day, spread evenly over the runs of their stream. `busy` is the number of runs with events. */
export function spread(events: number, runs: number, bytes: number): Sent & { readonly busy: number } {
  const busy = Math.min(runs, events);
  if (busy === 0) return { busy, ...NOTHING_SENT };
  const fewer = Math.floor(events / busy);
  const withMore = events / busy - fewer;
  const [few, more] = [packed(fewer, bytes), withMore > 0 ? packed(fewer + 1, bytes) : NOTHING_SENT];
  const all = (name: keyof Sent) => busy * (few[name] * (1 - withMore) + more[name] * withMore);
  return {
    busy,
    flushes: all('flushes'),
    records: all('records'),
    billedBytes: all('billedBytes'),
    billedAlone: all('billedAlone'),
  };
}

const NOTHING_SENT: Sent = { flushes: 0, records: 0, billedBytes: 0, billedAlone: 0 };

export function billed(bytes: number): number {
  return Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
}

/** @param bytes size of an event with its newline */
function recordsOf(events: number, bytes: number): Pick<Sent, 'records' | 'billedBytes'> {
  const lines = new WaitingLines(new Blocks());
  const text = 'x'.repeat(bytes - 1);
  const records = packRecords(Array.from({ length: events }, (_, event) => ({ event, line: lines.add(text) })));
  return {
    records: records.length,
    billedBytes: records.reduce((sum, record) => sum + billed(record.bytes.length), 0),
  };
}
