import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { createWorld, type World } from '../memory/world.ts';

const FEED = 'memory/events/acme';

/** A feed that began a day ago, at a vendor with ten days of log, a row every so often. */
async function standing(every = HOUR): Promise<World> {
  const world = createWorld({ vendor: { pageSize: 7 } });
  for (let time = world.now - 10 * DAY; time < world.now - HOUR; time += every) {
    world.vendor.add({ time, name: `row ${time}`, visibleAt: 0 });
  }
  await world.runUntilCaughtUp();
  world.clock.advance(5 * MINUTE);
  return world;
}

describe('a backfill', () => {
  it('reads a range of the past once, beside the live feed, and says how far it has come', async () => {
    const world = await standing();
    const range = { from: world.now - 11 * DAY, to: world.now };
    const live = world.checkpoint();

    const [report] = await world.run({ act: { act: 'backfill', range } });

    expect(report).toMatchObject({ state: 'caught-up', job: { kind: 'backfill', state: 'done', percent: 100 } });
    expect(world.census()).toMatchObject({ missing: [], invented: [], repeated: [] });
    expect(world.checkpoint()).toMatchObject({ watermark: live.watermark, floor: live.floor });
    expect(world.table.loadJobs(FEED, 'backfill')).toHaveLength(1);
  });

  it('goes on where a run left it, also when the live feed runs in between', async () => {
    const world = await standing(10 * MINUTE);
    world.vendor.options.latency = 4_000_000;
    const act = { act: 'backfill', range: { from: world.now - 9 * DAY, to: world.now - 2 * HOUR } } as const;
    let runs = 0;
    for (; runs < 200; runs++) {
      const [report] = await world.run({ act, budget: MINUTE });
      if (report?.job?.state === 'done') break;
      await world.run();
      world.clock.advance(MINUTE);
    }
    expect(runs).toBeGreaterThan(3);
    expect(world.census(world.vendor.rows.filter(({ time }) => time >= act.range.from))).toMatchObject({
      missing: [],
      repeated: [],
    });
  });
});
