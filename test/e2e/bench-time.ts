/** The input of a function with the time it was sent, by the machine's clock and by the bench's. */
export interface Timed {
  readonly input: unknown;
  readonly sentAt: number;
  readonly benchAt: number;
  /** Further milliseconds that have passed for the bench, in memory that it shares: they may grow during the invocation. */
  readonly passed?: Float64Array;
}

/** What time it is for the bench when it is `now` for the machine, in milliseconds. */
export function benchTime({ sentAt, benchAt, passed }: Omit<Timed, 'input'>, now: number): number {
  return Math.floor(benchAt + now - sentAt + (passed?.[0] ?? 0));
}
