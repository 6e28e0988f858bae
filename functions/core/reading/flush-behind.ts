import { beginDelivery } from '../delivery/deliver-outgoing.ts';
import { longestOverlap } from './plan.ts';
import type { Position } from './progress.ts';
import type { Run } from './run.ts';

/** Delivers what was collected, waits for that, and commits the position together with these changes. */
export async function commitPosition(run: Run, changes: Position): Promise<void> {
  await flushBehind(run, changes);
  await run.deliveries.finish();
}

/**
 * Begins to deliver what was collected, and lets the run read on. The position is committed when this flush and all before it are
 * delivered and remembered: this order makes a crash harmless. Not each flush needs a commit: what is remembered is not delivered
 * again when it is read again.
 *
 * @param changes committed together with the position. Without them, the position is committed only when a commit is due
 */
export async function flushBehind(run: Run, changes?: Position): Promise<void> {
  const { progress, lease, effects } = run;
  const save = saveNotes(run);
  const isDue = progress.commitDue(effects.now(), 1) || changes !== undefined;
  const position = isDue ? { ...progress.takePosition(), ...changes } : undefined;
  await beginDelivery(run, async () => {
    await save();
    if (position) await lease.commit(withClaims(run, position));
  });
}

/**
 * Takes the notes about what was collected so far, since notes that come later are about later flushes. Returns the step that saves
 * them after the delivery.
 */
export function saveNotes({ notes, observers, lease, effects }: Run): () => Promise<void> {
  const { lateness } = notes;
  const taken = lateness.takeNew();
  const saveOngoing = observers.ongoing.takeNew();
  return async () => {
    await saveOngoing();
    notes.save(lease, taken, effects.now());
  };
}

/** Adds the claims on sign-ins. They are taken when they are written, since others may have been written meanwhile. */
export function withClaims({ feed, observers }: Run, position: Position): Position {
  const { marks } = observers;
  if (!marks.changed || position.watermark === undefined) return position;
  return { ...position, claims: marks.claimsSince(position.watermark - longestOverlap(feed)) };
}
