import { ceilTo, type Duration, floorTo, type Instant, MINUTE, SECOND } from '../../functions/core/time.ts';

/** A vendor's request quota, shared with other clients. Without a limit there is no quota. */
export class MemoryQuota {
  limit: number | undefined;
  every: Duration = MINUTE;
  /** Number of requests that other clients make at the beginning of every period. */
  othersUse = 0;
  #period: Instant | undefined;
  #used = 0;

  /** Counts a request. Returns the refusal if the quota is used up. */
  refuse(now: Instant): { status: number; headers: Record<string, string>; text: string } | undefined {
    if (this.limit === undefined) return undefined;
    const period = floorTo(now, this.every);
    if (period !== this.#period) {
      this.#period = period;
      this.#used = this.othersUse;
    }
    this.#used++;
    if (this.#used <= this.limit) return undefined;
    const seconds = Math.max(1, Math.ceil((period + this.every - now) / SECOND));
    return { status: 429, headers: { 'retry-after': String(seconds) }, text: '{"error":"too many requests"}' };
  }

  headers(): Record<string, string> {
    if (this.limit === undefined || this.#period === undefined) return {};
    return {
      'x-quota-limit': String(this.limit),
      'x-quota-remaining': String(Math.max(0, this.limit - this.#used)),
      'x-quota-reset': String(ceilTo(this.#period + this.every, SECOND) / SECOND),
    };
  }
}
