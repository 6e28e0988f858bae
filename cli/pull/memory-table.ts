import type { ExpectedCheckpoint } from '../../functions/core/effects.ts';
import type { Checkpoint } from '../../functions/core/stored/checkpoint.ts';
import type { ConnectionState } from '../../functions/core/stored/connection-state.ts';
import type { SeenChunk, SeenRange } from '../../functions/core/stored/seen-chunk.ts';
import type { TableEffects } from '../../functions/shell/table/table-effects.ts';

/**
 * A table in memory for one read by one worker: what it holds is gone with the process. Nothing is read back later of snapshots,
 * quarantine, the ledger and ongoing things, so these are not kept.
 *
 * @param checkpoints those to begin with, by their keys
 */
export function memoryTable(checkpoints: Map<string, Checkpoint>): TableEffects {
  const seen = new Map<string, SeenChunk[]>();
  let connection: ConnectionState | undefined;
  return {
    load: async (key) => checkpoints.get(key),
    recall: () => undefined,
    recallSeen: () => undefined,
    keepSeen: () => undefined,
    loadJobs: async () => [],
    write: async (key, item, expect) => {
      if (!isExpected(checkpoints.get(key), expect)) return 'refused';
      checkpoints.set(key, item);
      return 'written';
    },
    loadConnection: async () => connection,
    writeConnection: async (state, expectVersion) => {
      if (connection?.version !== expectVersion) return 'refused';
      connection = state;
      return 'written';
    },
    loadKnownFeeds: async () => [],
    noteKnownFeeds: async () => undefined,
    loadSeen: async function* (place, range) {
      yield* (seen.get(place) ?? []).filter((chunk) => isInside(chunk, range)).sort(byBucketDescending);
    },
    remember: async (place, chunks) => {
      const known = seen.get(place) ?? [];
      seen.set(place, known);
      known.push(...chunks.map((chunk) => ({ ...chunk, keys: new Uint8Array(chunk.keys) })));
    },
    loadOngoing: async () => [],
    noteOngoing: async () => undefined,
    saveSnapshot: async () => undefined,
    loadSnapshot: async () => undefined,
    dropSnapshots: async () => undefined,
    quarantine: async () => undefined,
    loadQuarantine: async function* () {},
    dropQuarantine: async () => undefined,
    saveLedger: async () => 'written',
    loadLedger: async () => [],
  };
}

function isExpected(there: Checkpoint | undefined, expect: ExpectedCheckpoint | undefined): boolean {
  return there?.fence === expect?.fence && there?.version === expect?.version;
}

function isInside({ bucket }: SeenChunk, { from, to }: SeenRange): boolean {
  return bucket >= from && bucket <= to;
}

function byBucketDescending(one: SeenChunk, other: SeenChunk): number {
  return one.bucket < other.bucket ? 1 : one.bucket > other.bucket ? -1 : 0;
}
