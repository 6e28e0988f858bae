import type { Digest } from '../stored/ledger-row.ts';

const WORD = 2 ** 32;

/** A sum of 64-bit keys, modulo 2^64: sums can be added up in any order. */
export class DigestSum {
  events = 0;
  #high = 0;
  #low = 0;

  add(high: number, low: number): void {
    this.events++;
    this.#low += low;
    this.#high += high;
    if (this.#low >= WORD) {
      this.#low -= WORD;
      this.#high++;
    }
    if (this.#high >= WORD) this.#high -= WORD;
  }

  get sum(): bigint {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  get total(): Digest {
    return { events: this.events, digest: this.sum.toString(16).padStart(16, '0') };
  }
}
