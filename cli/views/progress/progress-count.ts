import { formatDuration, SECOND } from '../../../functions/core/time.ts';
import { sayNumber } from '../columns.ts';

/** A part of some work: a feed, for example. */
export interface Part {
  /** How much of it is done, from 0 to 1, if its whole is known. */
  readonly share?: number;
  /** What has come since the last note. */
  readonly added?: number;
  /** What it does instead of going on: `waits until 14:05:09`. */
  readonly waits?: string | undefined;
}

interface Known {
  readonly share: number | undefined;
  readonly waits: string | undefined;
}

/** Counts what is done of some work, and says how fast it is and how long it will take. */
export class ProgressCount {
  readonly #title: string;
  readonly #unit: string;
  readonly #parts: number;
  readonly #startedAt: number;
  readonly #known = new Map<string, Known>();
  /** Times, and what was done by then: the speed is that between the first and the last. */
  readonly #shares: { readonly at: number; readonly share: number }[] = [];
  #added = 0;

  /** @param parts number of parts; those that have said nothing yet are not begun */
  constructor({ title, unit, parts }: { title: string; unit: string; parts: number }, startedAt: number) {
    this.#title = title;
    this.#unit = unit;
    this.#parts = parts;
    this.#startedAt = startedAt;
  }

  note(name: string, { share, added = 0, waits }: Part, now: number): void {
    this.#known.set(name, { share, waits });
    this.#added += added;
    const all = this.#share();
    if (all !== undefined) this.#shares.push({ at: now, share: all });
  }

  /** @param width cells of a bar; none without it */
  text(now: number, width = 0): string {
    const elapsed = now - this.#startedAt;
    const share = this.#share();
    const left = this.#left(now);
    const perSecond = (this.#added * 1_000) / Math.max(elapsed, 1);
    return [
      this.#title,
      ...(share === undefined ? [] : [`${bar(share, width)}${Math.floor(share * 100)} %`]),
      ...(this.#added > 0 ? [`${sayNumber(this.#added)} ${this.#unit}`, `${rateText(perSecond)} a second`] : []),
      left === undefined ? `${lengthText(elapsed)} so far` : `about ${lengthText(left)} left`,
      ...this.#waiting(),
    ].join('  ');
  }

  #share(): number | undefined {
    const shares = [...this.#known.values()].map(({ share }) => share);
    if (shares.every((share) => share === undefined)) return undefined;
    return shares.reduce<number>((sum, share = 0) => sum + share, 0) / Math.max(this.#parts, 1);
  }

  #left(now: number): number | undefined {
    const [first, last] = [this.#shares[0], this.#shares.at(-1)];
    if (!first || !last) return undefined;
    // Before the first note nothing is known of what was done before: an interrupted job goes on where it was.
    const gained = last.share - first.share;
    if (gained <= 0) return undefined;
    return Math.max(0, ((1 - last.share) * (last.at - first.at)) / gained - (now - last.at));
  }

  #waiting(): string[] {
    const waiting = [...this.#known].flatMap(([name, { waits }]) => (waits === undefined ? [] : [`${name} ${waits}`]));
    const [first] = waiting;
    if (first === undefined) return [];
    return [waiting.length === 1 ? first : `${first} and ${waiting.length - 1} more`];
  }
}

function bar(share: number, width: number): string {
  if (width < 1) return '';
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} `;
}

function rateText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : sayNumber(Math.round(perSecond));
}

/** Whole seconds: a tenth of one tells nothing here. */
function lengthText(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1_000));
  return seconds < 10 ? `${seconds}s` : formatDuration(seconds * SECOND);
}
