import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../functions/core/stored/checkpoint.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { Crash, createWorld, type EffectHook, type World } from '../../memory/world.ts';
import { at, EXACT, filledWorld } from '../set-up.ts';

/** No fence has two owners, none is taken while another holds it, and every write follows the one before it. */
function expectOneWorkerAtATime(world: World): void {
  const owners = new Map<number, string>();
  let before: Checkpoint | undefined;
  for (const { item, at: when } of world.table.history) {
    expect(item.version).toBe((before?.version ?? 0) + 1);
    if (item.owner !== undefined) {
      expect(owners.get(item.fence) ?? item.owner).toBe(item.owner);
      owners.set(item.fence, item.owner);
    }
    if (before && item.fence !== before.fence) {
      expect(item.fence).toBe(before.fence + 1);
      if (before.owner !== undefined) expect(when).toBeGreaterThan(before.leaseUntil as number);
    }
    before = item;
  }
}

describe('rule 21: a write whose answer got lost is recognised as ours', () => {
  // Taking the lease, a position in the middle, another one, giving the lease back.
  const writes = [1, 2, 3, 4];
  const faults = ['lost-before', 'lost-after'] as const;

  it.each(writes.flatMap((nth) => faults.map((fault) => [nth, fault] as const)))(
    'write %i, %s it took effect',
    async (nth, fault) => {
      const world = filledWorld({ stream: { longestWindow: 10 * MINUTE }, vendor: { latency: 6 * SECOND } });
      let lost = 0;

      const [report] = await world.run({
        onEffect: (call) => {
          if (call.name !== 'write' || call.nth !== nth) return undefined;
          lost++;
          return fault;
        },
      });

      expect(lost).toBe(1);
      expect(report).toMatchObject({ state: 'caught-up', delivered: 55 });
      expect(world.checkpoint().owner).toBeUndefined();
      expect(world.checkpoint().fence).toBe(1);
      expectOneWorkerAtATime(world);
      expect((await world.run())[0]?.state).toBe('caught-up');
      expect(world.census()).toEqual(EXACT);
    },
  );

  it.each(faults)('twice in a row, %s', async (fault) => {
    const world = filledWorld();

    const [report] = await world.run({
      onEffect: ({ name, nth }) => (name === 'write' && nth < 3 ? fault : undefined),
    });

    expect(report).toMatchObject({ state: 'caught-up', delivered: 55 });
    expectOneWorkerAtATime(world);
  });

  it('gives up a lease that it cannot be sure of, and the next run waits for its end at most', async () => {
    const world = filledWorld();

    const [report] = await world.run({
      budget: MINUTE,
      onEffect: ({ name }) => (name === 'write' ? 'lost-after' : undefined),
    });
    world.clock.advance(MINUTE + 5 * SECOND);
    const [next] = await world.run();

    expect(report).toMatchObject({ state: 'failed', error: { code: 'state', stage: 'saving' } });
    expect(next?.state).toBe('caught-up');
    expectOneWorkerAtATime(world);
    expect(world.census()).toEqual(EXACT);
  });

  it('is never taken for somebody else’s when two workers race and answers get lost', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = filledWorld({ seed });
      const losing: EffectHook = ({ name }) => {
        if (name !== 'write' || world.random() < 0.6) return undefined;
        return world.random() < 0.5 ? 'lost-before' : 'lost-after';
      };
      for (let round = 0; round < 4; round++) {
        await Promise.all([1, 2, 3].map(() => world.run({ budget: MINUTE, onEffect: losing })));
        world.clock.advance(2 * MINUTE);
      }
      await world.runUntilCaughtUp();

      expectOneWorkerAtATime(world);
      expect(world.census(), `seed ${seed}`).toMatchObject({ missing: [], invented: [] });
    }
  });
});

describe('rule 21: one worker', () => {
  it('of two at once, one works and the other asks nothing', async () => {
    const world = filledWorld({ vendor: { latency: SECOND } });
    const asked: string[] = [];
    const note =
      (who: string): EffectHook =>
      ({ name }) => {
        if (name === 'fetch') asked.push(who);
      };

    const reports = await Promise.all([world.run({ onEffect: note('one') }), world.run({ onEffect: note('two') })]);

    const states = reports.map(([report]) => report?.state).sort();
    expect(states).toEqual(['busy', 'caught-up']);
    const busy = reports.flat().find(({ state }) => state === 'busy');
    expect(busy?.until).toBeDefined();
    expect(busy?.error).toBeUndefined();
    expect(new Set(asked).size).toBe(1);
    expect(world.count('Busy')).toBe(1);
    expect(world.census()).toEqual(EXACT);
    expectOneWorkerAtATime(world);
  });

  it('also when both find a feed that has never run', async () => {
    const world = filledWorld();

    await Promise.all(Array.from({ length: 5 }, () => world.run()));

    expectOneWorkerAtATime(world);
    expect(world.census()).toEqual(EXACT);
  });

  it('holds against a second worker of another owner to the end of the first one’s time', async () => {
    const world = filledWorld({ vendor: { latency: 20 * SECOND } });

    const first = world.run({ budget: 5 * MINUTE, owner: 'first' });
    await world.clock.wait(MINUTE);
    const [second] = await world.run({ owner: 'second' });
    const [report] = await first;

    expect(second).toMatchObject({ state: 'busy', pages: 0 });
    expect(report?.state).toBe('caught-up');
    expect(world.census()).toEqual(EXACT);
  });
});

describe('rule 21: a stale worker that outlives its lease', () => {
  it.each([
    ['remember', 1],
    ['loadSeen', 1],
    ['write', 2],
  ] as const)('cannot commit after a %s that hung', async (hung, which) => {
    const world = filledWorld({ vendor: { pageSize: 100 } });
    const hang: EffectHook = ({ name, nth }) => (name === hung && nth === which ? { latency: 20 * MINUTE } : undefined);
    const stale = world.run({ outlives: true, budget: 20 * SECOND, onEffect: hang });
    await world.clock.wait(26 * SECOND);

    const [fresh] = await world.run();
    const end = world.checkpoint();
    const [late] = await stale;

    expect(fresh?.state).toBe('caught-up');
    expect(late).toMatchObject({ state: 'busy', error: { code: 'lease-lost' } });
    expect(world.checkpoint()).toEqual(end);
    expect(world.census()).toMatchObject({ missing: [], invented: [] });
    expectOneWorkerAtATime(world);
  });

  it('loses at its commit, says so, and its flush in flight is all that comes twice', async () => {
    const world = createWorld({ startFrom: at('06:00:00'), vendor: { pageSize: 50, latency: 6 * SECOND } });
    world.vendor.addMany(340, at('06:00:00'), MINUTE);
    const inFlight: number[] = [];
    const stale = world.run({
      outlives: true,
      onEffect: ({ name, nth, value }) => {
        if (name === 'put' && nth === 2)
          inFlight.push(
            Buffer.concat(value as Buffer[])
              .toString()
              .split('\n').length - 1,
          );
        return name === 'remember' && nth === 2 ? { latency: HOUR } : undefined;
      },
    });
    await world.clock.wait(6 * MINUTE);

    const [fresh] = await world.run();
    const end = world.checkpoint();
    const [late] = await stale;

    expect(fresh?.state).toBe('caught-up');
    expect(late).toMatchObject({ state: 'busy', error: { code: 'lease-lost' } });
    expect(world.checkpoint()).toEqual(end);
    const { repeated, missing, invented } = world.census();
    expect([missing, invented]).toEqual([[], []]);
    expect(repeated.length).toBeGreaterThan(0);
    expect(repeated.length).toBeLessThanOrEqual(inFlight[0] as number);
    await world.run();
    expect(world.census().repeated).toEqual(repeated);
  });

  it('cannot undo what its successor has remembered', async () => {
    const world = filledWorld();
    const stale = world.run({
      outlives: true,
      onEffect: ({ name, nth }) => (name === 'remember' && nth === 1 ? { latency: HOUR } : undefined),
    });
    await world.clock.wait(6 * MINUTE);
    await world.run();
    const { repeated } = world.census();
    await stale;

    for (let run = 0; run < 5; run++) await world.run();

    expect(world.census().repeated).toEqual(repeated);
  });
});

describe('rule 21: the lease ends with the worker’s deadline and a margin', () => {
  it('so that the next run after a crash waits no longer than that', async () => {
    const world = filledWorld();
    const start = world.now;
    const crash: EffectHook = ({ name, nth }) => (name === 'put' && nth === 1 ? 'crash-before' : undefined);
    await expect(world.run({ budget: MINUTE, onEffect: crash })).rejects.toThrow(Crash);
    const leaseUntil = world.checkpoint().leaseUntil as Instant;

    expect(leaseUntil - start).toBeGreaterThanOrEqual(MINUTE);
    expect(leaseUntil - start).toBeLessThanOrEqual(MINUTE + 10 * SECOND);
    world.clock.advance(leaseUntil - world.now - SECOND);
    const [early] = await world.run();
    world.clock.advance(leaseUntil - world.now + SECOND);
    const [after] = await world.run();

    expect(early).toMatchObject({ state: 'busy', lagSeconds: expect.any(Number) });
    expect(after?.state).toBe('caught-up');
    expect(world.census()).toEqual(EXACT);
  });

  it('and after a clean end, whatever it was, not at all', async () => {
    const world = createWorld({ startFrom: at('06:00:00'), vendor: { latency: 5 * SECOND } });
    world.vendor.addMany(340, at('06:00:00'), MINUTE);
    world.vendor.faults.push({ status: 400 }, { text: '<html>' });

    const states = [];
    for (let run = 0; run < 4; run++) {
      states.push((await world.run({ budget: MINUTE }))[0]?.state);
      expect(world.checkpoint()).not.toHaveProperty('leaseUntil');
      expect(world.checkpoint()).not.toHaveProperty('owner');
    }

    expect(states).toEqual(['failed', 'failed', 'more', 'more']);
  });

  it('and no call of its owner ends after it, however slow the world is', async () => {
    for (const slow of ['fetch', 'put'] as const) {
      const world = filledWorld({ vendor: { pageSize: 5 } });
      const start = world.now;
      await world.run({
        budget: 40 * SECOND,
        onEffect: ({ name, nth }) => (name === slow && nth > 1 ? { latency: 10 * MINUTE } : undefined),
      });

      expect(world.now - start).toBeLessThanOrEqual(40 * SECOND);
      expect(world.checkpoint()).not.toHaveProperty('owner');
    }
  });
});
