import { describe, expect, it } from 'vitest';
import type { Checkpoint, FeedCheckpoint, SnapshotCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { firstCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { kindOf, ofKind } from '../../../functions/core/stored/checkpoint-kind.ts';
import { emptyTally } from '../../../functions/core/stored/tally.ts';
import { createWorld } from '../../memory/world.ts';

const common = firstCheckpoint(1_000, ['siem']);
const job = { id: 'a', range: { from: 0, to: 1 }, startedAt: 1, state: 'running' } as const;
const ref = { id: '1-a', number: 1, at: 1 };

describe('the kind of a checkpoint that version 0.1.0 stored', () => {
  it.each([
    ['backfill', { ...common, job: { ...job, kind: 'backfill', resend: false, tally: emptyTally() } }],
    ['verify', { ...common, job: { ...job, kind: 'verify', repair: false, steps: [] } }],
    ['snapshot', { ...common, snapshot: ref }],
    ['snapshot', { ...common, pending: ref }],
    ['feed', { ...common, days: [] }],
  ] as const)('is %s by what it holds', (kind, stored) => {
    expect(kindOf(stored)).toBe(kind);
  });

  it('is what is expected where nothing was read yet', () => {
    const stored = { ...common, failures: 3 };
    const item = { ...stored, kind: 'feed' as const };

    expect(kindOf(stored)).toBe('feed');
    expect(ofKind<SnapshotCheckpoint>('memory/keys/acme', item, 'snapshot')).toEqual({ ...stored, kind: 'snapshot' });
    expect(ofKind<FeedCheckpoint>('memory/keys/acme', item, 'feed')).toEqual(item);
  });
});

describe('a checkpoint of another kind', () => {
  const read: Checkpoint = { kind: 'feed', ...common, days: [] };

  it('is refused, and says what to do', () => {
    expect(() => ofKind<SnapshotCheckpoint>('memory/keys/acme', read, 'snapshot')).toThrow(
      expect.objectContaining({ code: 'state', message: expect.stringContaining('memory/keys/acme') }),
    );
    expect(() => ofKind<FeedCheckpoint>('memory/events/acme', { kind: 'snapshot', ...common }, 'feed')).toThrow(
      'is that of a snapshot, not of a feed',
    );
  });

  it('fails the run, and stays as it is', async () => {
    const world = createWorld();
    const [{ name: feed = '' } = {}] = world.feeds;
    const item: Checkpoint = { kind: 'snapshot', ...firstCheckpoint(world.now, ['siem']), snapshot: ref };
    world.table.write(feed, item, undefined, world.now);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'state' } });
    expect(world.table.load(feed)).toEqual(item);
  });
});
