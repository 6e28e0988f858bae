import type { ServerFaults } from './faults.ts';

const MINUTE_MS = 60_000;

/** A request quota: a fixed window of one clock minute, shared by all callers. */
export interface Quota {
  /** Uses up one request; false if none is left. */
  spend(): boolean;
  /** The quota headers of every answer. */
  headers(): Record<string, string>;
  /** The headers of an answer with status 429: nothing is left, and when to come back. */
  exhaustedHeaders(fault: NonNullable<ServerFaults['throttle']>): Record<string, string>;
  reset(): void;
}

/** Makes a quota; it is full again with each minute of the simulator's clock. @param prefix `x-ratelimit` of `x-ratelimit-limit` */
export function createQuota(prefix: string, limit: number, now: () => number): Quota {
  let minute = -1;
  let used = 0;
  const startMinute = () => {
    const current = Math.floor(now() / MINUTE_MS);
    if (current !== minute) used = 0;
    minute = current;
  };
  /** The reset is in epoch seconds. */
  const headersOf = (remaining: number, resetSeconds: number) => ({
    [`${prefix}-limit`]: String(limit),
    [`${prefix}-remaining`]: String(remaining),
    [`${prefix}-reset`]: String(resetSeconds),
  });
  const nextMinute = () => ((minute + 1) * MINUTE_MS) / 1000;
  return {
    spend() {
      startMinute();
      used++;
      return used <= limit;
    },
    headers() {
      startMinute();
      return headersOf(Math.max(0, limit - used), nextMinute());
    },
    exhaustedHeaders({ bare, reset, retryAfter }) {
      if (bare) return {};
      startMinute();
      const resetSeconds = reset === undefined ? nextMinute() : Math.floor(now() / 1000) + reset;
      return {
        ...headersOf(0, resetSeconds),
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      };
    },
    reset() {
      minute = -1;
    },
  };
}
