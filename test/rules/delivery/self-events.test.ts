import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/time.ts';
import { Crash, createWorld, type RunOptions, type World } from '../../memory/world.ts';
import { at } from '../set-up.ts';

function ids(world: World, act: string): string[] {
  return world.delivered().flatMap(({ event }) => (event.dataset === `tidemark.${act}` ? [event.id] : []));
}

function forbid(world: World, isForbidden: boolean): void {
  world.vendor.onRequest = () => (isForbidden ? { status: 403 } : undefined);
}

function wellWorld(): World {
  const world = createWorld({ startFrom: at('11:00:00') });
  world.vendor.addMany(60, at('11:00:00'), MINUTE);
  return world;
}

/** The same run, dying at each of its effects in turn, and once more after it: nothing is told under two ids. */
async function diesEverywhere(act: string, prepare: () => Promise<World>, options: RunOptions): Promise<void> {
  for (let nth = 1; ; nth++) {
    const world = await prepare();
    let reached = false;
    const onEffect: RunOptions['onEffect'] = ({ number }) => {
      if (number !== nth) return undefined;
      reached = true;
      return 'crash-after';
    };
    await world.run({ ...options, onEffect }).catch((thrown) => expect(thrown).toBeInstanceOf(Crash));
    world.clock.advance(10 * MINUTE);
    await world.run(options);
    world.clock.advance(10 * MINUTE);
    await world.run(options);

    expect(new Set(ids(world, act)).size, `after effect ${nth}`).toBe(1);
    expect(ids(world, act).length, `after effect ${nth}`).toBeLessThanOrEqual(2);
    if (!reached) return;
  }
}

describe('a permission that is lost is told once for each loss', () => {
  it('not again while it stays lost, also when other failures come in between', async () => {
    const world = wellWorld();
    await world.run();
    forbid(world, true);

    for (let hours = 0; hours < 5; hours++) {
      world.clock.advance(2 * HOUR);
      if (hours === 2) world.vendor.onRequest = () => ({ status: 400 });
      else forbid(world, true);
      await world.run();
    }

    expect(ids(world, 'permission-lost')).toHaveLength(1);
  });

  it('again when it was regained and is lost once more', async () => {
    const world = wellWorld();
    for (let loss = 0; loss < 3; loss++) {
      forbid(world, true);
      await world.run();
      world.clock.advance(2 * HOUR);
      forbid(world, false);
      await world.runUntilCaughtUp();
      world.clock.advance(2 * HOUR);
    }

    expect(new Set(ids(world, 'permission-lost')).size).toBe(3);
    expect(ids(world, 'permission-lost')).toHaveLength(3);
  });

  it('not again after a redrive', async () => {
    const world = wellWorld();
    await world.run();
    forbid(world, true);
    world.clock.advance(2 * HOUR);
    await world.run();

    await world.run({ act: { act: 'redrive' }, askAgain: true });
    world.clock.advance(2 * HOUR);
    await world.run();

    expect(ids(world, 'permission-lost')).toHaveLength(1);
  });

  it('under one id, wherever the process dies', async () => {
    const prepare = async () => {
      const world = wellWorld();
      await world.run();
      world.clock.advance(10 * MINUTE);
      forbid(world, true);
      return world;
    };

    await diesEverywhere('permission-lost', prepare, { askAgain: true });
  });
});

describe('what else Tidemark does is told under one id, wherever the process dies', () => {
  it('a move of the watermark', async () => {
    const prepare = async () => {
      const world = wellWorld();
      await world.run();
      world.clock.advance(10 * MINUTE);
      return world;
    };

    await diesEverywhere('rewind', prepare, { act: { act: 'move', to: at('11:10:00') } });
  });

  it('an event in quarantine', async () => {
    const prepare = async () => {
      const world = wellWorld();
      world.vendor.add({ time: at('11:30:00'), name: 'large', fields: { note: 'x'.repeat(1_100_000) } });
      return world;
    };

    await diesEverywhere('quarantine', prepare, {});
  });

  it('a scope that has changed', async () => {
    const prepare = async () => {
      const world = wellWorld();
      await world.run();
      world.clock.advance(10 * MINUTE);
      world.settings = { account: 'another' };
      return world;
    };

    await diesEverywhere('scope-changed', prepare, {});
  });
});

describe('a gap', () => {
  it('is told once; after a crash, what the vendor has deleted meanwhile as well', async () => {
    for (let nth = 1; nth < 20; nth++) {
      const world = createWorld({ stream: { retention: 2 * HOUR } });
      await world.run();
      world.vendor.addMany(10, world.now, MINUTE);
      world.clock.advance(6 * HOUR);
      const onEffect: RunOptions['onEffect'] = ({ number }) => (number === nth ? 'crash-after' : undefined);
      await world.run({ onEffect }).catch((thrown) => expect(thrown).toBeInstanceOf(Crash));
      world.clock.advance(10 * MINUTE);
      await world.run();
      world.clock.advance(10 * MINUTE);
      await world.run();

      const told = world.delivered().filter(({ event }) => event.dataset === 'tidemark.gap');
      const ranges = told.map(({ tidemark }) => tidemark.range as { from: string; to: string });
      const [first, second] = ranges;
      expect(told.length, `after effect ${nth}`).toBeLessThanOrEqual(2);
      expect(first).toBeDefined();
      // Before the commit it is the same gap, longer by now; after it, another one that follows.
      if (second) expect([first?.from, first?.to], `after effect ${nth}`).toContain(second.from);
      expect(new Set(told.map(({ event }) => event.id)).size).toBe(told.length);
    }
  });
});
