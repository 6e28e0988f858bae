import { hash, share } from '../../random.ts';

/** The stage of a thing of the inventory. After it was deleted, its slot is reused by a new thing: the next life. */
export interface Stage {
  readonly life: number;
  /** Number of changes in this life. */
  readonly revision: number;
  /** Whether it is deleted; the next life begins with another id. */
  readonly isGone: boolean;
  /** When this life began, in milliseconds; undefined for a thing that was always there. */
  readonly bornAt?: number;
}

/** How the inventory changes over time. */
export interface Drift {
  readonly seed: number;
  /** Average minutes between two changes of a thing; 0 is never. */
  readonly driftMinutes: number;
}

const MINUTE_MS = 60_000;
/** Nothing changes before this time. */
const FIRST_CHANGE = Date.parse('2025-01-01T00:00:00Z');
/** A thing is created, changes six times, and then is deleted for one more step. */
const STEPS_OF_LIFE = 8;

/** Computes the stage of a thing: it is always the same at the same time. */
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

/** How often an attribute has changed: each change of a thing changes one of its attributes, in turn. */
export function turnOf({ revision }: Stage, attribute: number, attributes: number): number {
  return Math.floor((revision + attributes - 1 - attribute) / attributes);
}

/** The value of an attribute after some changes: never the same value twice in a row. */
export function choiceOf<T>(values: readonly T[], slot: number, life: number, turn: number): T {
  return values[(hash(slot, life) + turn) % values.length] as T;
}
