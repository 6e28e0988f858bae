/** Smaller pieces are copied together. */
const SMALL = 4 * 1024;
const BLOCK = 64 * 1024;

/**
 * The pieces of a body. Small ones are put together as they come: a body that is sent byte by byte would otherwise take
 * a hundred times its size in memory.
 */
export class Pieces {
  #pieces: Buffer[] = [];
  #block = Buffer.alloc(0);
  /** Bytes of the block that are in use; those before `#from` are in the list already. */
  #filled = 0;
  #from = 0;
  size = 0;

  add(piece: Buffer): void {
    this.size += piece.length;
    if (piece.length >= SMALL) {
      this.#closeRun();
      this.#pieces.push(piece);
      return;
    }
    if (this.#filled + piece.length > this.#block.length) {
      this.#closeRun();
      this.#block = Buffer.allocUnsafe(BLOCK);
      this.#filled = this.#from = 0;
    }
    this.#filled += piece.copy(this.#block, this.#filled);
  }

  /** The whole, in one piece. The pieces are released. */
  take(): Buffer {
    this.#closeRun();
    const [first = Buffer.alloc(0), ...others] = this.#pieces;
    const whole = others.length === 0 ? first : Buffer.concat(this.#pieces, this.size);
    this.#pieces = [];
    return whole;
  }

  /** Puts what was copied together into the list, in its place between the large pieces. */
  #closeRun(): void {
    if (this.#filled > this.#from) this.#pieces.push(this.#block.subarray(this.#from, this.#filled));
    this.#from = this.#filled;
  }
}
