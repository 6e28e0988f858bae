import type { EcsEvent } from '../ecs-event.ts';
import type { Effects } from '../effects.ts';
import { inexpressible } from '../events/inexpressible.ts';
import type { Destination, Shape } from '../model.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';

/** Writes an event as one line of a shape, shortened if the destination could not take it whole. Throws if the format cannot express it. */
export type Writer = (shape: Shape, event: EcsEvent) => { readonly text: string; readonly oversized?: boolean };

/** An event as lines for the destinations. */
export interface EventLines {
  /** A line for each destination; undefined if the destination has the event, or if not even a stand-in can be written. */
  readonly lines: readonly (string | undefined)[];
  /** The destinations, as bits, for which not even a stand-in could be written: for them the event is only in quarantine. */
  readonly unwritable: number;
  /** The whole event, if a destination gets it shortened or not at all. */
  readonly quarantined?: QuarantineEntry;
}

/** An event in one shape. The text is undefined if not even a stand-in could be written. */
interface Written {
  readonly text: string | undefined;
  readonly problem?: 'oversized' | 'inexpressible';
}

/** Writes the events of a feed for its destinations. */
export class EventWriter {
  readonly #effects: Effects;
  readonly #feed: string;
  readonly #destinations: readonly Destination[];
  /** A name of each destination's shape: destinations with the same shape share its text. */
  readonly #shapes: readonly string[];
  readonly #write: Writer;

  constructor(effects: Effects, feed: string, destinations: readonly Destination[], write: Writer) {
    this.#effects = effects;
    this.#feed = feed;
    this.#destinations = destinations;
    this.#shapes = destinations.map(({ shape }) => JSON.stringify(shape));
    this.#write = write;
  }

  /** @param undelivered the destinations, as bits, that do not have the event yet */
  write(event: EcsEvent, undelivered: number): EventLines {
    const only = this.#destinations.length === 1 ? this.#destinations[0] : undefined;
    const line = only && this.#writeIn(only.shape, event);
    // Most feeds have one destination, and nearly every event can be written as it is.
    if (line && !line.problem) return { lines: [line.text], unwritable: 0 };
    const written = new Map<string, Written>();
    if (line) written.set(this.#shapes[0] as string, line);
    let unwritable = 0;
    const lines = this.#destinations.map((_, at) => {
      if ((undelivered & (1 << at)) === 0) return undefined;
      const { text } = this.#writeOnce(event, at, written);
      if (text === undefined) unwritable |= 1 << at;
      return text;
    });
    const hasProblem = [...written.values()].some(({ problem }) => problem);
    return { lines, unwritable, ...(hasProblem && { quarantined: this.#entryOf(event, written) }) };
  }

  #writeOnce(event: EcsEvent, at: number, written: Map<string, Written>): Written {
    const name = this.#shapes[at] as string;
    const line = written.get(name) ?? this.#writeIn((this.#destinations[at] as Destination).shape, event);
    written.set(name, line);
    return line;
  }

  /** Writes a stand-in for an event that the format cannot express, if possible: one event must not stop all others. */
  #writeIn(shape: Shape, event: EcsEvent): Written {
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
      const message = `Not even a stand-in for the event can be written as ${shape.format}; the event is in quarantine.`;
      this.#effects.log('error', message, { feed: this.#feed, event: event.event.id, error: String(thrown) });
      return undefined;
    }
  }

  /**
   * Keeps the event whole, for all destinations that have a problem with it. Those that have received it in an earlier flush,
   * which failed for others, are included: this entry replaces that flush's.
   */
  #entryOf(event: EcsEvent, written: Map<string, Written>): QuarantineEntry {
    const affected = this.#destinations.filter((_, at) => this.#writeOnce(event, at, written).problem !== undefined);
    const isInexpressible = [...written.values()].some(({ problem }) => problem === 'inexpressible');
    return {
      id: event.event.id,
      reason: isInexpressible ? 'inexpressible' : 'oversized',
      at: this.#effects.now(),
      // Values that JSON cannot express are kept as text.
      text: JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      destinations: affected.map(({ id }) => id),
    };
  }
}
