import type { Run } from './run.ts';

/** What a run has to write down with its next commit: how much it did, and how late events came. */
export function noteDone(run: Run): void {
  noteDay(run);
  const { lease, lateNotes, effects } = run;
  const lateness = lateNotes.take(lease.item.lateness, effects.now());
  if (lateness) lease.note({ lateness });
}

/** How much a run did counts also when it failed; how late events came, only when they have gone out. */
export function noteDay({ lease, dayNotes, tally, effects }: Run): void {
  lease.note({ days: dayNotes.take(lease.item.days, tally, effects.now()) });
}
