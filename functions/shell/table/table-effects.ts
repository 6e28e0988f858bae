import type { Effects } from '../../core/effects.ts';
import { type Duration, MILLISECOND } from '../../core/time.ts';
import type { CheckpointMemory } from '../warm/checkpoint-memory.ts';
import { loadCheckpoint, loadJobs, writeCheckpoint } from './checkpoints.ts';
import { loadConnection, loadKnownFeeds, noteKnownFeeds, writeConnection } from './connection-states.ts';
import { loadLedger, saveLedger } from './ledger-rows.ts';
import { loadOngoing, noteOngoing } from './ongoing.ts';
import { dropQuarantine, loadQuarantine, quarantine } from './quarantine-entries.ts';
import { loadSeen, remember } from './seen-chunks.ts';
import { dropSnapshots, loadSnapshot, saveSnapshot } from './snapshots.ts';
import type { TableClient } from './table-client.ts';

/** The effects of the engine that read and write the table. */
export type TableEffects = Pick<
  Effects,
  | 'load'
  | 'recall'
  | 'recallSeen'
  | 'keepSeen'
  | 'loadJobs'
  | 'write'
  | 'loadConnection'
  | 'writeConnection'
  | 'loadKnownFeeds'
  | 'noteKnownFeeds'
  | 'loadSeen'
  | 'remember'
  | 'loadOngoing'
  | 'noteOngoing'
  | 'saveSnapshot'
  | 'loadSnapshot'
  | 'dropSnapshots'
  | 'quarantine'
  | 'loadQuarantine'
  | 'dropQuarantine'
  | 'saveLedger'
  | 'loadLedger'
>;

/** What the items of an invocation depend on, besides the feed. */
export interface TableSettings {
  /** The connection whose state is read and written: `<source>/@connection/<id>`. */
  readonly connection: string;
  /** The known feeds of the source: `<source>/@feeds`. */
  readonly feeds: string;
  /** How long entries in quarantine are kept. */
  readonly quarantineFor: Duration;
}

export function tableEffects(
  table: TableClient,
  memory: CheckpointMemory,
  { connection, feeds, quarantineFor }: TableSettings,
): TableEffects {
  return {
    ...rememberedCheckpoints(table, memory),
    loadJobs: (feed, kind) => loadJobs(table, feed, kind),
    loadConnection: () => loadConnection(table, connection),
    writeConnection: (state, expectVersion) => writeConnection(table, connection, state, expectVersion),
    loadKnownFeeds: () => loadKnownFeeds(table, feeds),
    noteKnownFeeds: (known, forgotten) => noteKnownFeeds(table, feeds, known, forgotten),
    loadSeen: (place, range) => loadSeen(table, place, range),
    remember: (place, chunks) => remember(table, place, chunks, Date.now() * MILLISECOND),
    loadOngoing: (feed) => loadOngoing(table, feed),
    noteOngoing: (feed, begun, ended) => noteOngoing(table, feed, begun, ended),
    saveSnapshot: (feed, id, text) => saveSnapshot(table, feed, id, text),
    loadSnapshot: (feed, id) => loadSnapshot(table, feed, id),
    dropSnapshots: (feed, before) => dropSnapshots(table, feed, before),
    quarantine: (feed, entry) => quarantine(table, feed, entry, quarantineFor),
    loadQuarantine: (feed) => loadQuarantine(table, feed, Date.now() * MILLISECOND),
    dropQuarantine: (feed, id) => dropQuarantine(table, feed, id),
    saveLedger: (feed, row, expect) => saveLedger(table, feed, row, expect),
    loadLedger: (feed, from, to) => loadLedger(table, feed, from, to),
  };
}

/** Reads and writes checkpoints, and remembers each as the table holds it. After a write whose outcome is not known, nothing is remembered. */
function rememberedCheckpoints(
  table: TableClient,
  memory: CheckpointMemory,
): Pick<TableEffects, 'load' | 'recall' | 'recallSeen' | 'keepSeen' | 'write'> {
  return {
    load: async (key) => {
      memory.drop(key);
      const found = await loadCheckpoint(table, key);
      if (found) memory.keep(key, found);
      return found;
    },
    recall: (key) => memory.recall(key),
    recallSeen: (key) => memory.recallSeen(key),
    keepSeen: (key, seen) => memory.keepSeen(key, seen),
    write: async (key, item, expect) => {
      memory.drop(key);
      const outcome = await writeCheckpoint(table, key, item, expect);
      if (outcome === 'written') memory.keep(key, item);
      return outcome;
    },
  };
}
