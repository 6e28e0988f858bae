import type { Effects } from '../effects.ts';
import { toldName } from '../events/unknown/told-name.ts';
import { UnknownNames } from '../events/unknown/unknown-names.ts';
import type { Feed } from '../model.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import { DayNotes } from '../state/ledger.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { MOST_UNKNOWN_NAMES, type UnknownName } from '../stored/findings/unknown-name.ts';
import { LatenessNotes } from '../stored/lateness.ts';
import type { Tally } from '../stored/tally.ts';
import type { Instant } from '../time.ts';

/** The work of a run that is not stored yet: its part of the ledger, the lateness of events, and names that the mapping does not know. */
export class WorkNotes {
  readonly day: DayNotes;
  readonly lateness = new LatenessNotes();
  readonly unknown: UnknownNames;
  readonly #tally: Tally;
  readonly #tell: (one: UnknownName) => void;

  /** @param known the unknown names that were told before */
  constructor(
    { effects, feed }: { readonly effects: Effects; readonly feed: Feed },
    tally: Tally,
    known: readonly UnknownName[],
  ) {
    this.day = new DayNotes(tally, effects.code());
    this.unknown = new UnknownNames(feed.stream, known);
    this.#tally = tally;
    this.#tell = (one) => tellUnknown(effects, feed, one);
  }

  /**
   * Notes the run's counts and the lateness of delivered events for the next commit.
   *
   * @param delivered the lateness of events that are delivered by now: that of others must not count
   */
  save(lease: HeldCheckpoint<ReadingCheckpoint>, delivered: LatenessNotes, now: Instant): void {
    this.saveDay(lease, now);
    const lateness = delivered.take(lease.item.lateness, now);
    if (lateness) lease.note({ lateness });
  }

  /** Notes the run's counts for the next commit. They count even if the run failed. */
  saveDay(lease: HeldCheckpoint<ReadingCheckpoint>, now: Instant): void {
    lease.note({ days: this.day.take(lease.item.days, this.#tally, now) });
    const unknown = this.unknown.takeNew();
    if (!unknown) return;
    // Told once: they are in the same write as the run's other work.
    lease.note({ unknown: unknown.all });
    unknown.fresh.forEach(this.#tell);
    if (unknown.all.length >= MOST_UNKNOWN_NAMES) this.#tell(NO_MORE);
  }
}

/** Stands for all names after the last one that is kept. */
const NO_MORE: UnknownName = { kind: 'event', name: '', shape: '', at: 0 };

function tellUnknown(effects: Effects, feed: Feed, one: UnknownName): void {
  if (one === NO_MORE) {
    const why = `${MOST_UNKNOWN_NAMES} names that the mapping does not know are kept; no further ones are told.`;
    effects.log('warn', why, { feed: feed.name });
    return;
  }
  const told = toldName(feed.stream, one);
  if (!told) return;
  const { kind, name, shape, file, line } = told;
  const message = `The vendor sends a new ${kind}: ${name}. It is delivered. To map it, add to ${file}: ${line}`;
  effects.log('warn', message, { feed: feed.name, shape });
}
