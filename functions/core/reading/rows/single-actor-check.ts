import { HOUR, type Instant } from '../../time.ts';

/** A log with this many events over this time, all by one person, is not that of a company. */
const ENOUGH_EVENTS = 20;
const LONG_ENOUGH = 12 * HOUR;

/** Checks whether all events of a run have the same actor: weak credentials may see only the log of one person. */
export class SingleActorCheck {
  #who: string | undefined;
  #several = false;
  #events = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  observe(actor: string | undefined, time: Instant | undefined): void {
    if (actor === undefined || time === undefined) return;
    this.#who ??= actor;
    this.#several ||= actor !== this.#who;
    this.#events++;
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
  }

  get severalActors(): boolean {
    return this.#several;
  }

  /** Whether enough events over a long time had one actor only. */
  get onlyOneActor(): boolean {
    return !this.#several && this.#events >= ENOUGH_EVENTS && this.#last - this.#first >= LONG_ENOUGH;
  }
}
