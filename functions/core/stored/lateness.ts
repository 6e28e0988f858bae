import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../time.ts';

/** The upper bounds of the histogram's steps. One more step counts what is later than the last bound. */
export const LATENESS_STEPS: readonly Duration[] = [
  ...[1, 2, 5, 10, 15, 20, 30, 45].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 8, 12].map((hours) => hours * HOUR),
  ...[1, 2, 4, 7, 14].map((days) => days * DAY),
];

/** A histogram of how long after their own time events appeared, for events that appeared after their range had been read. */
export interface Lateness {
  readonly since: Instant;
  /** Number of events that were there when their range was read for the first time. */
  readonly onTime: number;
  /** Number of late events per step, and of those that were later than all steps. Zeros at the end are left out. */
  readonly late: readonly number[];
  readonly worst: Duration;
}

/** The lateness of events in a run that is not stored yet. */
export class LatenessNotes {
  #onTime = 0;
  #late: Duration[] = [];

  /** @param late undefined for an event whose range had not been read before */
  add(late: Duration | undefined): void {
    if (late === undefined) this.#onTime++;
    else this.#late.push(late);
  }

  /** Takes what was noted so far. */
  takeNew(): LatenessNotes {
    const taken = new LatenessNotes();
    taken.#onTime = this.#onTime;
    taken.#late = this.#late;
    this.#onTime = 0;
    this.#late = [];
    return taken;
  }

  /** The histogram together with what was noted, which then counts as stored. */
  take(known: Lateness | undefined, now: Instant): Lateness | undefined {
    if (this.#onTime === 0 && this.#late.length === 0) return known;
    const late = [...(known?.late ?? [])];
    for (const one of this.#late) {
      const step = LATENESS_STEPS.findIndex((most) => one <= most);
      const at = step < 0 ? LATENESS_STEPS.length : step;
      while (late.length <= at) late.push(0);
      late[at] = (late[at] as number) + 1;
    }
    const worst = this.#late.reduce((most, one) => Math.max(most, one), known?.worst ?? 0);
    const total = { since: known?.since ?? now, onTime: (known?.onTime ?? 0) + this.#onTime, late, worst };
    this.#onTime = 0;
    this.#late = [];
    return total;
  }
}

/**
 * The overlap that would have caught this share of all events: the upper bound of the step with the last of them, minus
 * `settle`, since a range is read for the first time only after that.
 */
export function overlapFor({ onTime, late, worst }: Lateness, share: number, settle: Duration): Duration {
  const total = late.reduce((sum, count) => sum + count, onTime);
  let missed = total - onTime;
  for (let step = 0; step <= LATENESS_STEPS.length; step++) {
    // The number that may be missed is rounded down: 99.9 % of ten events means all ten.
    if (missed <= total * (1 - share) + 1e-9)
      return step === 0 ? 0 : Math.max(0, (LATENESS_STEPS[step - 1] as Duration) - settle);
    missed -= late[step] ?? 0;
  }
  return Math.max(0, worst - settle);
}
