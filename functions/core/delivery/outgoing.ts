import type { EcsEvent } from '../ecs-event.ts';
import type { Effects } from '../effects.ts';
import { TidemarkError } from '../errors.ts';
import { inexpressible } from '../events/inexpressible.ts';
import type { Destination, Shape } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import type { Seen } from '../state/seen.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import { SELF, type SeenChunk } from '../stored/seen-chunk.ts';
import type { Instant } from '../time.ts';
import { deliver } from './deliver.ts';
import { type Line, packRecords } from './packing.ts';

/** An event as one line of a destination's shape, cut to a size that it takes if need be. Throws what the format cannot say. */
export type Writer = (shape: Shape, event: EcsEvent) => { readonly text: string; readonly oversized?: boolean };

/** How an event is remembered, and who still lacks it. */
export interface Address {
  /** None when it has no usable time. */
  readonly time?: Instant | undefined;
  readonly bucket: string;
  readonly key: Uint8Array;
  /** The destinations, as bits, that lack it. */
  readonly undelivered: number;
  /** What stays the same when the vendor changes the record. */
  readonly stableHash?: Uint8Array | undefined;
}

/** An event on its way, and the destinations (as bits) that still lack it. */
interface Waiting extends Address {
  readonly lines: readonly (string | undefined)[];
  /** The destinations, as bits, that cannot even be told of it: for them it lies in quarantine, and that is all. */
  readonly unwritable: number;
}

/** What came of writing an event in a shape: no text when not even a stand-in can be written. */
interface Written {
  readonly text: string | undefined;
  readonly problem?: 'oversized' | 'inexpressible';
}

/** How a flush went. */
export interface Flushed {
  /** Of the vendor's; our own acts are not counted. */
  readonly events: number;
  readonly quarantined: number;
  readonly retries: number;
}

/** What has been read and not yet delivered: one flush. The order inside `flush` is what makes a crash harmless. */
export class Outgoing {
  bytes = 0;
  since: Instant | undefined;
  readonly #effects: Effects;
  readonly #feed: string;
  readonly #place: string;
  readonly #destinations: readonly Destination[];
  /** Destinations that want the same share the work. */
  readonly #shapes: readonly string[];
  readonly #seen: Seen;
  readonly #write: Writer;
  readonly #name: string;
  #flushes = 0;
  #waiting = new Map<string, Waiting>();
  #quarantine: QuarantineEntry[] = [];

  /**
   * @param names of the feed, and of the place where it is remembered what was delivered
   * @param name of the run
   */
  constructor(
    effects: Effects,
    names: { readonly feed: string; readonly place: string },
    destinations: readonly Destination[],
    seen: Seen,
    write: Writer,
    name: string,
  ) {
    this.#effects = effects;
    this.#feed = names.feed;
    this.#place = names.place;
    this.#destinations = destinations;
    this.#shapes = destinations.map(({ shape }) => JSON.stringify(shape));
    this.#seen = seen;
    this.#write = write;
    // One run may have several of these, and a job beside the feed has fences of its own.
    this.#name = `${name}-${Math.floor(effects.random() * 2 ** 32).toString(36)}`;
  }

  get events(): number {
    return this.#waiting.size;
  }

  /** Whether there is nothing to deliver and nothing to keep. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#quarantine.length === 0;
  }

  /** Whether an event is in this flush already. */
  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** The destinations, as bits, that an event of this flush is for. */
  undelivered(id: string): number | undefined {
    return this.#waiting.get(id)?.undelivered;
  }

  add(event: EcsEvent, address: Address): void {
    const { id } = event.event;
    const { undelivered } = address;
    const written = new Map<string, Written>();
    let unwritable = 0;
    const lines = this.#destinations.map((destination, at) => {
      if ((undelivered & (1 << at)) === 0) return undefined;
      const shape = this.#shapes[at] as string;
      const { text } = written.get(shape) ?? this.#writeOne(destination.shape, shape, event, written);
      if (text === undefined) unwritable |= 1 << at;
      else this.bytes += text.length;
      return text;
    });
    if ([...written.values()].some(({ problem }) => problem)) this.#keep(event, written);
    this.since ??= this.#effects.now();
    this.#waiting.set(id, { ...address, lines, unwritable });
  }

  /** Keeps something whole that is too large, or not fit, for a destination. */
  quarantine(entry: QuarantineEntry): void {
    if (!this.#quarantine.some((other) => other.id === entry.id)) this.#quarantine.push(entry);
  }

  /** Leaves out what has been delivered meanwhile, for each destination; says how many events that were in all. */
  async dropDelivered(seen: Seen): Promise<number> {
    let sifted = 0;
    for (const [id, waiting] of this.#waiting) {
      const undelivered = waiting.undelivered & ~(await seen.has(waiting.bucket, waiting.key));
      if (undelivered === waiting.undelivered) continue;
      this.#waiting.delete(id);
      const lines = waiting.lines.map((line, at) => (undelivered & (1 << at) ? line : undefined));
      if (undelivered !== 0) this.#waiting.set(id, { ...waiting, undelivered, lines });
      else sifted++;
    }
    return sifted;
  }

  /** What goes into quarantine with this flush. */
  get quarantined(): readonly QuarantineEntry[] {
    return this.#quarantine;
  }

  /**
   * Quarantine, deliver, remember: in this order. The caller commits the checkpoint only after that.
   * Events that a destination has accepted are remembered even when another one has not, and are not sent to it again.
   */
  async flush(endBy: Instant): Promise<Flushed> {
    const waiting = [...this.#waiting.values()];
    const quarantined = this.#quarantine.length;
    for (const entry of this.#quarantine)
      await retry(this.#effects, RETRIES.table, endBy, () => this.#effects.quarantine(this.#feed, entry));
    const results = await Promise.allSettled(
      this.#destinations.map((destination, at) => this.#deliverTo(destination, at, waiting, endBy)),
    );
    const accepted = Uint32Array.from(waiting, ({ unwritable }) => unwritable);
    const failures: unknown[] = [];
    let retries = 0;
    for (const [at, result] of results.entries()) {
      if (result.status === 'rejected') {
        failures.push(result.reason);
        continue;
      }
      for (const record of result.value.accepted) {
        for (const event of record.events) accepted[event] = (accepted[event] as number) | (1 << at);
      }
      retries += result.value.retries;
      if (result.value.failure) failures.push(result.value.failure);
    }
    await this.#remember(waiting, accepted, endBy);
    if (failures.length > 0) throw mostSevere(failures);
    this.#waiting = new Map();
    this.#quarantine = [];
    this.bytes = 0;
    this.since = undefined;
    return { events: waiting.filter(({ bucket }) => bucket !== SELF).length, quarantined, retries };
  }

  async #deliverTo(destination: Destination, at: number, waiting: readonly Waiting[], endBy: Instant) {
    const lines: Line[] = [];
    waiting.forEach(({ lines: texts }, event) => {
      const text = texts[at];
      if (text !== undefined) lines.push({ event, text });
    });
    return await deliver(this.#effects, destination, packRecords(lines), endBy);
  }

  /** One append-only chunk for each bucket and set of destinations. */
  async #remember(waiting: readonly Waiting[], accepted: Uint32Array, endBy: Instant): Promise<void> {
    const groups = new Map<string, { bits: number; bucket: string; events: Waiting[] }>();
    waiting.forEach((event, at) => {
      const bits = accepted[at] as number;
      if (bits === 0) return;
      const { bucket } = event;
      const group = groups.get(`${bucket}/${bits}`) ?? { bits, bucket, events: [] };
      groups.set(`${bucket}/${bits}`, group);
      group.events.push(event);
    });
    const chunks = [...groups.values()].map((group, part) => this.#chunk(group, part));
    this.#flushes++;
    if (chunks.length === 0) return;
    await retry(this.#effects, RETRIES.table, endBy, () => this.#effects.remember(this.#place, chunks));
    for (const { bits, bucket, events } of groups.values()) {
      for (const event of events) await this.#seen.add(bucket, event.key, bits);
    }
    this.#seen.trim();
  }

  #chunk(group: { bits: number; bucket: string; events: Waiting[] }, part: number): SeenChunk {
    const keys = Buffer.concat(group.events.map((event) => event.key));
    let digest = 0n;
    let newest: Instant | undefined;
    for (let at = 0; at < keys.length; at += 8) digest += keys.readBigUInt64BE(at);
    for (const { time } of group.events) if (time !== undefined && time > (newest ?? -1)) newest = time;
    const stableHashes = group.events
      .map(({ stableHash }) => stableHash)
      .filter((stableFields) => stableFields !== undefined);
    return {
      bucket: group.bucket,
      id: `${this.#name}#${String(this.#flushes).padStart(6, '0')}#${part}`,
      destinations: this.#destinations.filter((_, at) => group.bits & (1 << at)).map(({ id }) => id),
      keys,
      count: group.events.length,
      digest: BigInt.asUintN(64, digest),
      ...(newest !== undefined && { newest }),
      ...(stableHashes.length === group.events.length && { stableHashes: Buffer.concat(stableHashes) }),
    };
  }

  #writeOne(shape: Shape, name: string, event: EcsEvent, written: Map<string, Written>): Written {
    const line = this.#lineOf(shape, event);
    written.set(name, line);
    return line;
  }

  /** One event that a format cannot say must not stop all others: that it was there is said instead, if even that can be said. */
  #lineOf(shape: Shape, event: EcsEvent): Written {
    try {
      const { text, oversized } = this.#write(shape, event);
      return { text, ...(oversized && { problem: 'oversized' }) };
    } catch (thrown) {
      return { text: this.#standIn(shape, event, thrown), problem: 'inexpressible' };
    }
  }

  #standIn(shape: Shape, event: EcsEvent, why: unknown): string | undefined {
    try {
      return this.#write(shape, inexpressible(event, shape.format, why)).text;
    } catch (thrown) {
      this.#effects.log(
        'error',
        `Not even that there was an event can be written as ${shape.format}; it lies in quarantine.`,
        {
          feed: this.#feed,
          event: event.event.id,
          error: String(thrown),
        },
      );
      return undefined;
    }
  }

  /**
   * Keeps the event whole, for all destinations that have a problem with it: also for those that got theirs in an earlier
   * flush, which failed for others, for this entry takes the place of that flush's.
   */
  #keep(event: EcsEvent, written: Map<string, Written>): void {
    const affected = this.#destinations.filter(({ shape }, at) => {
      const name = this.#shapes[at] as string;
      return (written.get(name) ?? this.#writeOne(shape, name, event, written)).problem !== undefined;
    });
    const { id } = event.event;
    const isInexpressible = [...written.values()].some(({ problem }) => problem === 'inexpressible');
    this.#quarantine = [
      ...this.#quarantine.filter((other) => other.id !== id),
      {
        id,
        reason: isInexpressible ? 'inexpressible' : 'oversized',
        at: this.#effects.now(),
        // What JSON has no form for is kept as text.
        text: JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        destinations: affected.map((destination) => destination.id),
      },
    ];
  }
}

/** The failure that tells most: one that a person has to mend before one that time may. */
function mostSevere(failures: readonly unknown[]): unknown {
  return failures.find((failure) => !(failure instanceof TidemarkError) || failure.code !== 'delivery') ?? failures[0];
}
