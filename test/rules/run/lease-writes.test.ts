import { describe, expect, it } from 'vitest';
import { acquire, type Lease } from '../../../functions/core/state/lease.ts';
import { type FeedCheckpoint, firstCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { MINUTE, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type EffectHook, type World } from '../../memory/world.ts';

const KEY = 'memory/events/acme';

/** A lease of a feed that has never run. */
async function takeLease(onEffect?: EffectHook): Promise<{ world: World; lease: Lease<FeedCheckpoint> }> {
  const world = createWorld();
  const { effects } = world.invoke({ budget: 10 * MINUTE, ...(onEffect && { onEffect }) });
  const fresh = (): FeedCheckpoint => ({ kind: 'feed', ...firstCheckpoint(world.now, ['siem']) });
  const request = { key: KEY, kind: 'feed', owner: 'us', leaseUntil: world.now + 10 * MINUTE, fresh } as const;
  const taken = await acquire<FeedCheckpoint>(effects, request, undefined);
  if (!('lease' in taken)) throw new Error('somebody else holds the lease');
  return { world, lease: taken.lease };
}

describe('rule 21: the writes of one lease follow each other', () => {
  it('also if several parts of a run commit at the same time', async () => {
    // The earlier a write begins, the longer it takes.
    const { world, lease } = await takeLease(({ name, nth }) =>
      name === 'write' && nth > 1 ? { latency: (6 - nth) * SECOND } : undefined,
    );

    await Promise.all([
      lease.commit({ watermark: 1 }),
      lease.commit({ watermark: 2 }),
      lease.commit({ watermark: 3, unordered: true }),
      lease.release({ failures: 7 }),
    ]);

    const written = world.table.history.slice(1).map(({ item }) => [item.version, item.watermark]);
    expect(written).toEqual([
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 3],
    ]);
    expect(world.checkpoint()).toMatchObject({ unordered: true, failures: 7 });
    expect(world.checkpoint().owner).toBeUndefined();
  });

  it('and what is noted while one is under way is in the next one', async () => {
    const { world, lease } = await takeLease();

    const committing = lease.commit({ watermark: 1 });
    await Promise.resolve();
    lease.note({ scope: 'noted' });
    await committing;

    expect(world.checkpoint()).toMatchObject({ watermark: 1, scope: '' });
    expect(lease.item).toMatchObject({ watermark: 1, scope: 'noted' });
    await lease.commit({ failures: 2 });
    expect(world.checkpoint()).toMatchObject({ watermark: 1, scope: 'noted', failures: 2 });
  });

  it('and a failed one does not hold up the next', async () => {
    const { world, lease } = await takeLease(({ name, nth }) =>
      name === 'write' && nth >= 2 && nth <= 4 ? 'lost-before' : undefined,
    );

    const [first, second] = await Promise.allSettled([lease.commit({ watermark: 1 }), lease.commit({ watermark: 2 })]);

    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(world.checkpoint().watermark).toBe(2);
  });

  it('and one whose answer was lost for good is not taken for the one after it', async () => {
    const { world, lease } = await takeLease(({ name, nth }) =>
      name === 'write' && nth >= 2 && nth <= 4 ? 'lost-after' : undefined,
    );

    await expect(lease.commit({ watermark: 1 })).rejects.toThrow('did not answer');

    // The table holds the first commit, which has our owner and our fence. The second one has not been written.
    await expect(lease.commit({ watermark: 2 })).rejects.toMatchObject({ code: 'lease-lost' });
    expect(world.checkpoint().watermark).toBe(1);
  });

  it('and nothing is written after the lease was given back', async () => {
    const { world, lease } = await takeLease();

    const [released, late] = await Promise.allSettled([lease.release({}), lease.commit({ watermark: 9 })]);

    expect(released.status).toBe('fulfilled');
    expect(late).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('given back') } });
    expect(world.checkpoint().watermark).not.toBe(9);
  });
});
