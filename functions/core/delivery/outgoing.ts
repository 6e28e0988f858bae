import type { EcsEvent } from '../ecs-event.ts';
import type { Effects } from '../effects.ts';
import { TidemarkError } from '../errors.ts';
import type { Destination } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import type { Seen } from '../state/seen.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import { SELF } from '../stored/seen-chunk.ts';
import type { Instant } from '../time.ts';
import { type Delivered, deliver } from './deliver.ts';
import { type EventLines, EventWriter, type Writer } from './event-writer.ts';
import { type Line, packRecords } from './packing.ts';
import { chunkOf, groupAccepted, type SeenKey } from './seen-chunks.ts';

/** The key under which an event is remembered, and the destinations that lack it. */
export interface Address extends SeenKey {
  /** The destinations, as bits, that do not have the event yet. */
  readonly undelivered: number;
}

/** An event of the flush that is being collected. */
interface Waiting extends Address, Pick<EventLines, 'lines' | 'unwritable'> {}

/** The result of a flush. */
export interface Flushed {
  /** Number of the vendor's events; our own are not counted. */
  readonly events: number;
  readonly quarantined: number;
  readonly retries: number;
}

/** Inputs of a flush. */
interface OutgoingParts {
  readonly effects: Effects;
  /** The feed's name. */
  readonly feed: string;
  /** Where delivered events are remembered: the feed's name, or a separate place. */
  readonly place: string;
  readonly destinations: readonly Destination[];
  readonly seen: Seen;
  readonly write: Writer;
  /** The name of the run. */
  readonly run: string;
}

/** One flush: events that have been read and not yet delivered. The order of the steps in `flush` is what makes a crash harmless. */
export class Outgoing {
  /** Length of all lines. */
  bytes = 0;
  /** When the first event came in. */
  since: Instant | undefined;
  readonly #effects: Effects;
  readonly #feed: string;
  readonly #place: string;
  readonly #destinations: readonly Destination[];
  readonly #seen: Seen;
  readonly #writer: EventWriter;
  /** Begins the ids of chunks; no two flushes of a feed share one. */
  readonly #name: string;
  #flushes = 0;
  #waiting = new Map<string, Waiting>();
  #quarantine: QuarantineEntry[] = [];

  constructor({ effects, feed, place, destinations, seen, write, run }: OutgoingParts) {
    this.#effects = effects;
    this.#feed = feed;
    this.#place = place;
    this.#destinations = destinations;
    this.#seen = seen;
    this.#writer = new EventWriter(effects, feed, destinations, write);
    // One run may have several of these, and a job beside the feed has fences of its own.
    this.#name = `${run}-${Math.floor(effects.random() * 2 ** 32).toString(36)}`;
  }

  get events(): number {
    return this.#waiting.size;
  }

  /** Whether there is nothing to deliver and nothing to keep. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#quarantine.length === 0;
  }

  /** Whether an event is already in this flush. */
  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** The destinations, as bits, that an event of this flush goes to. */
  undelivered(id: string): number | undefined {
    return this.#waiting.get(id)?.undelivered;
  }

  /** Entries that go into quarantine with this flush. */
  get quarantined(): readonly QuarantineEntry[] {
    return this.#quarantine;
  }

  add(event: EcsEvent, address: Address): void {
    const { lines, unwritable, quarantined } = this.#writer.write(event, address.undelivered);
    const { id } = event.event;
    for (const line of lines) this.bytes += line?.length ?? 0;
    if (quarantined) this.#quarantine = [...this.#quarantine.filter((other) => other.id !== id), quarantined];
    this.since ??= this.#effects.now();
    this.#waiting.set(id, { ...address, lines, unwritable });
  }

  /** Keeps a text in quarantine that no destination gets. */
  quarantine(entry: QuarantineEntry): void {
    if (!this.#quarantine.some((other) => other.id === entry.id)) this.#quarantine.push(entry);
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
   * Quarantines, delivers and remembers, in this order. The caller commits the checkpoint only after that.
   * Events that one destination has accepted are remembered even if another destination fails, and are not sent to it again.
   */
  async flush(endBy: Instant): Promise<Flushed> {
    const waiting = [...this.#waiting.values()];
    const quarantined = this.#quarantine.length;
    for (const entry of this.#quarantine)
      await retry(this.#effects, RETRIES.table, endBy, () => this.#effects.quarantine(this.#feed, entry));
    const results = await Promise.allSettled(
      this.#destinations.map((destination, at) => this.#deliverTo(destination, at, waiting, endBy)),
    );
    const accepted = acceptedBits(waiting, results);
    const failures = results.flatMap(failuresOf);
    await this.#remember(waiting, accepted, endBy);
    if (failures.length > 0) throw mostSevere(failures);
    this.#waiting = new Map();
    this.#quarantine = [];
    this.bytes = 0;
    this.since = undefined;
    return { events: waiting.filter(({ bucket }) => bucket !== SELF).length, quarantined, retries: retriesOf(results) };
  }

  async #deliverTo(
    destination: Destination,
    at: number,
    waiting: readonly Waiting[],
    endBy: Instant,
  ): Promise<Delivered> {
    const lines: Line[] = [];
    for (const [event, { lines: texts }] of waiting.entries()) {
      const text = texts[at];
      if (text !== undefined) lines.push({ event, text });
    }
    return await deliver(this.#effects, destination, packRecords(lines), endBy);
  }

  /** Appends one chunk for each bucket and set of destinations. */
  async #remember(waiting: readonly Waiting[], accepted: Uint32Array, endBy: Instant): Promise<void> {
    const groups = groupAccepted(waiting, accepted);
    const flush = `${this.#name}#${String(this.#flushes++).padStart(6, '0')}`;
    const ids = this.#destinations.map(({ id }) => id);
    const chunks = groups.map((group, part) => chunkOf(group, `${flush}#${part}`, ids));
    if (chunks.length === 0) return;
    await retry(this.#effects, RETRIES.table, endBy, () => this.#effects.remember(this.#place, chunks));
    this.#seen.add(chunks);
  }
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
