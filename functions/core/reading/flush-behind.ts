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
 * Begins to deliver what was collected, and lets the run read on. The position counts when this flush and all before it are
 * delivered and remembered: this order makes a crash harmless. Until a commit is due it is only noted for the next one: what is
 * remembered is not delivered again when it is read again.
 *
 * @param changes committed together with the position, even if no commit is due
 */
export async function flushBehind(run: Run, changes?: Position): Promise<void> {
  const { progress, lease, effects } = run;
  const save = saveNotes(run);
  const isDue = progress.commitDue(effects.now(), 1) || changes !== undefined;
  const position = { ...progress.takePosition(), ...changes };
  await beginDelivery(run, async () => {
    await save();
    lease.note(withClaims(run, position));
    if (isDue) await lease.commit({});
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
