import type { CommonCheckpoint } from '../stored/checkpoint.ts';
import type { Instant } from '../time.ts';

/** What destinations have refused in a run, for those who look how a feed stands. */
export class DeliveryNotes {
  readonly #refusedBy = new Map<string, { readonly at: Instant }>();

  /** Notes that a destination has not taken all events in time. */
  refused(destination: string, at: Instant): void {
    this.#refusedBy.set(destination, { at });
  }

  /** The parts of the checkpoint that follow. */
  changes({ refusedBy }: CommonCheckpoint): Pick<CommonCheckpoint, 'refusedBy'> {
    if (this.#refusedBy.size === 0) return {};
    return { refusedBy: { ...refusedBy, ...Object.fromEntries(this.#refusedBy) } };
  }
}
