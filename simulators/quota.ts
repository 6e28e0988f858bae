const MINUTE_MS = 60_000;

/** The organization's request quota: a fixed window of one clock minute, shared by all tokens. */
export interface Quota {
  /** Uses up one request; false if none is left. */
  spend(): boolean;
  /** The quota headers of every answer. */
  headers(): Record<string, string>;
  reset(): void;
}

/** Makes the quota; it is full again with each minute of the simulator's clock. */
export function createQuota(limit: number, now: () => number): Quota {
  let minute = -1;
  let used = 0;
  const startMinute = () => {
    const current = Math.floor(now() / MINUTE_MS);
    if (current !== minute) used = 0;
    minute = current;
  };
  return {
    spend() {
      startMinute();
      used++;
      return used <= limit;
    },
    headers() {
      startMinute();
      return quotaHeaders(limit, Math.max(0, limit - used), ((minute + 1) * MINUTE_MS) / 1000);
    },
    reset() {
      minute = -1;
    },
  };
}

/** The vendor's quota headers; the reset is in epoch seconds. */
export function quotaHeaders(limit: number, remaining: number, resetSeconds: number): Record<string, string> {
  return {
    'x-organization-rate-limit-limit': String(limit),
    'x-organization-rate-limit-remaining': String(remaining),
    'x-organization-rate-limit-reset': String(resetSeconds),
  };
}
