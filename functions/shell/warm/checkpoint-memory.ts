import type { Checkpoint } from '../../core/stored/checkpoint.ts';
import { storedLength } from '../table/checkpoints.ts';

/** Maximum number of remembered checkpoints. A function serves all feeds of a source, and few of them are in one invocation. */
const MAX_CHECKPOINTS = 500;
/** Largest state that is remembered, as stored text. One that is larger, through whatever a vendor has answered, is read. */
const MAX_CHARACTERS = 20_000;

/**
 * The checkpoints that a warm function has last read or written, in memory only. They spare a read: taking the lease of a
 * remembered checkpoint is one write, under the condition that the table still holds exactly that. One under a lease is not
 * remembered, since its worker replaces it soon.
 */
export class CheckpointMemory {
  readonly #kept = new Map<string, Checkpoint>();

  recall(key: string): Checkpoint | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, checkpoint: Checkpoint): void {
    this.#kept.delete(key);
    if (checkpoint.owner !== undefined || storedLength(checkpoint) > MAX_CHARACTERS) return;
    this.#kept.set(key, checkpoint);
    // A Map keeps the order of insertion: the first one was used longest ago.
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_CHECKPOINTS && oldest !== undefined) this.#kept.delete(oldest);
  }

  drop(key: string): void {
    this.#kept.delete(key);
  }
}
