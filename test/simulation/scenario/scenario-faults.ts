import { type Duration, HOUR, type Instant, MILLISECOND, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { Dice } from '../dice.ts';
import { BEGIN } from './scenario-rows.ts';

/** How often, of all effects of a kind, something goes wrong with one. */
export interface Rates {
  readonly network: number;
  readonly throttled: number;
  readonly serverError: number;
  readonly cutBody: number;
  readonly html: number;
  readonly slow: number;
  readonly lostCommit: number;
  /** A write of the checkpoint that times out and happens later. */
  readonly lateCommit: number;
  readonly lostRead: number;
  readonly lostRemember: number;
  readonly lostPut: number;
  /** A put that times out and is accepted later. */
  readonly latePut: number;
  readonly refusedRecord: number;
  /** Firehose takes no record of a call. */
  readonly throttledPut: number;
  /** The vendor announces another number of rows than it has. */
  readonly wrongTotal: number;
  /** A page links back to an earlier one. */
  readonly circle: number;
}

/** Clocks that are off by hours, each less the true time. Never two of them at once: they could agree. */
export interface WrongClocks {
  readonly ours?: Duration;
  readonly table?: Duration;
  /** Only in the vendor's Date, as a cache has it: its records keep their times. */
  readonly date?: Duration;
}

/** A worker that dies at its n-th effect, or hangs there. */
export interface PlannedRun {
  readonly at: Instant;
  readonly budget: Duration;
  readonly clockOffset: Duration;
  readonly crash?: { readonly at: number; readonly how: 'crash-before' | 'crash-midway' | 'crash-after' };
  readonly freeze?: { readonly at: number; readonly time: Duration };
  readonly stopAfter?: Duration;
  readonly wrong?: WrongClocks;
}

/** What the runs of a scenario depend on. */
export interface RunPlan {
  readonly count: number;
  readonly every: Duration;
  /** Whether no worker dies or hangs. */
  readonly calm: boolean;
  /** Whether the vendor sends its time with each answer, which corrects a worker's clock. */
  readonly dates: boolean;
}

/** When workers begin, how long they may live, and which of them die or hang. */
export function drawRuns(dice: Dice, { count, every, calm, dates }: RunPlan): PlannedRun[] {
  const outage = dice.maybe(0.15, () => ({ after: dice.int(1, count), time: dice.int(10, 90) * MINUTE }));
  const [shortest, longest] = dice.pick([
    [5, 20],
    [20, 60],
    [60, 600],
  ] as const);
  const [crashes, freezes] = calm
    ? [0, 0]
    : dice.pick([
        [0, 0],
        [0.3, 0],
        [0.7, 0],
        [0.2, 0.3],
      ] as const);
  const runs: PlannedRun[] = [];
  for (let at = 0; at < count; at++) {
    const shift = outage && at >= outage.after ? outage.time : 0;
    // A second worker now and then, at once or in the middle of the first one's work.
    for (const late of dice.chance(0.15) ? [0, dice.pick([0, dice.int(1, 30_000) * MILLISECOND])] : [0]) {
      const crash = dice.chance(crashes) && {
        at: dice.int(1, 60),
        how: dice.pick(['crash-before', 'crash-midway', 'crash-after'] as const),
      };
      const freeze = dice.chance(freezes) && { at: dice.int(4, 40), time: dice.int(1, 20) * MINUTE };
      const stopAfter = dice.maybe(0.05, () => dice.int(100, 20_000) * MILLISECOND);
      runs.push({
        at: BEGIN + at * every + shift + late,
        budget: dice.int(shortest, longest) * SECOND,
        clockOffset: dates && dice.chance(0.1) ? dice.pick([-SECOND, SECOND]) : 0,
        ...(crash && { crash }),
        ...(freeze && { freeze }),
        ...(stopAfter !== undefined && { stopAfter }),
      });
    }
  }
  return runs;
}

const KINDS: readonly (keyof Rates)[] = [
  'network',
  'throttled',
  'serverError',
  'cutBody',
  'html',
  'slow',
  'lostCommit',
  'lateCommit',
  'lostRead',
  'lostRemember',
  'lostPut',
  'latePut',
  'refusedRecord',
];

/** Some kinds of faults, each rare or frequent. A poisoned record is told from a broken line by its being alone. */
export function drawRates(dice: Dice, poison: boolean): Partial<Rates> {
  const share = dice.pick([0.1, 0.3, 0.6]);
  const kinds = KINDS.filter((kind) => dice.chance(share) && !(poison && kind === 'cutBody'));
  return Object.fromEntries(kinds.map((kind) => [kind, dice.pick([0.02, 0.1, 0.3])]));
}

/** Kinds that came later have dice of their own: seeds that broke a promise before stay what they were. */
export function drawLaterRates(dice: Dice): Partial<Rates> {
  const kinds = (['throttledPut', 'wrongTotal', 'circle'] as const).filter(() => dice.chance(0.15));
  return Object.fromEntries(kinds.map((kind) => [kind, dice.pick([0.02, 0.1, 0.3])]));
}

/** Now and then one clock is off by hours, for one run or for all. @param dates whether the vendor sends its time, and that is the time of its records */
export function withWrongClocks(dice: Dice, runs: readonly PlannedRun[], dates: boolean): PlannedRun[] {
  if (!dice.chance(0.2)) return [...runs];
  const off = dice.pick([-48, -20, 20, 48]) * HOUR;
  const wrong = dice.pick<WrongClocks>([
    { ours: off },
    { ours: off },
    { table: off },
    dates ? { date: off } : { ours: off },
  ]);
  const only = dice.chance(0.6) ? dice.int(0, runs.length - 1) : undefined;
  // If the table is wrong and our clock is a second ahead, as the vendor's may be, no clock shows the time.
  const most = wrong.table === undefined ? Number.POSITIVE_INFINITY : 0;
  return runs.map((run, at) =>
    only === undefined || at === only ? { ...run, wrong, clockOffset: Math.min(run.clockOffset, most) } : run,
  );
}
