import { cut, plain, widthOf } from '../../screen/fit.ts';
import { clearStatusLine, statusLine, tell } from '../terminal.ts';
import { type Part, ProgressCount } from './progress-count.ts';

/** Nothing is shown of what is over sooner. */
const PATIENCE_MS = 2_000;
const REDRAW_MS = 1_000;
/** Without a terminal, a line for each is enough. */
const LINE_MS = 10_000;
const BAR = 20;

/** Shows how far some work is. */
export interface Progress {
  note(name: string, part: Part): void;
  end(): void;
}

/** For work whose result is for a program. */
export const SILENT: Progress = { note: () => undefined, end: () => undefined };

export interface ProgressOptions {
  /** What is done, such as `verify`. */
  readonly title: string;
  /** What is counted. */
  readonly unit?: string;
  /** Number of its parts. */
  readonly parts: number;
  /** Whether the result is for a program: then nothing is shown. */
  readonly json: boolean;
}

/** Shows the progress of work on stderr if it takes longer than two seconds: in place on a terminal, otherwise a line every ten seconds. */
export function showProgress({ title, unit = 'events', parts, json }: ProgressOptions): Progress {
  if (json) return SILENT;
  const startedAt = Date.now();
  const count = new ProgressCount({ title, unit, parts }, startedAt);
  const isDrawn = process.stderr.isTTY && process.env.TERM !== 'dumb';
  const draw = () => {
    const now = Date.now();
    if (now - startedAt < PATIENCE_MS) return;
    if (!isDrawn) return tell(count.text(now));
    // A line that is as wide as the terminal could reach the next one.
    const width = (process.stderr.columns || 80) - 1;
    const whole = plain(count.text(now, BAR));
    statusLine(widthOf(whole) <= width ? whole : cut(plain(count.text(now)), width));
  };
  const timer = setInterval(draw, isDrawn ? REDRAW_MS : LINE_MS);
  // What has ended must not wait for this.
  timer.unref();
  return {
    note: (name, part) => count.note(name, part, Date.now()),
    end() {
      clearInterval(timer);
      clearStatusLine();
    },
  };
}
