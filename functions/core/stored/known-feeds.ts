import type { Instant } from '../time.ts';

/** The feeds of a connection that were found in the configuration: a feed that is in it no longer is still known by name. */
export interface KnownFeeds {
  /** The id of the connection. */
  readonly connection: string;
  /** When a census last found it in the configuration; it is noted once an hour. */
  readonly at: Instant;
  /** The streams that were configured, including those that are no longer. */
  readonly streams: readonly string[];
  /** The streams among them that are no longer configured, and since when that is known and told. */
  readonly left?: readonly { readonly stream: string; readonly at: Instant }[];
}
