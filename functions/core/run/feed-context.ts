import type { RunClocks } from '../clocks/run-clocks.ts';
import type { DeliveryNotes } from '../delivery/delivery-notes.ts';
import type { Writer } from '../delivery/event-writer.ts';
import type { Effects, KeptSeen } from '../effects.ts';
import type { AnyFeed, Connection, Destination, Feed } from '../model.ts';
import type { SignInsOnRecord } from '../requests/access/own-sign-ins.ts';
import type { Asker } from '../requests/ask.ts';
import type { VisibilityReport } from '../requests/visibility.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import type { Tally } from '../stored/tally.ts';
import type { Duration, Instant } from '../time.ts';
import type { ConditionNotes } from './condition-notes.ts';

/** Inputs of a run of one feed. */
export interface FeedContext<F extends AnyFeed = Feed> {
  readonly effects: Effects;
  readonly feed: F;
  /** The key of the checkpoint: the feed's name, or that of a job beside the feed. */
  readonly key: string;
  readonly destinations: readonly Destination[];
  readonly write: Writer;
  /** Random, one per invocation: a worker recognizes its own writes by it. */
  readonly owner: string;
  readonly leaseUntil: Instant;
  readonly asker: Omit<Asker, 'tally' | 'life' | 'endpoint'>;
  readonly maxSeenKeys: number;
  /** How long the keys of delivered events are kept. */
  readonly seenFor: Duration;
  /** A person started this run: requests that the vendor refused before are tried again now. */
  readonly askAgain: boolean;
  /** Prepares the connection, once per invocation and version of the secret. */
  prepare(asker: Asker): Promise<PreparedConnection>;
}

/** A connection with the results of its lookups and checks. */
export interface PreparedConnection {
  readonly connection: Connection;
  readonly visibility: VisibilityReport;
  /** @param fresh reads again what other invocations have put on record meanwhile */
  signInsOnRecord(fresh: boolean): Promise<SignInsOnRecord>;
}

/** The state of a run that holds the lease. */
export interface LeasedRun<C extends Checkpoint = Checkpoint> {
  readonly lease: HeldCheckpoint<C>;
  /** The present by our clock. Read once per run. */
  readonly start: Instant;
  readonly clocks: RunClocks;
  readonly tally: Tally;
  readonly asker: Asker;
  readonly warnings: string[];
  readonly conditions: ConditionNotes;
  readonly sent: DeliveryNotes;
  /** The delivered events that this process remembers from the feed's last run, if nobody has written its checkpoint since. */
  readonly keptSeen?: KeptSeen;
}
