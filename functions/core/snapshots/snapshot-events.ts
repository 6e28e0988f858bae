import type { EcsEvent, EcsFields } from '../ecs-event.ts';
import { complete, type EventContext, pipelineError } from '../events/complete.ts';
import { digest, ownerOf } from '../events/identity.ts';
import type { Change, Item, Row, SnapshotFeed } from '../model.ts';
import type { SnapshotRef } from '../stored/checkpoint.ts';

/** The event of a change. Made again from the same two snapshots, it has the same id and the same time. */
export function changeEvent(feed: SnapshotFeed, ref: SnapshotRef, change: Change): EcsEvent {
  const { before = null, after = null } = change;
  const row = { value: change, text: JSON.stringify({ before, after }) };
  const about = contextOf(feed, ref, ['change', change.key, change.kind]);
  return eventOf(row, about, () => feed.stream.mapChange(change, feed.connection));
}

/** The event of a first snapshot, with which later ones are compared. */
export function baselineEvent(feed: SnapshotFeed, ref: SnapshotRef, items: readonly Item[]): EcsEvent {
  const row = { value: items, text: JSON.stringify(items) };
  return eventOf(row, contextOf(feed, ref, ['baseline']), () => feed.stream.mapBaseline(items, feed.connection));
}

function contextOf(feed: SnapshotFeed, ref: SnapshotRef, what: readonly string[]): EventContext {
  // Each connection counts its own snapshots, so the feed's name is a part of the id.
  const owner = ownerOf(feed.source, feed.connection);
  const id = digest(JSON.stringify(['snapshot', owner, feed.name, ref.number, ...what]));
  return { feed, id, time: ref.at, readAt: ref.at };
}

function eventOf(row: Row, about: EventContext, map: () => EcsFields): EcsEvent {
  try {
    return complete(map(), row, about);
  } catch (thrown) {
    return pipelineError(row, about, thrown);
  }
}
