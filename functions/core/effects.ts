import type { ClockOffsets } from './clocks/believed-clocks.ts';
import type { Metric } from './metrics.ts';
import type { Answer, Request } from './model.ts';
import type { Checkpoint } from './stored/checkpoint.ts';
import type { ConnectionState } from './stored/connection-state.ts';
import type { KnownFeeds } from './stored/known-feeds.ts';
import type { LedgerRow } from './stored/ledger-row.ts';
import type { Ongoing } from './stored/ongoing.ts';
import type { QuarantineEntry } from './stored/quarantine-entry.ts';
import type { SeenChunk, SeenRange, StoredChunk } from './stored/seen-chunk.ts';
import type { Duration, Instant } from './time.ts';

/**
 * The engine's interface to the outside world: AWS and the vendor in Lambda, memory in tests. No method retries by itself:
 * the engine decides what to do about a failure.
 */
export interface Effects {
  now(): Instant;
  /** What the clocks of the AWS services are ahead of ours, as their answers to this invocation show. */
  clocks(): ClockOffsets;
  random(): number;
  /** Resolves early when the host wants the run to end. */
  sleep(time: Duration): Promise<void>;
  /** Lets requests and answers that wait go on. A long calculation in one piece would keep them from that. */
  giveWay(): Promise<void>;
  /** Time left for this invocation. */
  remainingTime(): Duration;
  /** Whether the host wants the run to end now. */
  stopping(): boolean;
  /** The version of the program and the hash of its code, as `0.1.0+<hash>`. Undefined if it is not known. */
  code(): string | undefined;

  /**
   * Sends the vendor one request. Throws NetworkError if no answer came, TooLargeError if the memory cannot hold the answer.
   *
   * @param fresh reads the secret again first, because it may have been replaced
   * @param atOnce number of requests in flight at the same time: their answers share the memory. Default: one
   */
  fetch(request: Request, timeout: Duration, fresh: boolean, atOnce?: number): Promise<Answer>;
  /**
   * The version of the secret in use. It changes when the secret is replaced. The secret may be one that this process remembers
   * for some minutes.
   *
   * @param current reads the secret first, unless this invocation has read it already
   */
  secretVersion(current?: boolean): Promise<string>;
  /** The version of the secret that this invocation has taken up last; nothing is read for it. Empty before the first. */
  secretInUse(): string;
  /**
   * Sends one request that gets or extends the token that all further requests carry. The token itself stays outside of the engine.
   * A remembered secret never opens one: an old secret would be refused, and refused sign-ins lock users out.
   */
  obtainToken(step: 'open' | 'extend', timeout: Duration): Promise<TokenAnswer>;
  /**
   * Takes over the token that an earlier invocation kept in the memory of this process for the same connection, origin and
   * version of the secret: further requests carry it. Undefined if there is none.
   */
  keptToken(): Promise<TokenTimes | undefined>;
  /** Keeps the token in use in memory for later invocations; `undefined` removes it from there. It is never stored. */
  keepToken(times: TokenTimes | undefined): void;

  /** Strongly consistent. @param key the feed's name, or that of a job beside it: `<feed>#backfill#<id>` */
  load(key: string): Promise<Checkpoint | undefined>;
  /**
   * The checkpoint as this process has last read or written it, if nobody held its lease then. Others may have replaced it since:
   * it serves only as the condition of a write, and where an error does no harm.
   */
  recall(key: string): Checkpoint | undefined;
  /** What was kept beside the checkpoint that `recall` returns. It is forgotten with that. */
  recallSeen(key: string): KeptSeen | undefined;
  /** Keeps delivered events in memory, as long as this process remembers the checkpoint and there is room. They are stored anyway. */
  keepSeen(key: string, seen: KeptSeen): void;
  /** The checkpoints of the jobs beside a feed, of one kind. */
  loadJobs(feed: string, kind: string): Promise<readonly Checkpoint[]>;
  /**
   * Replaces the checkpoint if it still is what we read. Throws AmbiguousWriteError if it is not known whether it was written.
   * @param expect what the item must have; undefined if there must be no item
   */
  write(key: string, item: Checkpoint, expect: ExpectedCheckpoint | undefined): Promise<'written' | 'refused'>;
  loadConnection(): Promise<ConnectionState | undefined>;
  writeConnection(state: ConnectionState, expectVersion: number | undefined): Promise<'written' | 'refused'>;
  /** The feeds that were found in the configuration, by connection: all that the source ever had and that were not forgotten. */
  loadKnownFeeds(): Promise<readonly KnownFeeds[]>;
  /** Writes what is known of some connections, and forgets others. Repeating it changes nothing. */
  noteKnownFeeds(known: readonly KnownFeeds[], forgotten: readonly string[]): Promise<void>;

  /**
   * The stored seen chunks of these buckets, newest bucket first, strongly consistent.
   *
   * @param place the feed's name; `<feed>#resent#<id>` is a separate place, for events that are sent again on purpose
   */
  loadSeen(place: string, range: SeenRange): AsyncIterable<StoredChunk>;
  /** Appends chunks. Repeating it changes nothing. */
  remember(place: string, chunks: readonly SeenChunk[]): Promise<void>;
  /** A 64-bit hash of an event id, under a random key of this deployment. */
  seal(eventId: string): Uint8Array;

  /** The sessions that have not ended, as far as we know. */
  loadOngoing(feed: string): Promise<readonly Ongoing[]>;
  /** Notes which sessions have begun, and which have ended. Repeating it changes nothing. */
  noteOngoing(feed: string, begun: readonly Ongoing[], ended: readonly Ongoing[]): Promise<void>;

  /** Stores a snapshot's text under an id of ours. Repeating it changes nothing. */
  saveSnapshot(feed: string, id: string, text: string): Promise<void>;
  loadSnapshot(feed: string, id: string): Promise<string | undefined>;
  /** Removes the snapshots whose ids sort before this one. Those after it may belong to a later worker. */
  dropSnapshots(feed: string, before: string): Promise<void>;

  /** Calls PutRecordBatch once. Returns the error code of each record; undefined if it was accepted. Throws NetworkError if the outcome is unknown. */
  put(
    deliveryStream: string,
    records: readonly Uint8Array[],
    timeout: Duration,
  ): Promise<readonly (string | undefined)[]>;
  /**
   * When a delivery stream was created, and when that was seen. A process remembers it. Undefined if it could not be found out
   * a moment ago. Throws if it cannot be found out now.
   *
   * @param maxAge maximum age of what is remembered; if it is older, the stream is looked at again
   */
  lookAtStream(
    deliveryStream: string,
    maxAge: Duration,
    timeout: Duration,
  ): Promise<{ readonly createdAt: Instant; readonly at: Instant } | undefined>;
  /** Keeps the whole of an event that a destination could not take unchanged. Repeating it changes nothing. */
  quarantine(feed: string, entry: QuarantineEntry): Promise<void>;
  /** All entries that a feed has in quarantine. */
  loadQuarantine(feed: string): AsyncIterable<QuarantineEntry>;
  /** Removes an entry from quarantine. */
  dropQuarantine(feed: string, id: string): Promise<void>;

  /**
   * Writes a day's row of the ledger.
   *
   * @param expect the `madeAt` that the stored row must have; undefined if there must be no row
   */
  saveLedger(feed: string, row: LedgerRow, expect: Instant | undefined): Promise<'written' | 'refused'>;
  /** The rows of these days, `2026-01-10`, both included. */
  loadLedger(feed: string, from: string, to: string): Promise<readonly LedgerRow[]>;

  count(metric: Metric, value: number): void;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
}

/** The delivered events that a run leaves in memory for the next one. Only the engine looks into it. */
export interface KeptSeen {
  /** Number of events. */
  readonly size: number;
}

/** What a checkpoint must have to be replaced. */
export interface ExpectedCheckpoint {
  readonly fence: number;
  readonly version: number;
  /** All of it, if it is not sure that it was read lately: fence and version could be those of another item that was begun anew. */
  readonly whole?: Checkpoint;
}

/** The outcome of a request for a token. */
export interface TokenAnswer {
  readonly answer: Answer;
  /** Whether there is a token now. */
  readonly open: boolean;
  /** When the token ends, by the vendor's clock. Undefined if the answer gives no time. */
  readonly until?: Instant;
  /** Lifetime of the token. Undefined if the answer gives no duration. */
  readonly life?: Duration;
}

/** When a token has to be renewed, and when it ends. Both by our clock. */
export interface TokenTimes {
  readonly renewAt: Instant;
  readonly endsAt: Instant;
}
