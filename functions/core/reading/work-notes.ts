import type { HeldCheckpoint } from '../state/lease.ts';
import { DayNotes } from '../state/ledger.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { LatenessNotes } from '../stored/lateness.ts';
import type { Tally } from '../stored/tally.ts';
import type { Instant } from '../time.ts';

/** The work of a run that is not stored yet: its part of the ledger, and the lateness of events. */
export class WorkNotes {
  readonly day: DayNotes;
  readonly lateness = new LatenessNotes();
  readonly #tally: Tally;

  /** @param code the version of the program, with the hash of its code */
  constructor(tally: Tally, code: string | undefined) {
    this.day = new DayNotes(tally, code);
    this.#tally = tally;
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
  }
}
