import type { Writer } from '../delivery/event-writer.ts';
import type { Effects } from '../effects.ts';
import type { AnyFeed, Connection, Destination, Source } from '../model.ts';
import type { Access } from '../requests/access/access.ts';
import type { Pacer } from '../requests/pacer.ts';
import type { PreparedConnection } from '../run/feed-context.ts';
import type { ConnectionStore } from '../state/connection-store.ts';
import type { Duration, Instant } from '../time.ts';
import type { Task } from './tasks.ts';

/** Inputs of an invocation: a connection, and those of its feeds that are due. */
export interface ConnectionContext {
  readonly effects: Effects;
  readonly source: Source;
  readonly connection: Connection;
  readonly feeds: readonly AnyFeed[];
  readonly destinations: readonly Destination[];
  readonly write: Writer;
  readonly owner: string;
  readonly maxSeenKeys: number;
  /** How long the keys of delivered events are kept. */
  readonly seenFor: Duration;
  /** A person started this invocation: requests that the vendor refused before are tried again now. */
  readonly askAgain: boolean;
  readonly task: Task;
}

/** State that all feeds of one invocation share. */
export interface Shared {
  readonly pacer: Pacer;
  readonly endBy: Instant;
  readonly stopAt: Instant;
  readonly store: ConnectionStore;
  /** The end of the refusal that was on record when the invocation began, whether it is over or not. */
  readonly heldBefore: Instant | undefined;
  /** The version of the secret that the connection is prepared for. */
  secretVersion: string;
  readonly access?: Access;
  /** Set by the first feed that needs it, and again when the secret is replaced during the invocation. */
  prepared?: Promise<PreparedConnection>;
}
