import type { Duration, Instant } from '../../functions/core/time.ts';

interface Timer {
  readonly at: Instant;
  readonly order: number;
  readonly owner: unknown;
  wake(): void;
}

/**
 * Simulated time, the one truth of a world. It stands still while code runs and jumps to the next thing that is waited for
 * when nothing else can go on, so concurrent waits end in the order in which they would in real time.
 */
export class MemoryClock {
  now: Instant;
  #timers: Timer[] = [];
  #order = 0;
  #scheduled = false;

  constructor(start: Instant) {
    this.now = start;
  }

  /** Moves time on while nothing runs, as between two runs. */
  advance(time: Duration): void {
    this.now += Math.max(0, Math.ceil(time));
  }

  /** Resolves when so much simulated time has gone by. */
  wait(time: Duration, owner?: unknown): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.push({ at: this.now + Math.max(0, Math.ceil(time)), order: this.#order++, owner, wake: resolve });
      this.#schedule();
    });
  }

  /** What an owner still waits for never comes: its process is over, and time does not pass for its sake. */
  forget(owner: unknown): void {
    this.#timers = this.#timers.filter((timer) => timer.owner !== owner);
  }

  /** An immediate comes after all microtasks: by then every piece of code that can run has run as far as it can. */
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
