/** The input with the time it was sent, by the machine's clock and by the bench's. */
export interface Timed extends Times {
  readonly input: unknown;
}

interface Times {
  readonly sentAt: number;
  readonly benchAt: number;
  /** Further milliseconds that have passed for the bench, in memory that it shares: they may grow during the invocation. */
  readonly passed?: Float64Array;
}

const now = Date.now;

/** The bench's clock. */
export function clockOf({ sentAt, benchAt, passed }: Times): number {
  return Math.floor(benchAt + now() - sentAt + (passed?.[0] ?? 0));
}
