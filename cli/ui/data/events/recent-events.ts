import type { ConfiguredDestination } from '../../../../functions/core/config/destination.ts';
import { TidemarkError } from '../../../../functions/core/errors.ts';
import type { EventForm, EventRow, EventsView } from '../../api-types.ts';
import type { EventFile, EventFiles } from './event-files.ts';
import { formsOf, rowOf } from './event-forms.ts';

/** Maximum number of events that are kept for the list, and of their characters. */
const MAX_EVENTS = 5_000;
const MAX_CHARACTERS = 24_000_000;
/** At the start, the newest files are read: until there are so many events, and at most so many files. */
const EVENTS_AT_START = 1_000;
const MAX_FILES_AT_START = 300;
/** Maximum number of events in one answer. */
const MAX_ROWS = 200;

interface Kept {
  readonly key: number;
  readonly line: string;
  /** The line in small letters, for the search. */
  readonly searched: string;
  readonly row: EventRow;
}

/** The events that were delivered last, from the files of one destination. */
export class RecentEvents {
  readonly #files: EventFiles;
  #kept: Kept[] = [];
  #characters = 0;
  #seen = 0;
  #read = new Set<string>();
  #destination: ConfiguredDestination | undefined;

  constructor(files: EventFiles) {
    this.#files = files;
  }

  /** Number of events that have been found since the start. */
  get seen(): number {
    return this.#seen;
  }

  /** Reads the files that are new. */
  async poll(): Promise<void> {
    this.#destination ??= await this.#files.choose();
    if (!this.#destination) return;
    const there = await this.#files.list(this.#destination);
    const found = there.filter(({ path }) => !this.#read.has(path)).sort(oldestFirst);
    const isFirst = this.#read.size === 0;
    // Files that are gone, or too old to be listed, are forgotten.
    this.#read = new Set(there.map(({ path }) => path));
    const files = isFirst ? await this.#readNewest(found) : undefined;
    if (files) for (const { lines, source } of files) this.#keepAll(lines, source);
    else for (const file of found) this.#keepAll(await this.#linesOf(file), file.source);
  }

  /** The newest events that hold a text and belong to feeds that fit. */
  find(text: string, feed: string): EventsView {
    const wanted = text
      .trim()
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const fits = this.#kept.filter(
      ({ searched, row }) => (feed === '' || row.feed === feed) && wanted.every((word) => searched.includes(word)),
    );
    const destination = this.#destination;
    return {
      rows: fits
        .map(({ row }) => row)
        .sort(newestFirst)
        .slice(0, MAX_ROWS),
      found: fits.length,
      kept: this.#kept.length,
      ...(destination && { destination: destination.id, format: destination.shape.format }),
      ...(destination ? {} : { remark: this.#files.emptyRemark }),
    };
  }

  formsOf(key: number): EventForm[] {
    const kept = this.#kept.find((each) => each.key === key);
    if (kept && this.#destination) return formsOf(kept.line, this.#destination.shape.format, this.#files.destinations);
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'This event is not among the last ones any more.',
      remedy: 'Search for it again; older events are in the destination.',
    });
  }

  /** The newest files, in the order of time. */
  async #readNewest(found: readonly EventFile[]): Promise<{ lines: readonly string[]; source: string }[]> {
    const files: { lines: readonly string[]; source: string }[] = [];
    let events = 0;
    for (const file of found.slice(-MAX_FILES_AT_START).reverse()) {
      if (events >= EVENTS_AT_START) break;
      const lines = await this.#linesOf(file);
      files.unshift({ lines, source: file.source });
      events += lines.length;
    }
    return files;
  }

  async #linesOf({ path }: EventFile): Promise<string[]> {
    return (await this.#files.read(path)).filter((line) => line !== '');
  }

  #keepAll(lines: readonly string[], source: string): void {
    for (const line of lines) this.#keep(line, source);
  }

  #keep(line: string, source: string): void {
    const key = ++this.#seen;
    this.#kept.push({ key, line, searched: line.toLowerCase(), row: rowOf(key, line, source) });
    this.#characters += line.length;
    while (this.#kept.length > MAX_EVENTS || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#kept.shift()?.line.length ?? this.#characters;
    }
  }
}

/** By the time of the event: late ones stand where they belong. */
function newestFirst(one: EventRow, other: EventRow): number {
  if (one.time === other.time) return other.key - one.key;
  return (one.time ?? '') < (other.time ?? '') ? 1 : -1;
}

function oldestFirst(one: EventFile, other: EventFile): number {
  return one.stamp < other.stamp ? -1 : 1;
}
