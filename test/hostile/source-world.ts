import {
  type AnyFeed,
  type Connection,
  type Feed,
  isSnapshotFeed,
  type SnapshotFeed,
  type Source,
} from '../../functions/core/model.ts';
import { DAY, HOUR, type Range } from '../../functions/core/time.ts';
import { TOKEN_AUTH } from '../memory/source.ts';
import type { Answered, Reply } from '../memory/vendor.ts';
import { World, type WorldOptions } from '../memory/world.ts';
import type { EvilLog, VendorRecord } from './evil-records.ts';

/** The engine in memory with one real feed of a real source, and a vendor that says what a test lets it say. */
export class SourceWorld extends World {
  override readonly source: Source;
  readonly #feed: AnyFeed;
  readonly #answer: (url: string) => Reply;

  constructor(feed: AnyFeed, answer: (url: string) => Reply, options: WorldOptions) {
    super(options);
    this.#feed = feed;
    this.#answer = answer;
    const { visibility: _, ...source } = feed.source;
    // Lookups and sign-ins have nothing to do with records.
    this.source = { ...source, lookups: [], auth: TOKEN_AUTH };
  }

  override get connection(): Connection {
    return this.#feed?.connection ?? super.connection;
  }

  override get feeds(): AnyFeed[] {
    const { source, startFrom } = this;
    const feed = { ...this.#feed, source };
    return [isSnapshotFeed(feed) || startFrom === undefined ? feed : { ...feed, startFrom }];
  }

  get stored() {
    return this.table.load(this.#feed.name);
  }

  override answer(url: string): Answered {
    return { latency: 0, status: 200, headers: { 'content-type': 'application/json' }, text: '', ...this.#answer(url) };
  }
}

/** A world in which the vendor has these records, four days after they happened. */
export function logWorld(log: EvilLog, records: readonly VendorRecord[], options: WorldOptions = {}): SourceWorld {
  const { stream } = log.feed;
  const asked = new Map<string, Range>();
  const first: typeof stream.first = (range, connection) => {
    const request = stream.first(range, connection);
    asked.set(request.url, range);
    return request;
  };
  const feed: Feed = { ...log.feed, stream: { ...stream, first } };
  const shownIn = ({ from, to }: Range) =>
    records.filter(({ time }) => (time ?? log.day + HOUR) >= from && (time ?? log.day + HOUR) <= to);
  const answer = (url: string) => {
    const range = asked.get(url);
    // A page after the first is empty.
    return log.answer(range ? shownIn(range) : []);
  };
  return new SourceWorld(feed, answer, { ...options, start: log.day + 4 * DAY, startFrom: log.day - HOUR });
}

/** A world in which the vendor answers the questions of a list with these texts, one after the other, and with an empty list then. */
export function listingWorld(feed: SnapshotFeed, answers: readonly string[], options: WorldOptions = {}) {
  const asked: string[] = [];
  const answer = (url: string) => {
    if (!asked.includes(url)) asked.push(url);
    return { text: world.answers[asked.indexOf(url)] ?? '[]' };
  };
  const world = Object.assign(new SourceWorld(feed, answer, options), { answers });
  return world;
}
