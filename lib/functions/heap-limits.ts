/** Maximum size of one of the two halves of the heap's new generation, in MB. A larger one takes more memory and saves no time. */
const HALF_OF_NEW_MB = 4;
/** What a process takes besides the old generation, in MB: Node itself, the new generation, and what is being sent and received. */
const OUTSIDE_OF_OLD_MB = 96;

/**
 * Limits of the heap for `NODE_OPTIONS`. Lambda gives Node limits of its own, 5 % and 90 % of the function's memory, but none of them
 * as soon as one is set: so both are set here. With Lambda's, the heap grows until the process is nearly as large as the memory.
 */
export function heapLimits(memoryMb: number): string {
  return `--max-semi-space-size=${HALF_OF_NEW_MB} --max-old-space-size=${memoryMb - OUTSIDE_OF_OLD_MB}`;
}
