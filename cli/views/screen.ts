import type { WriteStream } from 'node:tty';

/** A part of the terminal that is redrawn in place. */
export class Screen {
  readonly #stream: WriteStream;
  #drawn = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  get columns(): number {
    return this.#stream.columns || 100;
  }

  get rows(): number {
    return this.#stream.rows || 30;
  }

  /** Replaces the lines drawn before. One write, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    this.#stream.write(`\r${up}${lines.map((line) => `\x1b[2K${line}\n`).join('')}\x1b[J`);
    this.#drawn = lines.length;
  }
}
