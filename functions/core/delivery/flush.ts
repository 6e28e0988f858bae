import { believe } from '../clocks/believed-clocks.ts';
import type { Effects } from '../effects.ts';
import { TidemarkError } from '../errors.ts';
import type { Destination } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import type { Seen } from '../state/seen.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import { SELF, type SeenChunk } from '../stored/seen-chunk.ts';
import type { Instant } from '../time.ts';
import { type Delivered, deliver } from './deliver.ts';
import type { DeliveryNotes } from './delivery-notes.ts';
import type { EventLines } from './event-writer.ts';
import type { LineBytes, WaitingLines } from './line-bytes.ts';
import { type Line, packRecords, recordPerLine } from './packing.ts';
import { chunkOf, groupAccepted, type SeenKey } from './seen-chunks.ts';

/** The key under which an event is remembered, and the destinations that lack it. */
export interface Address extends SeenKey {
  /** The destinations, as bits, that do not have the event yet. */
  readonly undelivered: number;
}

/** An event that waits for its delivery. */
export interface Waiting extends Address, Pick<EventLines, 'unwritable'> {
  /** A line for each destination that lacks the event. */
  readonly lines: readonly (LineBytes | undefined)[];
}

/** The result of a flush. */
export interface Flushed {
  /** Number of the vendor's events; our own are not counted. */
  readonly events: number;
  readonly quarantined: number;
  readonly retries: number;
}

/** What came of sending a flush. */
interface SentFlush {
  /** The keys of accepted events. */
  readonly chunks: readonly SeenChunk[];
  readonly flushed: Flushed;
  /** The reason why not all of it was accepted. */
  readonly failure?: { readonly thrown: unknown };
}

/** Inputs of a flush. */
export interface FlushParts {
  readonly effects: Effects;
  /** The feed's name. */
  readonly feed: string;
  /** Where delivered events are remembered: the feed's name, or a separate place. */
  readonly place: string;
  readonly destinations: readonly Destination[];
  readonly seen: Seen;
  /** Notes which destinations refuse events. */
  readonly sent?: DeliveryNotes;
}

/** The contents of a flush. */
interface Contents {
  /** Begins the ids of its chunks; no two flushes of a feed share one. */
  readonly name: string;
  /** The events by their ids. */
  readonly waiting: Map<string, Waiting>;
  /** Where their lines are. */
  readonly lines: readonly WaitingLines[];
  readonly quarantine: readonly QuarantineEntry[];
}

/** A closed flush: its events are delivered together. The order of the steps in `deliver` is what makes a crash harmless. */
export class Flush {
  /** Whether everything in it is delivered and remembered. */
  isDone = false;
  readonly #parts: FlushParts;
  readonly #name: string;
  #waiting: Map<string, Waiting>;
  #lines: readonly WaitingLines[];
  readonly #quarantine: readonly QuarantineEntry[];

  constructor(parts: FlushParts, { name, waiting, lines, quarantine }: Contents) {
    this.#parts = parts;
    this.#name = name;
    this.#waiting = waiting;
    this.#lines = lines;
    this.#quarantine = quarantine;
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** Removes events for the destinations that have received them meanwhile. Returns the number of events that no destination needs any more. */
  async dropDelivered(seen: Seen): Promise<number> {
    let dropped = 0;
    await seen.prepare([...this.#waiting.values()].map(({ bucket }) => bucket));
    for (const [id, waiting] of this.#waiting) {
      const undelivered = waiting.undelivered & ~(await seen.has(waiting.bucket, waiting.key));
      if (undelivered === waiting.undelivered) continue;
      this.#waiting.delete(id);
      const lines = waiting.lines.map((line, at) => (undelivered & (1 << at) ? line : undefined));
      if (undelivered !== 0) this.#waiting.set(id, { ...waiting, undelivered, lines });
      else dropped++;
    }
    return dropped;
  }

  /**
   * Quarantines, delivers and remembers, in this order. The checkpoint is committed only after that.
   * Events that one destination has accepted are remembered even if another destination fails, and are not sent to it again.
   */
  async deliver(endBy: Instant): Promise<Flushed> {
    const { chunks, failure, flushed } = await this.send(endBy);
    if (chunks.length > 0) await rememberChunks(this.#parts, chunks, endBy);
    if (failure) throw failure.thrown;
    this.done();
    return flushed;
  }

  /** Quarantines and delivers. The chunks are to be remembered, even if a destination has failed. */
  async send(endBy: Instant): Promise<SentFlush> {
    const { effects, feed, destinations } = this.#parts;
    const waiting = [...this.#waiting.values()];
    const clocks = believe(effects.clocks());
    const began = clocks.agree ? effects.now() + clocks.earliest : undefined;
    const quarantined = this.#quarantine.length;
    try {
      for (const entry of this.#quarantine)
        await retry(effects, RETRIES.table, endBy, () => effects.quarantine(feed, entry));
    } catch (thrown) {
      return { chunks: [], failure: { thrown }, flushed: { events: 0, quarantined: 0, retries: 0 } };
    }
    const results = await Promise.allSettled(
      destinations.map((destination, at) => this.#deliverTo(destination, at, waiting, endBy)),
    );
    const chunks = this.#chunksOf(waiting, acceptedBits(waiting, results), began);
    this.#noteRefusals(results);
    const failures = results.flatMap(failuresOf);
    const events = waiting.filter(({ bucket }) => bucket !== SELF).length;
    const flushed = { events, quarantined, retries: retriesOf(results) };
    return { chunks, flushed, ...(failures.length > 0 && { failure: { thrown: mostSevere(failures) } }) };
  }

  /** Lets go of the events, after they were delivered and remembered. */
  done(): void {
    this.isDone = true;
    this.#waiting = new Map();
    for (const lines of this.#lines) lines.release();
    this.#lines = [];
  }

  async #deliverTo(
    destination: Destination,
    at: number,
    waiting: readonly Waiting[],
    endBy: Instant,
  ): Promise<Delivered> {
    const lines: Line[] = [];
    for (const [event, { lines: each }] of waiting.entries()) {
      const line = each[at];
      if (line) lines.push({ event, line });
    }
    const records = destination.shape.onePerRecord ? recordPerLine(lines) : packRecords(lines);
    return await deliver(this.#parts.effects, destination, records, endBy);
  }

  #noteRefusals(results: readonly PromiseSettledResult<Delivered>[]): void {
    const { sent, effects, destinations } = this.#parts;
    for (const [at, result] of results.entries()) {
      if (failuresOf(result).length > 0) sent?.refused((destinations[at] as Destination).id, effects.now());
    }
  }

  /** One chunk for each bucket and set of destinations. */
  #chunksOf(waiting: readonly Waiting[], accepted: Uint32Array, at: Instant | undefined): SeenChunk[] {
    const destinations = this.#parts.destinations.map(({ id }) => id);
    return groupAccepted(waiting, accepted).map((group, part) =>
      chunkOf(group, { id: `${this.#name}#${part}`, destinations, at }),
    );
  }
}

/** Appends chunks to what was delivered. */
export async function rememberChunks(
  { effects, place, seen }: FlushParts,
  chunks: readonly SeenChunk[],
  endBy: Instant,
): Promise<void> {
  await retry(effects, RETRIES.table, endBy, () => effects.remember(place, chunks));
  seen.add(chunks);
}

/** For each event, the destinations that have accepted it, as bits. One for which nothing could be written counts as having it. */
function acceptedBits(waiting: readonly Waiting[], results: readonly PromiseSettledResult<Delivered>[]): Uint32Array {
  const accepted = Uint32Array.from(waiting, ({ unwritable }) => unwritable);
  for (const [at, result] of results.entries()) {
    if (result.status === 'rejected') continue;
    for (const { events } of result.value.accepted) {
      for (const event of events) accepted[event] = (accepted[event] as number) | (1 << at);
    }
  }
  return accepted;
}

function failuresOf(result: PromiseSettledResult<Delivered>): unknown[] {
  if (result.status === 'rejected') return [result.reason];
  return result.value.failure ? [result.value.failure] : [];
}

function retriesOf(results: readonly PromiseSettledResult<Delivered>[]): number {
  return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value.retries : 0), 0);
}

/** Prefers a failure that a person has to mend to one that may pass with time. */
function mostSevere(failures: readonly unknown[]): unknown {
  return failures.find((failure) => !(failure instanceof TidemarkError) || failure.code !== 'delivery') ?? failures[0];
}
