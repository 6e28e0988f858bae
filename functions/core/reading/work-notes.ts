import type { Lease } from '../state/lease.ts';
import { DayNotes } from '../state/ledger.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { LatenessNotes } from '../stored/lateness.ts';
import type { Tally } from '../stored/tally.ts';
import type { Instant } from '../time.ts';

/** What a run has done and not yet stored: its part of the ledger, and how late events came. */
export class WorkNotes {
  readonly day: DayNotes;
  readonly lateness = new LatenessNotes();
  readonly #tally: Tally;

  constructor(tally: Tally) {
    this.day = new DayNotes(tally);
    this.#tally = tally;
  }

  /** Notes everything for the next commit. Only after a delivery: how late events came counts when they have gone out. */
  saveAll(lease: Lease<ReadingCheckpoint>, now: Instant): void {
    this.saveDay(lease, now);
    const lateness = this.lateness.take(lease.item.lateness, now);
    if (lateness) lease.note({ lateness });
  }

  /** Notes how much the run did for the next commit. That counts even if the run failed. */
  saveDay(lease: Lease<ReadingCheckpoint>, now: Instant): void {
    lease.note({ days: this.day.take(lease.item.days, this.#tally, now) });
  }
}
