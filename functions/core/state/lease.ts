import type { Effects } from '../effects.ts';
import { AmbiguousWriteError, TidemarkError } from '../errors.ts';
import type { Job } from '../stored/job.ts';
import type { Lateness } from '../stored/lateness.ts';
import { type Duration, formatInstant, type Instant, type Range } from '../time.ts';
import type { DayTally, Folded } from './ledger.ts';

/** The version of the items' shape. Older code that meets a newer item refuses it rather than guess. */
export const SCHEMA = 1;

/** All that must have one truth about a feed: who works on it, how far it has come, what it is in the middle of. */
export interface Checkpoint {
  /** Grows with every take-over; a worker with an older one can write nothing any more. */
  readonly fence: number;
  /** Grows with every write. */
  readonly version: number;
  readonly owner?: string;
  readonly leaseUntil?: Instant;
  /** Everything that the vendor had shown before this time has been delivered. */
  readonly watermark: Instant;
  /** No live read goes below it: what lies there belongs to backfill. */
  readonly floor: Instant;
  readonly plan?: Plan;
  /** The longest window that this feed can finish now, when that is shorter than the stream's. */
  readonly narrowed?: Duration;
  /** Rows have come out of order: a half-read window starts again rather than go on in its middle. */
  readonly unordered?: boolean;
  readonly hold?: Hold;
  /** The last run was paused without getting anywhere: the next one waits in place for as long as it may live. */
  readonly patient?: boolean;
  /** What defines which records this feed gets. */
  readonly scope: string;
  /** Since when each destination gets this feed. One that is added later starts then. */
  readonly destinations: Readonly<Record<string, Instant>>;
  readonly broken?: Broken;
  /** When each of the longer re-reads was last done, by how far behind it reads. */
  readonly reread?: Readonly<Record<string, string>>;
  /** Where the next turn of asking for what goes on begins. */
  readonly ongoingFrom?: Instant;
  /** Sign-ins of ours that a record has been found for: second of the sign-in to the event's id. */
  readonly claims?: Readonly<Record<string, string>>;
  /** How things were when they were last compared, and how they are now, as long as the difference is being delivered. */
  readonly snapshot?: SnapshotRef;
  readonly pending?: SnapshotRef;
  /** What was done on the days that have no row in the ledger yet, and up to where the ledger has been written. */
  readonly days?: readonly DayTally[];
  readonly folded?: Folded;
  /** How late events came. */
  readonly lateness?: Lateness;
  /** What is to be done, where this is not the checkpoint of a live feed. */
  readonly job?: Job;
  readonly lastSuccess?: Instant;
  readonly failures: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: Instant };
}

/** What a run set out to read: stored, so that a later run finishes it before it makes a new one. */
export interface Plan {
  readonly from: Instant;
  readonly to: Instant;
  /** The window being read. Those before it are done. */
  readonly window: Range;
  /** What is left of the window; a resume position is a time, never a cursor. */
  readonly left?: Range;
  /** How far behind the watermark it begins, where that is further than usual: these re-reads are done when the plan is. */
  readonly rereads?: readonly Duration[];
  /** The least end of a range that an answer about this window says it is for. */
  readonly proven?: Instant;
  /** The vendor's clock when the plan was begun: what came into its log after that may lie anywhere in the overlap. */
  readonly vendorNow?: Instant;
}

/** A stored snapshot. */
export interface SnapshotRef {
  readonly id: string;
  /** Grows from snapshot to snapshot of a feed: a part of the ids of their events. */
  readonly number: number;
  /** When it was read. */
  readonly at: Instant;
}

/** Why, and until when, a feed does not ask. */
export interface Hold {
  readonly until: Instant;
  readonly reason: 'quota' | 'forbidden';
  readonly message: string;
  readonly cure?: string;
  /** A new version of the secret ends a hold that is about permissions. */
  readonly secretVersion?: string;
}

/** An answer that could not be read, and in how many runs it came back the same. */
export interface Broken {
  readonly digest: string;
  readonly runs: number;
  /** The window is being halved around it. */
  readonly narrowing: boolean;
}

/** What the feeds of one connection share. */
export interface ConnectionState {
  readonly version: number;
  readonly secretVersion?: string;
  /** Refusals in a row. */
  readonly refusals: number;
  readonly notBefore?: Instant;
  readonly message?: string;
  /** What `notBefore` is about, when it is about signing in: then nobody may try earlier with the same secret. */
  readonly signIn?: 'refused' | 'throttled';
  /** When we signed in, or tried to: seconds since 1970, on the vendor's clock where that is known. */
  readonly signIns?: readonly number[];
  /** A sign-in that had begun when this was written: as long as it stands here, nobody knows whether it was refused. */
  readonly signingIn?: {
    readonly owner: string;
    readonly at: Instant;
    readonly secretVersion: string;
    /** How many attempts in a row, this one included, nobody has told the outcome of. */
    readonly untold: number;
  };
  /** Our clock less the vendor's in seconds, as the last sign-in showed it. */
  readonly clockOffset?: number;
  /** What lookups have found out: JSON, and none where they failed. */
  readonly found?: Readonly<
    Record<string, { readonly at: Instant; readonly secretVersion: string; readonly json?: string }>
  >;
  /** When it was last asked what these credentials can see, and what they could when there was an answer. */
  readonly sight?: { readonly at: Instant; readonly secretVersion: string; readonly seen?: unknown };
}

/** Takes the lease: none is held, it has run out, or it is ours already. Says until when it is busy otherwise. */
export async function acquire(
  effects: Effects,
  feed: string,
  owner: string,
  leaseUntil: Instant,
  loaded: Checkpoint | undefined,
  fresh: () => Checkpoint,
): Promise<{ readonly lease: Lease } | { readonly busyUntil: Instant; readonly found: Checkpoint }> {
  for (let found = loaded; ; found = await effects.load(feed)) {
    const busyUntil = found?.leaseUntil;
    if (found?.owner !== undefined && found.owner !== owner && busyUntil !== undefined && busyUntil >= effects.now()) {
      return { busyUntil, found };
    }
    const base = found ?? fresh();
    const item = { ...base, owner, leaseUntil, fence: base.fence + 1, version: base.version + 1 };
    const lease = new Lease(effects, feed, found, item);
    // A lost race means that somebody else has it now: look again.
    if (await lease.taken()) return { lease };
  }
}

/** New values for parts of a checkpoint; `undefined` removes one. */
export type Changes = { readonly [Part in keyof Checkpoint]?: Checkpoint[Part] | undefined };

/** The right to write a feed's checkpoint until it ends. Every write proves that the right is still ours. */
export class Lease {
  item: Checkpoint;
  readonly #effects: Effects;
  readonly #feed: string;
  readonly #before: Checkpoint | undefined;

  constructor(effects: Effects, feed: string, before: Checkpoint | undefined, item: Checkpoint) {
    this.#effects = effects;
    this.#feed = feed;
    this.#before = before;
    this.item = item;
  }

  /** Writes the lease itself; false when another worker was quicker. */
  async taken(): Promise<boolean> {
    return (await this.#write(this.item, this.#before)) === 'ours';
  }

  /** Changes that are written with the next commit; until then they are only ours. */
  note(changes: Changes): void {
    this.item = { ...this.item, ...changes } as Checkpoint;
  }

  /** Moves the checkpoint on. Throws when the feed has been taken over meanwhile: then nothing of ours counts any more. */
  async commit(changes: Changes): Promise<void> {
    const next = { ...this.item, ...changes, version: this.item.version + 1 } as Checkpoint;
    if ((await this.#write(next, this.item)) === 'theirs') {
      throw new TidemarkError(
        'lease-lost',
        'saving',
        `${this.#feed}: another worker has taken this feed over (our fence ${this.item.fence}).`,
        'Nothing to do: the other worker goes on from the last commit.',
      );
    }
    this.item = next;
  }

  /** Gives the feed back, with last changes in the same write. */
  async release(changes: Changes): Promise<void> {
    await this.commit({ ...changes, owner: undefined, leaseUntil: undefined });
  }

  /**
   * One conditional write. When its answer is lost, or says that the condition failed (a retry below us may have found
   * its own first try), the item itself tells whose write is there: owner, fence and version are ours alone.
   */
  async #write(next: Checkpoint, before: Checkpoint | undefined): Promise<'ours' | 'theirs'> {
    const expect = before && { fence: before.fence, version: before.version };
    for (let attempt = 1; ; attempt++) {
      try {
        if ((await this.#effects.write(this.#feed, next, expect)) === 'written') return 'ours';
        return this.#isOurs(await this.#effects.load(this.#feed), next) ? 'ours' : 'theirs';
      } catch (thrown) {
        if (!(thrown instanceof AmbiguousWriteError) || attempt === 3 || this.#effects.stopping()) throw thrown;
        await this.#effects.sleep(this.#effects.random() * 200_000 * attempt);
        const until = next.leaseUntil ?? before?.leaseUntil;
        if (until !== undefined && this.#effects.now() >= until) throw thrown;
        // The same write again is harmless: its condition holds once at most.
      }
    }
  }

  #isOurs(found: Checkpoint | undefined, next: Checkpoint): boolean {
    if (!found || found.fence !== next.fence || found.version !== next.version) return false;
    // A released item names no owner, but nobody else can have written this fence and version.
    return found.owner === next.owner;
  }
}

/** The checkpoint of a feed that has never run. */
export function firstCheckpoint(floor: Instant, scope: string, destinations: readonly string[]): Checkpoint {
  return {
    fence: 0,
    version: 0,
    watermark: floor,
    floor,
    scope,
    destinations: Object.fromEntries(destinations.map((id) => [id, floor])),
    failures: 0,
  };
}

/** An instant for messages. */
export function say(instant: Instant): string {
  return formatInstant(instant, 's');
}
