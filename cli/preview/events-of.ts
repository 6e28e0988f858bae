import { type ConfiguredConnection, feedsOf, parseConnection } from '../../functions/core/config/connection.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { complete, type EventContext, pipelineError } from '../../functions/core/events/complete.ts';
import { eventId, rowKey } from '../../functions/core/events/identity.ts';
import { identitiesOf, OneRecord } from '../../functions/core/events/one-record.ts';
import {
  type AnyFeed,
  type Feed,
  type Identity,
  isSnapshotFeed,
  type Row,
  type SnapshotFeed,
  type Source,
} from '../../functions/core/model.ts';
import { changeEvent } from '../../functions/core/snapshots/snapshot-events.ts';
import type { Instant } from '../../functions/core/time.ts';

/** The origin of a connection to a source whose tenants have one host each. It is never asked for anything. */
const SOMEWHERE = 'https://tenant.example.com';

/**
 * The feed that reads a stream.
 *
 * @param connection the connection whose settings count. Default: one without settings
 */
export function feedFor(source: Source, stream: string, connection = plainConnection(source)): AnyFeed {
  const feeds = feedsOf(source, connection);
  const feed = feeds.find((one) => one.stream.name === stream);
  if (feed) return feed;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${source.id} has no stream ${JSON.stringify(stream)}.`,
    remedy: `Its streams are: ${feeds.map((one) => one.stream.name).join(', ')}.`,
  });
}

/** A connection with the source's default settings. Settings that the source requires are missing. */
function plainConnection(source: Source): ConfiguredConnection {
  const given = { id: 'preview', source: source.id, origin: source.origin ?? SOMEWHERE };
  try {
    return parseConnection(source, given);
  } catch {
    return { ...given, secret: '', settings: {}, streams: {} };
  }
}

/** When a record was read, and what it is identified by. */
export interface Circumstances {
  readonly readAt: Instant;
  /** Default: it is made from the record. */
  readonly hash?: string | undefined;
}

/** The events of a record, as the engine makes them. An item of a snapshot stream is one that was just created. */
export function eventsOf(feed: AnyFeed, row: Row, circumstances: Circumstances): readonly EcsEvent[] {
  return isSnapshotFeed(feed) ? itemEvents(feed, row, circumstances) : recordEvents(feed, row, circumstances);
}

/** The hash that identifies a record, if it is made from all of it. Undefined if the stream names what identifies it. */
export function hashOfWhole(feed: AnyFeed, row: Row): string | undefined {
  if (isSnapshotFeed(feed)) return undefined;
  const { hash, isNumbered } = rowKey(feed.stream, row);
  return isNumbered ? hash : undefined;
}

function recordEvents(feed: Feed, row: Row, { readAt, hash }: Circumstances): readonly EcsEvent[] {
  const record = new OneRecord(row);
  const key = hash ?? rowKey(feed.stream, row).hash;
  return identitiesOf(feed, record).map((identity) => {
    const about = { feed, id: eventId(feed, identity, key, 0), readAt, time: identity.time };
    return mapRecord(feed, record, identity, about);
  });
}

function mapRecord({ stream, connection }: Feed, record: OneRecord, identity: Identity, about: EventContext): EcsEvent {
  try {
    const row = record.orThrow();
    return complete(stream.map(row, identity, connection), row, about);
  } catch (thrown) {
    return pipelineError(record.row, about, thrown);
  }
}

function itemEvents(feed: SnapshotFeed, row: Row, { readAt }: Circumstances): readonly EcsEvent[] {
  const ref = { id: 'preview', number: 1, at: readAt };
  const { row: bearable } = new OneRecord(row);
  return feed.stream.items(bearable).map(({ key, value }) => {
    // The engine compares items that were stored as JSON.
    const after: unknown = JSON.parse(JSON.stringify(value));
    return changeEvent(feed, ref, { kind: 'created', key, after, fields: [] });
  });
}
