const MINUTE_MS = 60_000;

/** Requests a minute, counted for each endpoint by itself. */
export interface Rate {
  /** Uses one request of an endpoint up; when none is left, how many seconds there are until there are more. */
  spend(endpoint: string): number | undefined;
  reset(): void;
}

/** It begins anew when the simulator's clock enters a new minute. */
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
