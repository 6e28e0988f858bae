import { CsvError, type Options, parse } from 'csv-parse/sync';
import { UnreadableError } from '../../../core/errors.ts';

/** A line of CSV, or several if a quoted cell has line breaks: its cells, or its text if it is no row. */
export type CsvLine = ({ readonly cells: readonly string[] } | { readonly broken: string }) & {
  /** Whether a line end follows, and not the end of the text. */
  readonly ended: boolean;
};

/** Whether these cells can be a row. They are doubtful in a line with misplaced quotes, and after a line that was no row. */
export type IsRow = (cells: readonly string[], doubtful: boolean) => boolean;

/** Maximum number of broken lines before the text is given up. A page has a hundred rows. */
const MAX_BROKEN_LINES = 1_000;

const RULES: Options = { record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, skip_empty_lines: true };
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Thrown to end the parsing early. */
const STOP = new Error('stop');

/**
 * Reads CSV line by line, so that a mistake in quoting spoils its own line only. csv-parse reads by the rules as far as it can. If
 * it cannot go on, one line is read by itself, and csv-parse goes on after that line.
 */
export class CsvText {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(text: string) {
    this.#bytes = new TextEncoder().encode(text);
  }

  /** The first line. Undefined if there is no line, or the first one is not CSV. */
  header(): CsvLine | undefined {
    let header: CsvLine | undefined;
    this.#read((cells, end) => {
      if (header) return false;
      header = { cells, ended: this.#isEnded(end) };
      return true;
    });
    return header;
  }

  /** The remaining lines. Throws for a text that ends inside of quotes: it was cut off. */
  rows(isRow: IsRow): CsvLine[] {
    const lines: CsvLine[] = [];
    let broken = 0;
    let doubtful = false;
    for (;;) {
      const stopped = this.#read((cells, end) => {
        if (!isRow(cells, doubtful)) return false;
        doubtful = false;
        lines.push({ cells, ended: this.#isEnded(end) });
        return true;
      });
      if (stopped === 'at its end') return lines;
      if (stopped === 'inside of quotes') throw new UnreadableError('the CSV ends in the middle of a quoted cell');
      const { text, cells, ended } = this.#takeLine();
      doubtful = !cells || !isRow(cells, true);
      lines.push(cells && !doubtful ? { cells, ended } : { broken: text, ended });
      if (doubtful && ++broken > MAX_BROKEN_LINES)
        throw new UnreadableError(`more than ${MAX_BROKEN_LINES} lines of the CSV cannot be read`);
    }
  }

  /** Reads by the rules until `take` refuses a line. Returns where it stopped. */
  #read(take: (cells: string[], end: number) => boolean): 'at its end' | 'inside of quotes' | 'at a line' {
    const from = this.#at;
    try {
      const on_record = (cells: string[], { bytes }: { readonly bytes: number }) => {
        if (!isBlank(cells) && !take(cells, from + bytes)) throw STOP;
        this.#at = from + bytes;
        return null;
      };
      parse(this.#bytes.subarray(from), { ...RULES, on_record });
      return 'at its end';
    } catch (thrown) {
      if (thrown === STOP) return 'at a line';
      if (!(thrown instanceof CsvError)) throw thrown;
      return thrown.code === 'CSV_QUOTE_NOT_CLOSED' ? 'inside of quotes' : 'at a line';
    }
  }

  /** Reads the next line that is not empty by itself. It has cells unless its quotes prevent that. */
  #takeLine(): { readonly text: string; readonly cells?: readonly string[]; readonly ended: boolean } {
    while (this.#isLineEnd(this.#at)) this.#at++;
    const start = this.#at;
    while (this.#at < this.#bytes.length && !this.#isLineEnd(this.#at)) this.#at++;
    // Only at the beginning of an answer is a byte order mark dropped.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#bytes.subarray(start, this.#at));
    const ended = this.#at < this.#bytes.length;
    try {
      const [cells] = parse(text, { ...RULES, relax_quotes: true });
      return { text, ended, ...(cells && { cells }) };
    } catch {
      return { text, ended };
    }
  }

  #isEnded(end: number): boolean {
    return this.#isLineEnd(end - 1);
  }

  #isLineEnd(at: number): boolean {
    return this.#bytes[at] === LINE_FEED || this.#bytes[at] === CARRIAGE_RETURN;
  }
}

function isBlank(cells: readonly string[]): boolean {
  return cells.length === 1 && cells[0]?.trim() === '';
}
