import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time.ts';
import type { Fault } from '../../memory/faults.ts';
import { seededRandom } from '../../memory/random.ts';
import { Crash, type World, type WorldOptions } from '../../memory/world.ts';
import { standing, untilDone } from './standing.ts';

/** A feed that began a day ago, at a vendor with four days of log, up to ten minutes ago. */
async function fourDays(seed: number, options: WorldOptions = {}): Promise<World> {
  return await standing({ seed, past: 4 * DAY, every: 20 * MINUTE, until: 10 * MINUTE, ...options });
}

/** Crashes, lost answers and slowness at random effects. */
function trouble(random: () => number, share: number, crashes: { count: number }): () => Fault | undefined {
  return () => {
    const dice = random();
    if (dice < share) {
      crashes.count++;
      return random() < 0.5 ? 'crash-before' : 'crash-after';
    }
    if (dice < 2 * share) return random() < 0.5 ? 'lost-before' : 'lost-after';
    if (dice < 3 * share) return { latency: random() * 20_000_000 };
    return undefined;
  };
}

describe('a backfill that meets the live feed', () => {
  it('delivers nothing twice and loses nothing when both run at once', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const world = await fourDays(seed);
      const random = seededRandom(seed);
      world.vendor.options.latency = 200_000 + random() * 3_000_000;
      const act = { act: 'backfill', range: { from: world.now - 3 * DAY, to: world.now } } as const;
      for (let turn = 0, done = false; turn < 60 && !done; turn++) {
        // Latecomers, which both may find.
        const time = world.now - random() * 50 * MINUTE;
        world.vendor.add({ time: time - (time % 1_000_000), name: `late ${turn}`, visibleAt: world.now + 1_000 });
        const [, [report]] = await Promise.all([world.run(), world.run({ act, budget: 2 * MINUTE })]);
        done = report?.job?.state === 'done';
        world.clock.advance(MINUTE);
      }
      await world.runUntilCaughtUp();
      const due = world.vendor.rows.filter(({ time }) => time >= act.range.from);
      expect(world.census(due), `seed ${seed}`).toMatchObject({ missing: [], repeated: [] });
    }
  });

  it('loses nothing and repeats a flush for a crash at most, whatever goes wrong', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const world = await fourDays(seed);
      const random = seededRandom(seed * 7);
      const act = { act: 'backfill', range: { from: world.now - 3 * DAY, to: world.now } } as const;
      const crashes = { count: 0 };
      const onEffect = trouble(random, 0.01, crashes);
      const attempt = (run: Promise<unknown>) =>
        run.catch((thrown: unknown) => {
          if (!(thrown instanceof Crash)) throw thrown;
        });
      for (let turn = 0; turn < 12; turn++) {
        await Promise.all([
          attempt(world.run({ onEffect })),
          attempt(world.run({ act, budget: MINUTE, onEffect })),
          ...(random() < 0.3 ? [attempt(world.run({ act, budget: MINUTE, onEffect, outlives: true }))] : []),
        ]);
        world.clock.advance(2 * MINUTE);
      }
      await untilDone(world, act);
      await world.runUntilCaughtUp();
      const due = world.vendor.rows.filter(({ time }) => time >= act.range.from);
      expect(world.census(due).missing, `seed ${seed}`).toEqual([]);
      expect(new Set(world.ids()).size, `seed ${seed}`).toBeGreaterThanOrEqual(due.length);
    }
  });

  it('delivers only while it holds the live lease, and comes back when that takes long', async () => {
    const world = await fourDays(1);
    const act = { act: 'backfill', range: { from: world.now - 9 * DAY, to: world.now } } as const;
    world.table.overwrite('memory/events/acme', { owner: 'somebody', leaseUntil: world.now + 3 * MINUTE });
    const before = world.delivered().length;

    const [waited] = await world.run({ act, budget: MINUTE });
    const meanwhile = world.delivered().filter(({ event }) => event.module !== 'tidemark').length;
    world.clock.advance(3 * MINUTE);
    const [after] = await world.runUntilCaughtUp({ act });

    expect(waited).toMatchObject({ state: 'paused', job: { state: 'running' } });
    expect(meanwhile).toBe(before);
    expect(after?.[0]).toMatchObject({ state: 'caught-up', job: { state: 'done' } });
    expect(world.delivered().filter(({ event }) => event.module !== 'tidemark').length).toBeGreaterThan(before);
  });

  it.each([
    ['what it reads again', {}, 25 * MINUTE],
    ['the whole days that it asks for', { rangeIgnoresRowTime: true, windowStep: DAY }, 9 * HOUR],
  ])('finds no latecomer that the live feed finds at the same time in %s', async (_, stream, late) => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = await fourDays(seed, { stream });
      const random = seededRandom(seed);
      world.vendor.options.latency = 200_000 + random() * 3_000_000;
      for (let turn = 0; turn < 6; turn++) {
        const time = world.now - 4 * MINUTE - random() * late;
        world.vendor.add({ time: time - (time % 1_000_000), name: `late ${turn}`, visibleAt: world.now });
        const range = { from: world.now - 20 * HOUR, to: world.now - turn * MINUTE };
        await Promise.all([world.run(), world.run({ act: { act: 'backfill', range }, budget: 2 * MINUTE })]);
        world.clock.advance(MINUTE);
      }
      await world.runUntilCaughtUp();
      const due = world.vendor.rows.filter(({ time }) => time >= world.now - 20 * HOUR);
      expect(world.census(due), `seed ${seed}`).toMatchObject({ missing: [], repeated: [] });
    }
  });
});
