import type { Checkpoint, ConnectionState } from './checkpoint.ts';
import type { Metric } from './metrics.ts';
import type { Answer, Request } from './model.ts';
import type { SeenChunk } from './seen.ts';
import type { Duration, Instant } from './time.ts';

/**
 * All that the world can do to the engine. In Lambda it is AWS and the vendor, in tests it is memory.
 * Nothing in here tries again by itself: what to do about a failure is the engine's decision.
 */
export interface Effects {
  now(): Instant;
  random(): number;
  /** Resolves early when the host wants the run to end. */
  sleep(time: Duration): Promise<void>;
  /** How long this invocation may still live. */
  remainingTime(): Duration;
  /** Whether the host wants the run to end now. */
  stopping(): boolean;

  /** Asks the vendor once. `fresh`: read the secret again first, it may have been rotated. Throws NetworkError when no answer came. */
  fetch(request: Request, timeout: Duration, fresh: boolean): Promise<Answer>;
  /** The version of the secret in hand; changes when somebody replaces the secret. */
  secretVersion(): Promise<string>;

  /** Strongly consistent. */
  load(feed: string): Promise<Checkpoint | undefined>;
  /**
   * Replaces the checkpoint if it still is what we read. Throws AmbiguousWriteError when nobody knows whether it was written.
   * @param expect the fence and version that must be there; none when there must be no item
   */
  write(
    feed: string,
    item: Checkpoint,
    expect: { fence: number; version: number } | undefined,
  ): Promise<'written' | 'refused'>;
  loadConnection(): Promise<ConnectionState | undefined>;
  writeConnection(state: ConnectionState, expectVersion: number | undefined): Promise<'written' | 'refused'>;

  /** The seen chunks of these buckets, newest bucket first, strongly consistent; without `to`: all from there on. */
  loadSeen(feed: string, from: string, to?: string): AsyncIterable<SeenChunk>;
  /** Appends chunks; doing it twice changes nothing. */
  remember(feed: string, chunks: readonly SeenChunk[]): Promise<void>;
  /** 64 bits that stand for an event id, under a random key of this deployment. */
  seal(eventId: string): Uint8Array;

  /** One PutRecordBatch; the error code of each record, or none where it was accepted. Throws NetworkError when the outcome is unknown. */
  put(
    deliveryStream: string,
    records: readonly Uint8Array[],
    timeout: Duration,
  ): Promise<readonly (string | undefined)[]>;
  /** Keeps something whole that no destination could take. Doing it twice changes nothing. */
  quarantine(feed: string, entry: QuarantineEntry): Promise<void>;

  count(metric: Metric, value: number): void;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
}

/** Something kept whole, with the reason. */
export interface QuarantineEntry {
  readonly id: string;
  readonly reason: 'oversized' | 'unreadable';
  readonly at: Instant;
  readonly text: string;
}
