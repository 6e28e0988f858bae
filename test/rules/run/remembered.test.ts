import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { WarmMemory } from '../../memory/invocation.ts';
import { createWorld, type EffectName, ecsDestination, type World } from '../../memory/world.ts';
import { addToEach, at, EXACT, FEED, filledWorld, threeFeeds } from '../set-up.ts';

/** Runs once, and returns how often each effect was used. */
async function effectsOf(world: World, warm: WarmMemory): Promise<Partial<Record<EffectName, number>>> {
  const used: Partial<Record<EffectName, number>> = {};
  await world.run({
    warm,
    onEffect: ({ name }) => {
      used[name] = (used[name] ?? 0) + 1;
    },
  });
  return used;
}

/** A world that has caught up, and a process that remembers all of this hour's events. */
async function warmWorld(): Promise<{ world: World; warm: WarmMemory }> {
  const settled = await settledWorld();
  settled.world.vendor.addMany(20, at('12:00:00'), SECOND);
  await settled.world.run({ warm: settled.warm });
  settled.world.vendor.addMany(20, at('12:05:00'), SECOND);
  settled.world.clock.advance(5 * MINUTE);
  return settled;
}

/** A world that has caught up, and a process that remembers it. */
async function settledWorld(): Promise<{ world: World; warm: WarmMemory }> {
  const world = filledWorld();
  const warm: WarmMemory = {};
  await world.run({ warm });
  world.clock.advance(5 * MINUTE);
  return { world, warm };
}

describe('rule 44: a warm function remembers its checkpoints', () => {
  it('and takes the lease with one write and no read', async () => {
    const { world, warm } = await settledWorld();

    expect(await effectsOf(world, warm)).toMatchObject({ loadConnection: 1, write: 2 });
    expect(await effectsOf(world, warm)).not.toHaveProperty('load');
    expect(world.census()).toEqual(EXACT);
  });

  it('and reads none twice, not even at the first run of many feeds', async () => {
    const world = threeFeeds();
    addToEach(world, 20, MINUTE);
    await world.run();
    world.clock.advance(5 * MINUTE);
    const warm: WarmMemory = {};

    expect(await effectsOf(world, warm)).toMatchObject({ load: 3, write: 6 });
    world.clock.advance(5 * MINUTE);
    const used = await effectsOf(world, warm);

    expect(used).toMatchObject({ write: 6, loadConnection: 1 });
    expect(used).not.toHaveProperty('load');
  });

  it('but reads one that another worker has moved on, and goes on from there', async () => {
    const { world, warm } = await settledWorld();
    world.vendor.addMany(40, at('12:00:00'), MINUTE / 10);
    world.clock.advance(HOUR);
    const other = await world.run();
    const { watermark, version } = world.checkpoint();

    const used = await effectsOf(world, warm);

    expect(other[0]).toMatchObject({ state: 'caught-up', delivered: 40 });
    expect(used.load).toBeGreaterThanOrEqual(1);
    expect(world.checkpoint().watermark).toBeGreaterThanOrEqual(watermark);
    expect(world.checkpoint().version).toBeGreaterThan(version);
    expect(world.census()).toEqual(EXACT);
  });

  it('and waits while another worker holds the lease', async () => {
    const { world, warm } = await settledWorld();
    world.vendor.addMany(50, at('12:00:00'), SECOND);
    world.vendor.options.latency = 5 * SECOND;
    const other = world.run();
    await world.clock.wait(SECOND);

    const [report] = await world.run({ warm });

    expect(report?.state).toBe('busy');
    expect((await other)[0]?.state).toBe('caught-up');
    expect(world.census()).toEqual(EXACT);
  });

  it.each([
    ['forbidden', { status: 403 }, 'forbidden'],
    ['quota', { status: 429, headers: { 'retry-after': '1200' } }, 'paused'],
  ] as const)('and heeds a hold that another worker has written: %s', async (_, reply, state) => {
    const { world, warm } = await settledWorld();
    world.vendor.faults.push(reply);
    expect((await world.run())[0]?.state).toBe(state);
    const asked = world.vendor.requests.length;
    world.clock.advance(5 * MINUTE);

    const [report] = await world.run({ warm });

    expect(report?.state).toBe(state);
    expect(world.vendor.requests).toHaveLength(asked);
  });

  it('and runs when another worker has ended the hold that it remembers', async () => {
    const { world, warm } = await settledWorld();
    world.vendor.faults.push({ status: 403 });
    expect((await world.run({ warm }))[0]?.state).toBe('forbidden');
    expect((await world.run({ askAgain: true }))[0]?.state).toBe('caught-up');

    expect((await world.run({ warm }))[0]?.state).toBe('caught-up');
  });

  it.each(['lost-before', 'lost-after'] as const)('and forgets one whose write was %s', async (fault) => {
    const { world, warm } = await settledWorld();
    const [report] = await world.run({
      warm,
      // The last write of a run gives the lease back. All its attempts fail.
      onEffect: ({ name, nth }) => (name === 'write' && nth > 1 ? fault : undefined),
    });
    world.clock.advance(10 * MINUTE);

    expect(report?.state).toBe('failed');
    expect((await effectsOf(world, warm)).load).toBeGreaterThanOrEqual(1);
    expect(world.checkpoint().owner).toBeUndefined();
    expect(world.census()).toEqual(EXACT);
  });

  it('and does not undo what a person has changed in the table, fence and version being the same', async () => {
    const { world, warm } = await settledWorld();
    const { version } = world.checkpoint();
    const floor = at('11:30:00');
    world.table.overwrite(FEED, { floor, watermark: floor, plan: undefined, version } as object);
    expect(world.checkpoint().version).toBe(version);

    await world.run({ warm });

    expect(world.checkpoint().floor).toBe(floor);
  });

  it('nor a feed that was removed and has begun anew', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    const warm: WarmMemory = {};
    await world.run({ warm });
    world.table.remove(FEED);
    world.clock.advance(MINUTE);
    world.startFrom = at('11:50:00');
    await world.run();
    const begun = world.checkpoint();
    const [, remembered] = [...(warm.checkpoints ?? [])][0] ?? [];
    expect(remembered).toMatchObject({ fence: begun.fence, version: begun.version });

    await world.run({ warm });

    expect(world.checkpoint().floor).toBe(at('11:50:00'));
  });
});

describe('rule 44: a warm function remembers what it has delivered', () => {
  it('and reads no keys again while it is alone', async () => {
    const { world, warm } = await warmWorld();

    const used = await effectsOf(world, warm);

    expect(used).toMatchObject({ remember: 1 });
    expect(used).not.toHaveProperty('loadSeen');
    expect(world.census()).toEqual(EXACT);
  });

  it('but reads them after another worker has delivered', async () => {
    const { world, warm } = await warmWorld();
    const [other] = await world.run();

    const used = await effectsOf(world, warm);

    expect(other?.delivered).toBe(20);
    expect(used.loadSeen).toBeGreaterThanOrEqual(1);
    expect(world.census()).toEqual(EXACT);
  });

  it('and when a run of its own has failed half-way', async () => {
    const { world, warm } = await warmWorld();
    const [failed] = await world.run({
      warm,
      onEffect: ({ name }) => (name === 'remember' ? 'lost-after' : undefined),
    });

    const used = await effectsOf(world, warm);

    expect(failed?.state).toBe('failed');
    expect(used.loadSeen).toBeGreaterThanOrEqual(1);
    expect(world.census()).toEqual(EXACT);
  });

  it('and for other destinations than before', async () => {
    const { world, warm } = await warmWorld();
    world.destinations = [...world.destinations, ecsDestination('second')];

    expect((await effectsOf(world, warm)).loadSeen).toBeGreaterThanOrEqual(1);
  });
});
