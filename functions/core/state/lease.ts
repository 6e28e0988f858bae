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

/** A checkpoint that a run changes: all of one under its lease, or a part of it. */
export interface HeldCheckpoint<C extends Checkpoint = Checkpoint> {
  /** The checkpoint as it was written last, with the changes that were noted since. */
  readonly item: C;
  /** Changes that are written with the next commit. */
  note(changes: Changes<C>): void;
  commit(changes: Changes<C>): Promise<void>;
}

/** Loads a checkpoint, strongly consistent. Throws if it is of another kind. */
export async function loadCheckpoint<C extends Checkpoint>(
  effects: Effects,
  key: string,
  kind: C['kind'],
): Promise<C | undefined> {
  return ofKind<C>(key, await effects.load(key), kind);
}

/** The checkpoint as this process remembers it. Undefined if it is not known, or of another kind. */
export function recallCheckpoint<C extends Checkpoint>(effects: Effects, key: string, kind: C['kind']): C | undefined {
  const found = effects.recall(key);
  return found?.kind === kind ? ofKind<C>(key, found, kind) : undefined;
}

/**
 * Takes the lease if it is free, has expired, or is ours already.
 *
 * @param loaded the checkpoint, where it was loaded before
 */
export async function acquire<C extends Checkpoint>(
  effects: Effects,
  request: LeaseRequest<C>,
  loaded: C | undefined,
): Promise<LeaseAnswer<C>> {
  for (let found = loaded; ; found = await loadCheckpoint<C>(effects, request.key, request.kind)) {
    const answer = await tryToAcquire(effects, request, found);
    if (answer) return answer;
  }
}

/** The same, once. Undefined if another worker was quicker: the checkpoint has to be looked at again. */
export async function tryToAcquire<C extends Checkpoint>(
  effects: Effects,
  request: LeaseRequest<C>,
  found: C | undefined,
): Promise<LeaseAnswer<C> | undefined> {
  const { owner, fresh } = request;
  const busyUntil = found?.leaseUntil;
  if (found?.owner !== undefined && found.owner !== owner && busyUntil !== undefined && busyUntil >= effects.now()) {
    return { busyUntil, found };
  }
  const lease = leaseOf(effects, request, found, found ?? fresh());
  return (await lease.taken()) ? { lease } : undefined;
}

/**
 * Takes the lease of a checkpoint as this process remembers it, by one write and without a read. The write's condition is all
 * of the item, so nothing is decided by a state that another worker or a person has replaced. Undefined if it was replaced.
 */
export async function acquireRemembered<C extends Checkpoint>(
  effects: Effects,
  request: LeaseRequest<C>,
  remembered: C,
): Promise<Lease<C> | undefined> {
  const lease = leaseOf(effects, request, remembered, remembered);
  return (await lease.taken('whole')) ? lease : undefined;
}

function leaseOf<C extends Checkpoint>(
  effects: Effects,
  { key, owner, leaseUntil }: LeaseRequest<C>,
  before: C | undefined,
  base: C,
): Lease<C> {
  const hasDied = before?.owner !== undefined && before.owner !== owner;
  const item = {
    ...base,
    owner,
    leaseUntil,
    fence: base.fence + 1,
    version: base.version + 1,
    ...(hasDied && { died: (before.died ?? 0) + 1 }),
  };
  return new Lease<C>(effects, key, before, item);
}

/**
 * The right to write a checkpoint until the lease ends. Every write succeeds only if the lease is still ours. Several parts of a
 * run may write at the same time: each write waits for the one before, so that the versions follow each other.
 */
export class Lease<C extends Checkpoint = Checkpoint> implements HeldCheckpoint<C> {
  /** The checkpoint as it was written last, with the changes that were noted since. */
  item: C;
  readonly #effects: Effects;
  readonly #feed: string;
  /** What the table holds, as far as we know. Undefined if it holds nothing. */
  #stored: C | undefined;
  /** The version of the last attempt to write. None is used twice: after a lost answer, it shows which write took effect. */
  #version: number;
  /** What was noted during the present write. */
  #notedMeanwhile: Changes<C> = {};
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(effects: Effects, feed: string, before: C | undefined, item: C) {
    this.#effects = effects;
    this.#feed = feed;
    this.#stored = before;
    this.#version = item.version;
    this.item = item;
  }

  /**
   * Writes the lease itself. Returns false if another worker was faster.
   *
   * @param compared what must be the same in the table as in the checkpoint that the lease is based on
   */
  async taken(compared: 'version' | 'whole' = 'version'): Promise<boolean> {
    const { item } = this;
    const isTaken = (await this.#write(item, compared)) === 'ours';
    if (isTaken) this.#stored = item;
    return isTaken;
  }

  /** Changes that are written with the next commit. Until then only this worker knows them. */
  note(changes: Changes<C>): void {
    this.item = { ...this.item, ...changes };
    this.#notedMeanwhile = { ...this.#notedMeanwhile, ...changes };
  }

  /** Writes the checkpoint with these changes. Throws if another worker has taken the feed over: then none of our changes count. */
  async commit(changes: Changes<C>): Promise<void> {
    await this.#inTurn(() => this.#commit(changes));
  }

  /** Gives the lease back, with the last changes in the same write. Nothing can be written afterwards. */
  async release(changes: Changes<C>): Promise<void> {
    await this.#inTurn(async () => {
      await this.#commit({ ...changes, owner: undefined, leaseUntil: undefined });
      this.#isOver = true;
    });
  }

  /** One write after the other, also if one of them fails. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const working = this.#last.then(work);
    this.#last = working.catch(() => undefined);
    await working;
  }

  async #commit(changes: Changes<C>): Promise<void> {
    if (this.#isOver) throw new Error(`${this.#feed}: the lease was given back before this was written`);
    const next = { ...this.item, ...changes, version: ++this.#version };
    this.#notedMeanwhile = {};
    if ((await this.#write(next)) === 'theirs') {
      throw new TidemarkError({
        code: 'lease-lost',
        stage: 'saving',
        message: `${this.#feed}: another worker has taken this feed over (our fence ${next.fence}).`,
        remedy: 'Nothing to do: the other worker continues from the last commit.',
      });
    }
    this.#stored = next;
    this.item = { ...next, ...this.#notedMeanwhile };
  }

  /**
   * One conditional write. When its answer is lost, or says that the condition failed (a retry below us may have found
   * its own first try), the stored item shows whose write it was: no other worker has this owner, fence and version.
   */
  async #write(next: C, compared: 'version' | 'whole' = 'version'): Promise<'ours' | 'theirs'> {
    const before = this.#stored;
    const expect = before && {
      fence: before.fence,
      version: before.version,
      ...(compared === 'whole' && { whole: before }),
    };
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
