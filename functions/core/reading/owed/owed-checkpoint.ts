import type { HeldCheckpoint } from '../../state/lease.ts';
import type { Changes, FeedCheckpoint, Owed, ReadingCheckpoint } from '../../stored/checkpoint.ts';
import type { Instant } from '../../time.ts';

/** The parts of a checkpoint that an owed range has as its own. */
const OWN = ['plan', 'narrowed', 'unordered', 'broken', 'shortfall'] as const;
/** The parts that it shares with live reading. */
const SHARED = ['days', 'unknown', 'claims', 'noneOngoingAt', 'waitsInPlace'] as const;

/** The part of a feed's checkpoint that is about one owed range: it looks like the checkpoint of a feed. */
export class OwedCheckpoint implements HeldCheckpoint<ReadingCheckpoint> {
  readonly #live: HeldCheckpoint<FeedCheckpoint>;
  #owed: Owed;

  constructor(live: HeldCheckpoint<FeedCheckpoint>, owed: Owed) {
    this.#live = live;
    this.#owed = owed;
  }

  get owed(): Owed {
    return this.#owed;
  }

  get item(): FeedCheckpoint {
    const { plan: _plan, narrowed: _narrowed, unordered: _unordered, broken: _broken, ...live } = this.#live.item;
    const { destination, from, until = from, plan, narrowed, unordered, broken, shortfall } = this.#owed;
    const { [destination]: since = from } = live.destinations;
    return {
      ...live,
      watermark: until,
      // What a backfill had delivered to it lies before its own start.
      destinations: { [destination]: Math.min(since, from) },
      ...(plan && { plan }),
      ...(narrowed !== undefined && { narrowed }),
      ...(unordered && { unordered }),
      ...(broken && { broken }),
      // Totals that live reading does not believe any more are not believed here.
      ...(shortfall && { shortfall }),
    };
  }

  note(changes: Changes<ReadingCheckpoint>): void {
    const { watermark: until } = changes;
    this.#live.note(partsOf(changes, SHARED));
    this.#replaceBy({ ...this.#owed, ...partsOf(changes, OWN), ...(until !== undefined && { until }) } as Owed);
  }

  async commit(changes: Changes<ReadingCheckpoint>): Promise<void> {
    this.note(changes);
    await this.#live.commit({});
  }

  /** Notes that what is owed begins later, because its beginning cannot be read. */
  beginAt(from: Instant): void {
    const { plan: _, until: _until, ...owed } = this.#owed;
    this.#replaceBy({ ...owed, from });
  }

  /** Notes that what is owed ends earlier, because nothing can have been delivered from behind that. */
  endAt(to: Instant): void {
    const { plan: _, ...owed } = this.#owed;
    this.#replaceBy({ ...owed, to });
  }

  /** Notes that nothing is owed any more. */
  end(): void {
    this.#noteAll(this.#others);
  }

  #replaceBy(owed: Owed): void {
    this.#noteAll([...this.#others, owed]);
    this.#owed = owed;
  }

  get #others(): readonly Owed[] {
    return (this.#live.item.owed ?? []).filter((one) => one !== this.#owed);
  }

  #noteAll(owed: readonly Owed[]): void {
    this.#live.note({ owed: owed.length > 0 ? owed : undefined });
  }
}

/** Those of some parts that are among the changes. One that is removed is among them, too. */
function partsOf<C extends object, Part extends string>(changes: C, parts: readonly Part[]): Pick<C, Part & keyof C> {
  return Object.fromEntries(Object.entries(changes).filter(([part]) => parts.includes(part as Part))) as Pick<
    C,
    Part & keyof C
  >;
}
