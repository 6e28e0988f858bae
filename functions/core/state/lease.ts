import type { Effects } from '../effects.ts';
import { TidemarkError } from '../errors.ts';
import { RETRIES, retry } from '../retry.ts';
import type { Changes, Checkpoint } from '../stored/checkpoint.ts';
import { ofKind } from '../stored/checkpoint-kind.ts';
import type { Instant } from '../time.ts';

/** A request for a lease. */
export interface LeaseRequest<C extends Checkpoint> {
  readonly key: string;
  readonly kind: C['kind'];
  readonly owner: string;
  readonly leaseUntil: Instant;
  /** Returns the checkpoint to start with if there is none. */
  fresh(): C;
}

/** The lease, or the time until which another worker holds it. */
export type LeaseAnswer<C extends Checkpoint> =
  | { readonly lease: Lease<C> }
  | { readonly busyUntil: Instant; readonly found: C };

/** Loads a checkpoint, strongly consistent. Throws if it is of another kind. */
export async function loadCheckpoint<C extends Checkpoint>(
  effects: Effects,
  key: string,
  kind: C['kind'],
): Promise<C | undefined> {
  return ofKind<C>(key, await effects.load(key), kind);
}

/**
 * Takes the lease if it is free, has expired, or is ours already.
 *
 * @param loaded the checkpoint, where it was loaded before
 */
export async function acquire<C extends Checkpoint>(
  effects: Effects,
  { key, kind, owner, leaseUntil, fresh }: LeaseRequest<C>,
  loaded: C | undefined,
): Promise<LeaseAnswer<C>> {
  for (let found = loaded; ; found = await loadCheckpoint<C>(effects, key, kind)) {
    const busyUntil = found?.leaseUntil;
    if (found?.owner !== undefined && found.owner !== owner && busyUntil !== undefined && busyUntil >= effects.now()) {
      return { busyUntil, found };
    }
    const base = found ?? fresh();
    const item = { ...base, owner, leaseUntil, fence: base.fence + 1, version: base.version + 1 };
    const lease = new Lease<C>(effects, key, found, item);
    // A lost race means that another worker holds it now: look again.
    if (await lease.taken()) return { lease };
  }
}

/** The right to write a checkpoint until the lease ends. Every write succeeds only if the lease is still ours. */
export class Lease<C extends Checkpoint = Checkpoint> {
  item: C;
  readonly #effects: Effects;
  readonly #feed: string;
  readonly #before: C | undefined;

  constructor(effects: Effects, feed: string, before: C | undefined, item: C) {
    this.#effects = effects;
    this.#feed = feed;
    this.#before = before;
    this.item = item;
  }

  /** Writes the lease itself. Returns false if another worker was faster. */
  async taken(): Promise<boolean> {
    return (await this.#write(this.item, this.#before)) === 'ours';
  }

  /** Changes that are written with the next commit. Until then only this worker knows them. */
  note(changes: Changes<C>): void {
    this.item = { ...this.item, ...changes };
  }

  /** Writes the checkpoint with these changes. Throws if another worker has taken the feed over: then none of our changes count. */
  async commit(changes: Changes<C>): Promise<void> {
    const next = { ...this.item, ...changes, version: this.item.version + 1 };
    if ((await this.#write(next, this.item)) === 'theirs') {
      throw new TidemarkError({
        code: 'lease-lost',
        stage: 'saving',
        message: `${this.#feed}: another worker has taken this feed over (our fence ${this.item.fence}).`,
        remedy: 'Nothing to do: the other worker continues from the last commit.',
      });
    }
    this.item = next;
  }

  /** Gives the lease back, with the last changes in the same write. */
  async release(changes: Changes<C>): Promise<void> {
    await this.commit({ ...changes, owner: undefined, leaseUntil: undefined });
  }

  /**
   * One conditional write. When its answer is lost, or says that the condition failed (a retry below us may have found
   * its own first try), the stored item shows whose write it was: no other worker has this owner, fence and version.
   */
  async #write(next: C, before: C | undefined): Promise<'ours' | 'theirs'> {
    const expect = before && { fence: before.fence, version: before.version };
    const until = next.leaseUntil ?? before?.leaseUntil;
    // The same write again is harmless: its condition holds once at most.
    return await retry(this.#effects, RETRIES.checkpoint, until, async () => {
      if ((await this.#effects.write(this.#feed, next, expect)) === 'written') return 'ours';
      return this.#isOurs(await this.#effects.load(this.#feed), next) ? 'ours' : 'theirs';
    });
  }

  #isOurs(found: Checkpoint | undefined, next: C): boolean {
    if (!found || found.fence !== next.fence || found.version !== next.version) return false;
    // A released item names no owner, but no other worker can have written this fence and version.
    return found.owner === next.owner;
  }
}
