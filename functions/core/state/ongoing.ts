import type { Effects } from '../effects.ts';
import { digest } from '../events/identity.ts';
import type { Feed, Row, Stream } from '../model.ts';
import type { Ongoing } from '../stored/ongoing.ts';
import { type Duration, HOUR, type Instant, MINUTE, type Range } from '../time.ts';

/** Things that began within this time of each other are asked for by one request. */
const ASKED_TOGETHER: Duration = MINUTE;
/** For this long it is believed that nothing is ongoing. A backfill beside the feed may meanwhile have found something. */
const BELIEVED_FOR: Duration = HOUR;

/** Ongoing things of a feed, such as sessions that have not ended: those that are stored, and those that a run finds. */
export class OngoingNotes {
  readonly #effects: Effects;
  readonly #feed: string;
  readonly #stream: Stream;
  readonly #known = new Map<string, Ongoing>();
  readonly #begun = new Map<string, Ongoing>();
  readonly #ended = new Map<string, Ongoing>();
  readonly #noteNone: (at: Instant | undefined) => void;

  /**
   * @param noteNone notes for the next commit when the table was last seen to hold nothing ongoing; undefined if there may be
   * something. It is called before anything is stored: a commit that includes a begun thing also says that there is one
   */
  constructor(effects: Effects, feed: Pick<Feed, 'name' | 'stream'>, noteNone: (at: Instant | undefined) => void) {
    this.#effects = effects;
    this.#feed = feed.name;
    this.#stream = feed.stream;
    this.#noteNone = noteNone;
  }

  /** @param noneAt when the table was last seen to hold nothing ongoing: if that is lately, it is not asked */
  async load(noneAt: Instant | undefined): Promise<void> {
    if (!this.#stream.ongoing) return;
    const now = this.#effects.now();
    if (noneAt !== undefined && noneAt <= now && now < noneAt + BELIEVED_FOR) return;
    for (const one of await this.#effects.loadOngoing(this.#feed)) if (one.until > now) this.#known.set(one.key, one);
    this.#noteNone(this.#known.size === 0 ? now : undefined);
  }

  /** Notes the ongoing thing that a record shows. An older version of a record does not reopen what has ended. */
  observe(row: Row): void {
    const shown = this.#stream.ongoing?.(row);
    if (!shown) return;
    const { since, ended } = shown;
    // The vendor's own key may have any length and any characters, which a store may not keep.
    const key = digest(shown.key);
    const one = { key, since, until: this.#forgottenAt(since) };
    if (ended) {
      this.#ended.set(key, one);
      this.#begun.delete(key);
    } else if (!this.#known.has(key) && !this.#ended.has(key)) {
      this.#begun.set(key, one);
    }
  }

  /**
   * Takes what was learned so far. Returns the step that stores it. That step comes after the delivery of the events that it was
   * learned from: a thing whose end is stored is not read again.
   */
  takeNew(): () => Promise<void> {
    const ended = [...this.#ended.values()].filter(({ key }) => this.#known.has(key));
    const begun = [...this.#begun.values()];
    if (begun.length > 0) this.#noteNone(undefined);
    for (const one of begun) this.#known.set(one.key, one);
    for (const { key } of ended) this.#known.delete(key);
    this.#begun.clear();
    return async () => {
      if (begun.length > 0 || ended.length > 0) await this.#effects.noteOngoing(this.#feed, begun, ended);
    };
  }

  /**
   * The ranges to read again: those in which ongoing things began.
   *
   * @param below only beginnings before it, since what lies above was read just now
   * @param from the first range to read; those before it follow at the end, so that all of them take turns
   */
  ranges(below: Instant, from: Instant): Range[] {
    const beginnings = [...this.#known.values()].map(({ since }) => since).filter((since) => since < below);
    beginnings.sort((one, other) => one - other);
    const inTurn = [...beginnings.filter((since) => since >= from), ...beginnings.filter((since) => since < from)];
    const ranges: { from: Instant; to: Instant }[] = [];
    for (const since of inTurn) {
      const last = ranges.at(-1);
      if (last && since >= last.from && since < last.from + ASKED_TOGETHER) last.to = since + 1;
      else ranges.push({ from: since, to: since + 1 });
    }
    return ranges;
  }

  /** When the vendor will have deleted it. A record that claims a time in the future is not kept longer. */
  #forgottenAt(since: Instant): Instant {
    return Math.min(since, this.#effects.now()) + this.#stream.retention;
  }
}
