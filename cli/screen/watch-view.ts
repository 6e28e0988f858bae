import { drawKeyLine } from '../screen/key-line.ts';
import { EMPTY, edgeToEdge, fill, type Line, type Size, span } from '../screen/line.ts';
import type { Play } from '../screen/stage.ts';
import { linesOfText } from '../screen/text-lines.ts';

/** What is looked at again and again. */
export interface Watched {
  /** Its text, for the present width of the terminal. */
  text(): string;
  /** When it was last looked at, and what went wrong since then. */
  readonly lookedAt: Date | undefined;
  readonly problem: string | undefined;
  readonly everyMs: number;
}

/** Lines for the head, the keys, and a blank after and before what is between. */
const AROUND = 4;

/** A text of a command, drawn anew whenever it changes. */
export class WatchView implements Play {
  readonly title: string;
  readonly #watched: () => Watched;
  readonly #quit: () => void;
  #first = 0;
  #all = 0;
  #rows = 0;

  constructor(title: string, watched: () => Watched, quit: () => void) {
    this.title = title;
    this.#watched = watched;
    this.#quit = quit;
  }

  draw(size: Size): readonly Line[] {
    const { columns, rows } = size;
    const watched = this.#watched();
    const lines = watched.lookedAt ? linesOfText(watched.text(), columns) : [];
    this.#rows = rows - AROUND;
    this.#all = lines.length;
    this.#first = Math.max(0, Math.min(this.#first, this.#all - this.#rows));
    const seen = lines.slice(this.#first, this.#first + this.#rows);
    const blanks = Array.from({ length: this.#rows - seen.length }, () => EMPTY);
    const place = this.#all > this.#rows ? `lines ${this.#first + 1}–${this.#first + seen.length} of ${this.#all}` : '';
    const keys = drawKeyLine(
      [
        ['↑↓', 'scroll'],
        ['q', 'quit'],
      ],
      place,
      columns,
    );
    return fill([this.#drawHead(watched, columns), EMPTY, ...seen, ...blanks, EMPTY, keys], size);
  }

  #drawHead({ lookedAt, problem, everyMs }: Watched, columns: number): Line {
    const state = problem ?? (lookedAt ? '' : 'looking …');
    const left = [span(this.title, 'title'), span(`  ${state}`, problem === undefined ? 'dim' : 'bad')];
    const time = lookedAt?.toTimeString().slice(0, 8) ?? '';
    return edgeToEdge(left, [span(`every ${everyMs / 1_000}s  ${time}`.trimEnd(), 'dim')], columns);
  }

  onKey(key: string): void {
    const steps: Readonly<Record<string, number>> = {
      upArrow: -1,
      k: -1,
      downArrow: 1,
      j: 1,
      pageUp: -this.#rows,
      pageDown: this.#rows,
      ' ': this.#rows,
      home: -this.#all,
      end: this.#all,
    };
    if (key === 'q' || key === 'ctrl-c') this.#quit();
    else if (Object.hasOwn(steps, key)) {
      const last = Math.max(0, this.#all - this.#rows);
      this.#first = Math.max(0, Math.min(this.#first + (steps[key] ?? 0), last));
    }
  }
}
