import {
  type Duration,
  floorTo,
  HOUR,
  type Instant,
  MILLISECOND,
  MINUTE,
  SECOND,
} from '../../../functions/core/time.ts';
import type { Dice } from '../dice.ts';

/** When every simulation begins. */
export const BEGIN: Instant = Date.UTC(2026, 2, 2, 12) * MILLISECOND;

/** A record of the vendor's, and from when to when requests find it. */
export interface PlannedRow {
  readonly name: string;
  readonly time: Instant;
  /** True time. */
  readonly visibleAt: Instant;
  /** It is a session, and ended then: two events. */
  readonly end?: Instant;
  /** The vendor writes it anew then, with other content. */
  readonly changesAt?: Instant;
  /** What it shows for a time instead. */
  readonly date?: string | null;
  /** No body that holds it can be read. */
  readonly poison?: boolean;
}

/** What the rows of a scenario hang on. */
export interface RowPlan {
  readonly precision: Duration;
  readonly settle: Duration;
  readonly overlap: Duration;
  /** The vendor's clock less the true one: its stamps follow it. */
  readonly clockOffset: Duration;
  readonly end: Instant;
  /** Whether records may be written anew: with offsets, that would hide others. */
  readonly changes: boolean;
  readonly sessions: boolean;
}

/** Records in clusters: alone, at the same instant, one step apart, equal to one another, late, changing, without a time. */
export function planRows(dice: Dice, plan: RowPlan): PlannedRow[] {
  const rows: PlannedRow[] = [];
  const backlogOnly = dice.chance(0.25);
  const [first, last] = [BEGIN - HOUR, backlogOnly ? BEGIN - MINUTE : plan.end];
  const clusters = dice.int(2, 14);
  const lateness = dice.pick([0, 0.2, 0.6]);
  const equality = dice.pick([0, 0.3, 0.7]);
  for (let cluster = 0; cluster < clusters; cluster++) {
    // Runs begin at whole seconds, and so windows end there: rows often lie exactly on a bound.
    const step = dice.chance(0.6) ? SECOND : plan.precision;
    const base = floorTo(first + dice.random() * (last - first), Math.max(step, plan.precision));
    const size = dice.pick([1, 1, 2, 3, 6]);
    for (let at = 0; at < size; at++) {
      const time = base + dice.pick([0, 0, 0, 1, -1, 2]) * plan.precision;
      const one = planRow(dice, plan, { name: `e${rows.length}`, time, lateness });
      rows.push(one);
      if (one.changesAt !== undefined || !dice.chance(equality)) continue;
      for (let twin = dice.int(1, 2); twin > 0; twin--) {
        rows.push({ ...one, visibleAt: one.time - plan.clockOffset + drawDelay(dice, plan, lateness) });
      }
    }
  }
  return rows;
}

interface RowStart {
  readonly name: string;
  readonly time: Instant;
  /** Probability that requests find it only later. */
  readonly lateness: number;
}

function planRow(dice: Dice, plan: RowPlan, { name, time, lateness }: RowStart): PlannedRow {
  // Stamps are the vendor's, visibility is true time.
  const visibleAt = time - plan.clockOffset + drawDelay(dice, plan, lateness);
  const changesAt = dice.maybe(plan.changes ? 0.04 : 0, () => visibleAt + dice.int(1, 40) * MINUTE);
  // Some end where a window may end too.
  const end = plan.sessions ? time + dice.pick([0, 1, 2, dice.int(0, 90_000)]) * plan.precision : undefined;
  const date = dice.maybe(plan.sessions ? 0 : 0.05, () => dice.pick([null, 'yesterday', '0001-01-01T00:00:00Z']));
  return {
    name,
    time,
    visibleAt,
    ...(end !== undefined && { end }),
    ...(changesAt !== undefined && { changesAt }),
    ...(date !== undefined && { date }),
  };
}

/** How long after its time a row can be found: in time, late as promised (to the very end), or later. */
function drawDelay(dice: Dice, { settle, overlap }: RowPlan, lateness: number): Duration {
  if (!dice.chance(lateness)) return Math.floor(dice.pick([0, dice.random(), 1]) * settle);
  if (dice.chance(0.1)) return settle + overlap + dice.int(1, 60) * MINUTE;
  return settle + Math.floor(dice.pick([dice.random(), dice.random(), 1]) * overlap);
}
