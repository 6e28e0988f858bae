import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';

const MEBIBYTE = 1024 * 1024;
/** A limit of up to so many times the memory was set for a function: it counts the new generation three times. */
const LIMITED = 2;
/** By so much, in percent of what is in use, the old generation grows before it is collected. Node's own choice is up to 300. */
const GROWTH_OF_OLD = 100;
/** The new generation, in both of its halves, does not grow beyond this. It saves time up to here. */
const MOST_OF_NEW = 32 * MEBIBYTE;

/**
 * Keeps the heap small where nobody has limited it. Without limits, Node goes by the memory of the machine, and the heap grows to a
 * multiple of what is in use: past the memory of the function. V8 reads these two flags whenever it lets the heap grow.
 */
export class HeapSize {
  #isUnlimited: boolean;

  /** @param memoryMb the text of AWS_LAMBDA_FUNCTION_MEMORY_SIZE. Undefined outside of Lambda: there, nothing is done */
  constructor(memoryMb: string | undefined) {
    this.#isUnlimited =
      memoryMb !== undefined && getHeapStatistics().heap_size_limit > LIMITED * Number(memoryMb) * MEBIBYTE;
    if (this.#isUnlimited) setFlagsFromString(`--heap-growing-percent=${GROWTH_OF_OLD}`);
  }

  /** Called often: it begins small, so there is a moment at which it is as large as it may be. */
  check(): void {
    if (!this.#isUnlimited) return;
    const { space_size: size = 0 } = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space') ?? {};
    if (size < MOST_OF_NEW) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    this.#isUnlimited = false;
  }
}
