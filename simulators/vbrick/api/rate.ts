const MINUTE_MS = 60_000;

/** Limits requests per minute, separately for each endpoint. */
export interface Rate {
  /** Uses up one request of an endpoint. If none is left, returns the seconds until the next minute. */
  spend(endpoint: string): number | undefined;
  reset(): void;
}

/** The count starts again with each minute of the simulator's clock. */
export function createRate(limit: number, now: () => number): Rate {
  const used = new Map<string, number>();
  let minute = -1;
  return {
    spend(endpoint) {
      const current = Math.floor(now() / MINUTE_MS);
      if (current !== minute) used.clear();
      minute = current;
      const count = (used.get(endpoint) ?? 0) + 1;
      used.set(endpoint, count);
      return count > limit ? Math.ceil(((minute + 1) * MINUTE_MS - now()) / 1000) : undefined;
    },
    reset: () => used.clear(),
  };
}
