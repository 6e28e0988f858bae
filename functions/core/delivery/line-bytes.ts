/** Size of a block. A longer line has a block of its own. */
export const BLOCK_BYTES = 256 * 1024;
const NEWLINE = 10;

/** A line as bytes, with the newline that ends it. */
export interface LineBytes {
  readonly block: Buffer;
  readonly from: number;
  readonly to: number;
}

/**
 * Blocks of bytes that are used again and again. Bytes outside of the heap are not freed before the garbage collector has gone
 * through all of it: with new ones for each flush, a long backlog would take several times the memory.
 */
export class Blocks {
  #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }

  giveBack(blocks: readonly Buffer[]): void {
    this.#free.push(...blocks);
  }
}

/**
 * Lines that wait for their delivery, one after the other. As texts they would take more memory: the garbage collector keeps what
 * waits for long in a part of the heap that it seldom goes through, and with a piece of a page it keeps the whole page.
 */
export class WaitingLines {
  readonly #blocks: Blocks;
  #used: Buffer[] = [];
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  add(text: string): LineBytes {
    // UTF-8 takes three bytes a character at most, so that most lines need no counting.
    const fits = text.length * 3 < this.#block.length - this.#at;
    const size = fits ? 0 : Buffer.byteLength(text) + 1;
    if (size > BLOCK_BYTES) return write(text, Buffer.allocUnsafeSlow(size), 0);
    if (size > this.#block.length - this.#at) {
      this.#block = this.#blocks.take();
      this.#used.push(this.#block);
      this.#at = 0;
    }
    const line = write(text, this.#block, this.#at);
    this.#at = line.to;
    return line;
  }

  /** Gives the blocks to lines that come later. Nobody may read these lines any more. */
  release(): void {
    this.#blocks.giveBack(this.#used);
    this.#used = [];
    this.#block = Buffer.alloc(0);
    this.#at = 0;
  }
}

function write(text: string, block: Buffer, from: number): LineBytes {
  const end = from + block.write(text, from);
  block[end] = NEWLINE;
  return { block, from, to: end + 1 };
}
