import type { KeptSeen } from '../../core/effects.ts';
import type { Checkpoint } from '../../core/stored/checkpoint.ts';
import { storedLength } from '../table/checkpoints.ts';

/** Maximum number of remembered checkpoints. A function serves all feeds of a source, and few of them are in one invocation. */
const MAX_CHECKPOINTS = 500;
/** Largest state that is remembered, as stored text. One that is larger, through whatever a vendor has answered, is read. */
const MAX_CHARACTERS = 20_000;
/** Maximum number of delivered events that are remembered, 8 to 16 bytes each, of all feeds together. */
const MAX_KEYS = 500_000;

interface Kept {
  readonly checkpoint: Checkpoint;
  readonly seen?: KeptSeen;
}

/**
 * The checkpoints that a warm function has last read or written, in memory only. They spare a read: taking the lease of a
 * remembered checkpoint is one write, under the condition that the table still holds exactly that. One under a lease is not
 * remembered, since its worker replaces it soon.
 *
 * Delivered events are remembered beside a checkpoint, and forgotten with it: as long as nobody has written that, nobody has
 * delivered anything of the feed.
 */
export class CheckpointMemory {
  readonly #kept = new Map<string, Kept>();
  readonly #mostKeys: number;

  constructor(mostKeys = MAX_KEYS) {
    this.#mostKeys = mostKeys;
  }

  recall(key: string): Checkpoint | undefined {
    return this.#kept.get(key)?.checkpoint;
  }

  recallSeen(key: string): KeptSeen | undefined {
    return this.#kept.get(key)?.seen;
  }

  keep(key: string, checkpoint: Checkpoint): void {
    this.#kept.delete(key);
    if (checkpoint.owner !== undefined || storedLength(checkpoint) > MAX_CHARACTERS) return;
    this.#kept.set(key, { checkpoint });
    // A Map keeps the order of insertion: the first one was used longest ago.
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_CHECKPOINTS && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Keeps delivered events beside a remembered checkpoint. Those of feeds that ran longest ago make room for them. */
  keepSeen(key: string, seen: KeptSeen): void {
    const kept = this.#kept.get(key);
    if (!kept || seen.size > this.#mostKeys) return;
    this.#kept.set(key, { ...kept, seen });
    let keys = 0;
    for (const one of this.#kept.values()) keys += one.seen?.size ?? 0;
    for (const [other, one] of this.#kept) {
      if (keys <= this.#mostKeys) return;
      if (other === key || !one.seen) continue;
      keys -= one.seen.size;
      this.#kept.set(other, { checkpoint: one.checkpoint });
    }
  }

  drop(key: string): void {
    this.#kept.delete(key);
  }
}
