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

/**
 * What the C library reads before a process begins. Answers and flushes are large pieces of memory that live for a moment: each is
 * given back to the system by itself, and all threads take theirs from one pool, in which less lies idle.
 */
export const NATIVE_MEMORY = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(64 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024),
} as const;
