import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import type { Instant } from '../../functions/core/time.ts';

/** A line that a delivery stream has accepted. */
export interface DeliveredLine {
  readonly text: string;
  readonly at: Instant;
  /** Number of the call that delivered it; calls of this world are counted from one. */
  readonly call: number;
}

/** Delivery streams in memory. They enforce AWS's limits and keep every line that they accepted. */
export class MemoryFirehose {
  calls = 0;
  readonly #lines = new Map<string, DeliveredLine[]>();
  readonly #events = new WeakMap<DeliveredLine, EcsEvent>();
  readonly #createdAt = new Map<string, Instant>();

  /** Begins a call and returns its number. Throws if AWS would refuse the whole call. */
  begin(records: readonly Uint8Array[]): number {
    const bytes = records.map((record) => record.length);
    if (records.length === 0 || records.length > 500) throw new Error(`a call with ${records.length} records`);
    if (bytes.some((size) => size > 1_024_000)) throw new Error(`a record of ${Math.max(...bytes)} bytes`);
    const sum = bytes.reduce((total, size) => total + size, 0);
    if (sum > 4 * 1024 * 1024) throw new Error(`a call of ${sum} bytes`);
    return ++this.calls;
  }

  /** Accepts these records of a call. */
  accept(deliveryStream: string, records: readonly Uint8Array[], call: number, now: Instant): void {
    const lines = this.#lines.get(deliveryStream) ?? [];
    this.#lines.set(deliveryStream, lines);
    for (const record of records) {
      const text = Buffer.from(record).toString();
      if (!text.endsWith('\n')) throw new Error('a record does not end with a line break');
      for (const line of text.slice(0, -1).split('\n')) lines.push({ text: line, at: now, call });
    }
  }

  /** When the stream was created: at the beginning of time, unless it was replaced. */
  createdAt(deliveryStream: string): Instant {
    return this.#createdAt.get(deliveryStream) ?? 0;
  }

  /** Deletes a stream and creates it again. The lines that it accepted since a time are lost with it; they are returned. */
  replace(deliveryStream: string, since: Instant, now: Instant): readonly DeliveredLine[] {
    const lines = this.lines(deliveryStream);
    this.#createdAt.set(deliveryStream, now);
    this.#lines.set(
      deliveryStream,
      lines.filter(({ at }) => at < since),
    );
    return lines.filter(({ at }) => at >= since);
  }

  lines(deliveryStream: string): readonly DeliveredLine[] {
    return this.#lines.get(deliveryStream) ?? [];
  }

  /** The lines of a stream whose destination has the `ecs` format. */
  events(deliveryStream: string): EcsEvent[] {
    return this.lines(deliveryStream).map((line) => this.#eventOf(line));
  }

  /** Tests ask for all events after each of many runs. */
  #eventOf(line: DeliveredLine): EcsEvent {
    const read = this.#events.get(line);
    if (read) return read;
    const event = JSON.parse(line.text) as EcsEvent;
    this.#events.set(line, event);
    return event;
  }
}
