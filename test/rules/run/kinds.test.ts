import { describe, expect, it } from 'vitest';
import type { Checkpoint, FeedCheckpoint, SnapshotCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { firstCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { ofKind } from '../../../functions/core/stored/checkpoint-kind.ts';
import { createWorld } from '../../memory/world.ts';

const common = firstCheckpoint(1_000, ['siem']);
const ref = { id: '1-a', number: 1, at: 1 };

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
