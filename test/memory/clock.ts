import type { Duration, Instant } from '../../functions/core/time.ts';

interface Timer {
  readonly at: Instant;
  readonly order: number;
  readonly owner: unknown;
  wake(): void;
}

/**
 * The simulated time of a world. It stands still while code runs, and jumps to the end of the next wait when all code
 * waits, so concurrent waits end in the same order as in real time.
 */
export class MemoryClock {
  now: Instant;
  #timers: Timer[] = [];
  #order = 0;
  #scheduled = false;

  constructor(start: Instant) {
    this.now = start;
  }

  /** Moves the time forward while nothing runs, for example between two runs. */
  advance(time: Duration): void {
    this.now += Math.max(0, Math.ceil(time));
  }

  /** Resolves after this much simulated time. */
  wait(time: Duration, owner?: unknown): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.push({ at: this.now + Math.max(0, Math.ceil(time)), order: this.#order++, owner, wake: resolve });
      this.#schedule();
    });
  }

  /** Cancels the waits of an owner whose process has ended: they never resolve. */
  forget(owner: unknown): void {
    this.#timers = this.#timers.filter((timer) => timer.owner !== owner);
  }

  /** An immediate runs after all microtasks: by then all code has run until its next wait. */
  #schedule(): void {
    if (this.#scheduled || this.#timers.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const timer = this.#takeFirst();
      if (!timer) return;
      this.now = Math.max(this.now, timer.at);
      timer.wake();
      this.#schedule();
    });
  }

  #takeFirst(): Timer | undefined {
    let first = 0;
    for (const [at, timer] of this.#timers.entries()) {
      const best = this.#timers[first] as Timer;
      if (timer.at < best.at || (timer.at === best.at && timer.order < best.order)) first = at;
    }
    return this.#timers.splice(first, 1)[0];
  }
}
