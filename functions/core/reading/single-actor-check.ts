import { HOUR, type Instant } from '../time.ts';

/** So many events over so long, all by one person, are no company's log. */
const ENOUGH_EVENTS = 20;
const LONG_ENOUGH = 12 * HOUR;

/** Listens who acts in the events of a run: a log of one person only may be all that weak credentials get to see. */
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

  /** Whether a long stretch of events had one actor only. */
  get onlyOneActor(): boolean {
    return !this.#several && this.#events >= ENOUGH_EVENTS && this.#last - this.#first >= LONG_ENOUGH;
  }
}
