import { type Instant, SECOND } from '../../../functions/core/time.ts';
import { BEGIN } from './scenario-rows.ts';

/** A timeline would be endless: its last lines tell how it came to the failure. */
const MOST_LINES = 4_000;

/** What happened, in order of time, for a person to read. Telling costs time: only a seed that has failed is told. */
export class Story {
  readonly lines: string[] = [];
  readonly told: boolean;
  readonly #now: () => Instant;

  constructor(told: boolean, now: () => Instant) {
    this.told = told;
    this.#now = now;
  }

  tell(line: () => string): void {
    if (!this.told) return;
    this.lines.push(`${clock(this.#now())}  ${line()}`);
    if (this.lines.length > MOST_LINES) this.lines.shift();
  }
}

/** An instant as seconds since the beginning: short enough to compare by eye. */
export function clock(instant: Instant): string {
  const seconds = (instant - BEGIN) / SECOND;
  return `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)
    .toFixed(6)
    .replace(/\.?0+$/, '')}s`;
}
