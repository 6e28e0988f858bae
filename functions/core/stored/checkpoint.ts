import type { Duration, Instant, Range } from '../time.ts';
import type { Job } from './job.ts';
import type { Lateness } from './lateness.ts';
import type { DayTally, Folded } from './ledger-row.ts';

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
  readonly waitsInPlace?: boolean;
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
  readonly remedy?: string;
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

/** New values for parts of a checkpoint; `undefined` removes one. */
export type Changes = { readonly [Part in keyof Checkpoint]?: Checkpoint[Part] | undefined };

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
