import type { Duration, Instant, Range } from '../time.ts';
import type { HeldConditions } from './condition.ts';
import type { AccessLossReason } from './day-record.ts';
import type { UnknownName } from './findings/unknown-name.ts';
import type { BackfillJob, VerifyJob } from './job.ts';
import type { Lateness } from './lateness.ts';
import type { DayTally, Folded } from './ledger-row.ts';
import type { Away, Backlog, KnownStream } from './owed.ts';

/** The version of the stored items' form. An item of another version is refused instead of being misread. */
export const SCHEMA = 2;

/** The state of a feed, or of a job beside it, with a single writer: who works on it, and how far it has come. */
export type Checkpoint = FeedCheckpoint | SnapshotCheckpoint | BackfillCheckpoint | VerifyCheckpoint;

/** The parts that checkpoints of all kinds have. */
export interface CommonCheckpoint {
  /** Grows with every takeover. A worker with an older fence can no longer write. */
  readonly fence: number;
  /** Grows with every write. */
  readonly version: number;
  readonly owner?: string;
  readonly leaseUntil?: Instant;
  /** Everything that the vendor had shown before this time has been delivered. */
  readonly watermark: Instant;
  /** Live reading never goes below it. Earlier events are read by backfills only. */
  readonly floor: Instant;
  /** The settings that determine which records this feed gets. Empty until they are known. */
  readonly scope: string;
  /** Since when each destination gets this feed. A destination that is added later starts then. */
  readonly destinations: Readonly<Record<string, Instant>>;
  /** The destinations that are no longer configured, the one that left first before the others. */
  readonly away?: readonly Away[];
  /** The delivery streams to which this feed's events go. */
  readonly streams?: readonly KnownStream[];
  readonly hold?: Hold;
  /** The last run was paused before it had read anything: the next one waits for the vendor instead of ending. */
  readonly waitsInPlace?: boolean;
  readonly lastSuccess?: Instant;
  /** Number of runs in a row that have not given the lease back: they died without a word, or could not write any more. */
  readonly died?: number;
  /** When the last run began that sent its endpoint a request. The feed for which this is longest ago comes first in a run. */
  readonly askedAt?: Instant;
  readonly failures: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: Instant };
  /** The conditions that hold and mean that events are missing. */
  readonly conditions?: HeldConditions;
  /** Since when the runs end as the last one did: well, or with the same kind of trouble. In whole seconds. Undefined if they never ended otherwise. */
  readonly since?: Instant;
  readonly accessLoss?: AccessLoss;
  /** What was left of the vendor's quota at the end of the last run, and of how much. Undefined if that is more than half, or not stated. */
  readonly quota?: readonly [remaining: number, limit: number];
  /** By destination: when it last refused events of live reading for so long that the run failed. */
  readonly refusedBy?: Readonly<Record<string, { readonly at: Instant }>>;
}

/** The credentials do not give what the feed needs, as far as the last run knows. */
export interface AccessLoss {
  readonly reason: AccessLossReason;
  readonly since: Instant;
  readonly message: string;
}

/** The parts of a checkpoint that reads windows one after the other. */
interface WindowCheckpoint extends CommonCheckpoint {
  readonly plan?: Plan;
  /** The longest window that can be finished now, where that is shorter than the stream's longest window. */
  readonly narrowed?: Duration;
  /** Rows have come out of order: a half-read window is read from its start again. */
  readonly unordered?: boolean;
  readonly broken?: Broken;
  /** How many of the runs that died had nothing but the smallest window to read. */
  readonly diedAtSmallest?: number;
  readonly shortfall?: Shortfall;
  /** Sign-ins of ours for which a record was found: second of the sign-in to the event's id. */
  readonly claims?: Readonly<Record<string, string>>;
  /** The work on days without a row in the ledger, and the time up to which the ledger has been written. */
  readonly days?: readonly DayTally[];
  readonly folded?: Folded;
  /** Statistics of late events. */
  readonly lateness?: Lateness;
  /** The names in the vendor's records that the mapping does not know, and that were told. */
  readonly unknown?: readonly UnknownName[];
}

/** The checkpoint of a feed of events. */
export interface FeedCheckpoint extends WindowCheckpoint {
  readonly kind: 'feed';
  /** The end of a window that was given up because runs died of it. What is before it is not read again. */
  readonly readFrom?: Instant;
  /** When each longer re-read was last done, by its overlap. */
  readonly reread?: Readonly<Record<string, string>>;
  /** Where the next re-read of ongoing things begins. */
  readonly ongoingFrom?: Instant;
  /** When nothing was ongoing any more, as the table showed it. Undefined while something may be. */
  readonly noneOngoingAt?: Instant;
  /** What is read again, each range for one destination. */
  readonly owed?: readonly Owed[];
  readonly backlog?: Backlog;
}

/** A range that is owed to a destination: it missed the range while it was away, or the range was lost with its delivery stream. */
export interface Owed extends Partial<OwedProgress> {
  readonly destination: string;
  readonly from: Instant;
  readonly to: Instant;
  /** When it became owed. */
  readonly at: Instant;
  /** What was delivered to the destination in this time counts as not delivered. Undefined if nothing was lost. */
  readonly lost?: Range;
}

/** How far an owed range was read. */
interface OwedProgress extends Pick<WindowCheckpoint, 'plan' | 'narrowed' | 'unordered' | 'broken' | 'shortfall'> {
  /** The destination has everything before this time. */
  readonly until: Instant;
}

/** The checkpoint of a feed that compares snapshots. */
export interface SnapshotCheckpoint extends CommonCheckpoint {
  readonly kind: 'snapshot';
  /** The snapshot that was compared last, and the newer one as long as the difference between the two is being delivered. */
  readonly snapshot?: SnapshotRef;
  readonly pending?: SnapshotRef;
  /** The work on days that have no row in the ledger yet, and the time up to which the ledger has been written. */
  readonly days?: readonly DayTally[];
  readonly folded?: Folded;
}

/** The checkpoint of a backfill. */
export interface BackfillCheckpoint extends WindowCheckpoint {
  readonly kind: 'backfill';
  readonly job: BackfillJob;
}

/** The checkpoint of a verification. */
export interface VerifyCheckpoint extends CommonCheckpoint {
  readonly kind: 'verify';
  readonly job: VerifyJob;
  /** The longest range that can be compared now, where that is shorter than usual. */
  readonly narrowed?: Duration;
  readonly claims?: Readonly<Record<string, string>>;
}

/** The checkpoint of a feed or job that reads windows and delivers their events. */
export type ReadingCheckpoint = FeedCheckpoint | BackfillCheckpoint;

/** The range that a run is to read. It is stored, so that a later run finishes it before making a new plan. */
export interface Plan {
  readonly from: Instant;
  readonly to: Instant;
  /** The window being read. Those before it are done. */
  readonly window: Range;
  /** The part of the window that is not read yet. Its position is a time, never a vendor's cursor. */
  readonly left?: Range;
  /** The overlaps of the longer re-reads that this plan includes. They are done when the plan is done. */
  readonly rereads?: readonly Duration[];
  /** The earliest end of a range that an answer about this window says it covers. */
  readonly proven?: Instant;
  /** The vendor's clock at the start of the plan, or an earlier one. Records that entered the log later may lie anywhere in the overlap. */
  readonly vendorNow?: Instant;
}

/** A stored snapshot. */
export interface SnapshotRef {
  readonly id: string;
  /** Grows from snapshot to snapshot of a feed. A part of the ids of their events. */
  readonly number: number;
  /** When it was read. */
  readonly at: Instant;
}

/** The reason why a feed sends no requests, and until when. */
export interface Hold {
  readonly until: Instant;
  readonly reason: 'quota' | 'forbidden' | 'refused';
  readonly message: string;
  readonly remedy?: string;
  /** A new version of the secret ends a hold that is about credentials or permissions. */
  readonly secretVersion?: string;
  /** Number of refusals of this secret in a row: each one makes the hold longer. */
  readonly refusals?: number;
}

/** An answer that could not be read, and in how many runs it came back the same. */
export interface Broken {
  readonly digest: string;
  readonly runs: number;
  /** The window is being halved around it. */
  readonly narrowing: boolean;
}

/** A range of which the vendor has sent fewer rows than it announced. */
export interface Shortfall extends Range {
  /** Number of rows that came last. */
  readonly rows: number;
  /** Number of runs in a row in which that many came, and of all runs that have read the range. */
  readonly same: number;
  readonly runs: number;
  /** When the watermark passed it. Since then the vendor's totals are not believed, until a range with rows comes in full. */
  readonly since?: Instant;
}

/** New values for parts of a checkpoint. `undefined` removes a part. */
export type Changes<C extends Checkpoint = Checkpoint> = PartsOf<C> | PartsOf<CommonCheckpoint>;

type PartsOf<C> = { readonly [Part in keyof C]?: C[Part] | undefined };

/** The common parts of a checkpoint of something that has never run. */
export function firstCheckpoint(floor: Instant, destinations: readonly string[]): CommonCheckpoint {
  return {
    fence: 0,
    version: 0,
    watermark: floor,
    floor,
    // What the feed reads may have to be found out first.
    scope: '',
    destinations: Object.fromEntries(destinations.map((id) => [id, floor])),
    failures: 0,
  };
}
