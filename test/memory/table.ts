import { isDeepStrictEqual } from 'node:util';
import type { ExpectedCheckpoint } from '../../functions/core/effects.ts';
import { isJob, type JobCheckpoint } from '../../functions/core/run/job-progress.ts';
import type { Checkpoint, FeedCheckpoint } from '../../functions/core/stored/checkpoint.ts';
import { ofKind } from '../../functions/core/stored/checkpoint-kind.ts';
import type { ConnectionState } from '../../functions/core/stored/connection-state.ts';
import type { KnownFeeds } from '../../functions/core/stored/known-feeds.ts';
import type { LedgerRow } from '../../functions/core/stored/ledger-row.ts';
import type { Ongoing } from '../../functions/core/stored/ongoing.ts';
import type { QuarantineEntry } from '../../functions/core/stored/quarantine-entry.ts';
import type { SeenChunk } from '../../functions/core/stored/seen-chunk.ts';
import { DAY, type Duration, type Instant } from '../../functions/core/time.ts';

/** The table in memory: conditional writes like DynamoDB's. It stores copies, so that nobody shares an object with it. */
export class MemoryTable {
  /** Every checkpoint that was written, in order, to check invariants. */
  readonly history: { readonly feed: string; readonly at: Instant; readonly item: Checkpoint }[] = [];
  readonly quarantine = new Map<string, QuarantineEntry & { readonly feed: string }>();
  /** By feed and day. */
  readonly ledger = new Map<string, LedgerRow>();
  /** By feed and id. */
  readonly snapshots = new Map<string, string>();
  readonly #ongoing = new Map<string, Map<string, Ongoing>>();
  seenFor: Duration;
  readonly #checkpoints = new Map<string, Checkpoint>();
  #connection: ConnectionState | undefined;
  readonly #knownFeeds = new Map<string, KnownFeeds>();
  readonly #seen = new Map<string, Map<string, { chunk: SeenChunk; until: Instant }>>();

  constructor(seenFor: Duration = 30 * DAY) {
    this.seenFor = seenFor;
  }

  load(feed: string): Checkpoint | undefined {
    return copy(this.#checkpoints.get(feed));
  }

  /** Replaces the item if it is the expected one, or creates it if none is expected and none exists. */
  write(feed: string, item: Checkpoint, expect: ExpectedCheckpoint | undefined, now: Instant): 'written' | 'refused' {
    const there = this.#checkpoints.get(feed);
    if (expect ? there?.fence !== expect.fence || there.version !== expect.version : there !== undefined)
      return 'refused';
    if (expect?.whole && !isDeepStrictEqual(copy(expect.whole), there)) return 'refused';
    const stored = copy(item);
    this.#checkpoints.set(feed, stored);
    this.history.push({ feed, at: now, item: stored });
    return 'written';
  }

  /** Changes a checkpoint from outside the engine, as a person could in the console, who may or may not raise its version. */
  overwrite(feed: string, changes: Partial<FeedCheckpoint>): void {
    const there = ofKind<FeedCheckpoint>(feed, this.#checkpoints.get(feed), 'feed');
    if (!there) throw new Error(`no checkpoint of ${feed}`);
    this.#checkpoints.set(feed, copy({ ...there, version: there.version + 1, ...changes }));
  }

  /** Removes only a checkpoint, as a person could to make the feed start again. */
  remove(feed: string): void {
    this.#checkpoints.delete(feed);
  }

  /** The jobs beside a feed. */
  loadJobs(feed: string, kind: string): JobCheckpoint[] {
    const keys = [...this.#checkpoints.keys()].filter((key) => key.startsWith(`${feed}#${kind}#`)).sort();
    return keys.map((key) => copy(this.#checkpoints.get(key)) as Checkpoint).filter(isJob);
  }

  loadQuarantine(feed: string): QuarantineEntry[] {
    const entries = [...this.quarantine.values()].filter((entry) => entry.feed === feed);
    return entries.map(({ feed: _, ...entry }) => entry);
  }

  dropQuarantine(feed: string, id: string): void {
    this.quarantine.delete(`${feed}#${id}`);
  }

  /** Replaces a day's row if it is the expected one, or creates it if none is expected and none exists. */
  saveLedger(feed: string, row: LedgerRow, expect: Instant | undefined): 'written' | 'refused' {
    if (this.ledger.get(`${feed}#${row.day}`)?.madeAt !== expect) return 'refused';
    this.ledger.set(`${feed}#${row.day}`, copy(row));
    return 'written';
  }

  loadLedger(feed: string, from: string, to: string): LedgerRow[] {
    const keys = [...this.ledger.keys()].filter((key) => key >= `${feed}#${from}` && key <= `${feed}#${to}`).sort();
    return keys.map((key) => copy(this.ledger.get(key)) as LedgerRow);
  }

  /** Removes the seen keys of all events before a time, as TTL does. */
  forgetSeen(before: string): void {
    for (const items of this.#seen.values()) {
      for (const [name, { chunk }] of items) if (chunk.bucket < before) items.delete(name);
    }
  }

  loadOngoing(feed: string): Ongoing[] {
    return [...(this.#ongoing.get(feed)?.values() ?? [])];
  }

  noteOngoing(feed: string, begun: readonly Ongoing[], ended: readonly Ongoing[]): void {
    const items = this.#ongoing.get(feed) ?? new Map<string, Ongoing>();
    this.#ongoing.set(feed, items);
    for (const one of begun) items.set(one.key, copy(one));
    for (const { key } of ended) items.delete(key);
  }

  saveSnapshot(feed: string, id: string, text: string): void {
    this.snapshots.set(`${feed}#${id}`, text);
  }

  loadSnapshot(feed: string, id: string): string | undefined {
    return this.snapshots.get(`${feed}#${id}`);
  }

  dropSnapshots(feed: string, before: string): void {
    for (const name of this.snapshots.keys()) {
      if (name.startsWith(`${feed}#`) && name < `${feed}#${before}`) this.snapshots.delete(name);
    }
  }

  loadConnection(): ConnectionState | undefined {
    return copy(this.#connection);
  }

  writeConnection(state: ConnectionState, expectVersion: number | undefined): 'written' | 'refused' {
    if (this.#connection?.version !== expectVersion) return 'refused';
    this.#connection = copy(state);
    return 'written';
  }

  loadKnownFeeds(): KnownFeeds[] {
    return copy([...this.#knownFeeds.values()]);
  }

  noteKnownFeeds(known: readonly KnownFeeds[], forgotten: readonly string[]): void {
    for (const one of known) this.#knownFeeds.set(one.connection, copy(one));
    for (const connection of forgotten) this.#knownFeeds.delete(connection);
  }

  /** Puts an entry into quarantine. Doing it again changes nothing. */
  keep(feed: string, entry: QuarantineEntry): void {
    this.quarantine.set(`${feed}#${entry.id}`, { ...entry, feed });
  }

  /** The chunks that have not expired, newest bucket first, like a query in descending order. */
  loadSeen(feed: string, from: string, to: string | undefined, now: Instant): SeenChunk[] {
    return [...(this.#seen.get(feed) ?? [])]
      .filter(([, { chunk, until }]) => now < until && chunk.bucket >= from && (to === undefined || chunk.bucket <= to))
      .sort(([one], [other]) => (one < other ? 1 : -1))
      .map(([, { chunk }]) => chunk);
  }

  remember(feed: string, chunks: readonly SeenChunk[], now: Instant): void {
    const items = this.#seen.get(feed) ?? new Map();
    this.#seen.set(feed, items);
    for (const chunk of chunks) {
      const until = Math.max(now, chunk.newest ?? now) + this.seenFor;
      items.set(`${chunk.bucket}#${chunk.id}`, {
        chunk: { ...chunk, keys: new Uint8Array(chunk.keys) },
        until,
      });
    }
  }
}

/** A copy with only what can be stored: JSON. By hand, as half of a simulation's time is spent in here otherwise. */
function copy<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} is no JSON`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new Error(`a ${value.constructor?.name} is no JSON`);
  const made: Record<string, unknown> = {};
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) made[key] = copied(member);
  }
  return made;
}
