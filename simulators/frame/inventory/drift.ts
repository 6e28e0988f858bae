import { hash, share } from '../../random.ts';

/** How far a thing of the inventory has come: in which life it is, and how often it has changed in that life. */
export interface Stage {
  readonly life: number;
  readonly revision: number;
  /** Deleted: the next life begins with another id. */
  readonly isGone: boolean;
  /** When this life began, in milliseconds; none for a thing that was always there. */
  readonly bornAt?: number;
}

/** How the inventory changes by itself. */
export interface Drift {
  readonly seed: number;
  /** Each thing changes about so often; 0 is never. */
  readonly driftMinutes: number;
}

const MINUTE_MS = 60_000;
/** Nothing changes before this time. */
const FIRST_CHANGE = Date.parse('2025-01-01T00:00:00Z');
/** A life has six changes after its beginning, and then the thing is gone for as long as one more would have taken. */
const STEPS_OF_LIFE = 8;

/** Computed, never stored: the same thing at the same time is always at the same stage. */
export function stageAt(time: number, { seed, driftMinutes }: Drift, slot: number, isLasting: boolean): Stage {
  if (driftMinutes <= 0) return { life: 0, revision: 0, isGone: false };
  const period = driftMinutes * MINUTE_MS * (0.5 + share(seed, slot, 51));
  const phase = period * STEPS_OF_LIFE * share(seed, slot, 52);
  const step = Math.max(0, Math.floor((time - FIRST_CHANGE + phase) / period));
  if (isLasting) return { life: 0, revision: step, isGone: false };
  const life = Math.floor(step / STEPS_OF_LIFE);
  const revision = step % STEPS_OF_LIFE;
  const bornAt = FIRST_CHANGE + life * STEPS_OF_LIFE * period - phase;
  return { life, revision, isGone: revision === STEPS_OF_LIFE - 1, bornAt };
}

/** Which value an attribute has: each change of a thing touches one of its attributes, in turns. */
export function turnOf({ revision }: Stage, attribute: number, attributes: number): number {
  return Math.floor((revision + attributes - 1 - attribute) / attributes);
}

/** One of several values for an attribute: never the same one twice in a row. */
export function choiceOf<T>(values: readonly T[], slot: number, life: number, turn: number): T {
  return values[(hash(slot, life) + turn) % values.length] as T;
}
