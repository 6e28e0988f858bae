import type { EcsEvent } from '../ecs-event.ts';
import type { Effects } from '../effects.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import type { SeenChunk } from '../stored/seen-chunk.ts';
import type { Instant } from '../time.ts';
import { EventWriter, type Writer } from './event-writer.ts';
import { type Address, Flush, type FlushParts, rememberChunks, type Waiting } from './flush.ts';
import { Blocks, type LineBytes, WaitingLines } from './line-bytes.ts';

/** Inputs of a run's deliveries. */
interface OutgoingParts extends FlushParts {
  readonly write: Writer;
  /** The name of the run. */
  readonly run: string;
}

/** Events that were read and are not delivered yet: those of the flush that is being collected, and those of flushes on their way. */
export class Outgoing {
  /** Length of all lines that are being collected. */
  bytes = 0;
  /** When the first of them came in. */
  since: Instant | undefined;
  readonly #effects: Effects;
  readonly #parts: FlushParts;
  readonly #writer: EventWriter;
  /** Begins the ids of chunks; no two flushes of a feed share one. */
  readonly #name: string;
  #flushes = 0;
  readonly #blocks = new Blocks();
  #waiting = new Map<string, Waiting>();
  /** The lines of what is collected, by destination. */
  #lines: WaitingLines[] = [];
  #quarantine: QuarantineEntry[] = [];
  #onTheirWay: readonly Flush[] = [];

  constructor({ write, run, ...parts }: OutgoingParts) {
    const { effects, feed, destinations } = parts;
    this.#effects = effects;
    this.#parts = parts;
    this.#writer = new EventWriter(effects, feed, destinations, write);
    // One run may have several of these, and a job beside the feed has fences of its own.
    this.#name = `${run}-${Math.floor(effects.random() * 2 ** 32).toString(36)}`;
  }

  /** Number of collected events. */
  get events(): number {
    return this.#waiting.size;
  }

  /** Whether nothing was collected that is to be delivered or kept. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#quarantine.length === 0;
  }

  /** Whether an event is collected or on its way. */
  has(id: string): boolean {
    return this.#waiting.has(id) || this.#onTheirWay.some((flush) => flush.has(id));
  }

  /** The destinations, as bits, that a collected event goes to. */
  undelivered(id: string): number | undefined {
    return this.#waiting.get(id)?.undelivered;
  }

  /** Entries that go into quarantine with the flush that is being collected. */
  get quarantined(): readonly QuarantineEntry[] {
    return this.#quarantine;
  }

  add(event: EcsEvent, address: Address): void {
    const { lines, unwritable, quarantined } = this.#writer.write(event, address.undelivered);
    const { id } = event.event;
    for (const line of lines) this.bytes += line?.length ?? 0;
    if (quarantined) this.#quarantine = [...this.#quarantine.filter((other) => other.id !== id), quarantined];
    this.since ??= this.#effects.now();
    const { time, bucket, key, undelivered, stableHash } = address;
    this.#waiting.set(id, { time, bucket, key, undelivered, stableHash, lines: this.#write(lines), unwritable });
  }

  /** Destinations of the same shape share a line. */
  #write(texts: readonly (string | undefined)[]): (LineBytes | undefined)[] {
    const lines: (LineBytes | undefined)[] = [];
    for (const [at, text] of texts.entries()) {
      const same = texts.indexOf(text);
      lines.push(same < at ? lines[same] : text === undefined ? undefined : this.#linesOf(at).add(text));
    }
    return lines;
  }

  #linesOf(destination: number): WaitingLines {
    const lines = this.#lines[destination] ?? new WaitingLines(this.#blocks);
    this.#lines[destination] = lines;
    return lines;
  }

  /** Keeps a text in quarantine that no destination gets. */
  quarantine(entry: QuarantineEntry): void {
    if (!this.#quarantine.some((other) => other.id === entry.id)) this.#quarantine.push(entry);
  }

  /** Appends chunks to what was delivered. */
  async remember(chunks: readonly SeenChunk[], endBy: Instant): Promise<void> {
    await rememberChunks(this.#parts, chunks, endBy);
  }

  /** Closes the flush that is being collected. What comes in later belongs to another one. */
  close(): Flush {
    const name = `${this.#name}#${String(this.#flushes++).padStart(6, '0')}`;
    const contents = { waiting: this.#waiting, lines: Object.values(this.#lines), quarantine: this.#quarantine };
    const flush = new Flush(this.#parts, { name, ...contents });
    this.#onTheirWay = [...this.#onTheirWay.filter(({ isDone }) => !isDone), flush];
    this.#waiting = new Map();
    this.#lines = [];
    this.#quarantine = [];
    this.bytes = 0;
    this.since = undefined;
    return flush;
  }
}
