import type { CommonCheckpoint, DeliveryTimes } from '../stored/checkpoint.ts';
import type { Instant } from '../time.ts';

/** What a run has delivered, to which destinations, and when: for those who look how a feed stands. */
export class DeliveryNotes {
  #newest: Instant | undefined;
  readonly #times = new Map<string, DeliveryTimes>();

  /** Notes that a destination has taken events. @param newest the time of the newest one */
  took(destination: string, at: Instant, newest: Instant | undefined): void {
    this.#times.set(destination, { ...this.#times.get(destination), at });
    if (newest !== undefined) this.#newest = Math.max(newest, this.#newest ?? newest);
  }

  /** Notes that a destination has not taken all events in time. */
  refused(destination: string, refusedAt: Instant): void {
    this.#times.set(destination, { ...this.#times.get(destination), refusedAt });
  }

  /** The parts of the checkpoint that follow. */
  changes({ newest, deliveries }: CommonCheckpoint): Pick<CommonCheckpoint, 'newest' | 'deliveries'> {
    if (this.#times.size === 0) return {};
    const times = [...this.#times].map(([id, one]) => [id, { ...deliveries?.[id], ...one }] as const);
    const latest = this.#newest === undefined ? newest : Math.max(this.#newest, newest ?? this.#newest);
    return {
      deliveries: { ...deliveries, ...Object.fromEntries(times) },
      ...(latest !== undefined && { newest: latest }),
    };
  }
}
