import type { Task } from '../../../functions/core/invocation/tasks.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { DAY, type Duration, HOUR, MINUTE } from '../../../functions/core/time.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';

/** Maximum number of invocations that a job may need. */
const MAX_RUNS = 300;

/** A log, and the live feed that has read it up to now. */
export interface StandingOptions extends WorldOptions {
  /** How far back the log goes. */
  readonly past: Duration;
  /** The time between two rows. */
  readonly every: Duration;
  /** How long ago the last row was; an hour unless said otherwise. */
  readonly until?: Duration;
}

/** A feed that began a day ago, unless said otherwise, and has caught up; five minutes have passed since then. */
export async function standing({ past, every, until = HOUR, ...options }: StandingOptions): Promise<World> {
  const world = createWorld({ ...options, vendor: { pageSize: 7, ...options.vendor } });
  for (let time = world.now - past; time < world.now - until; time += every) {
    world.vendor.add({ time, name: `row ${time}`, visibleAt: 0 });
  }
  await world.runUntilCaughtUp();
  world.clock.advance(5 * MINUTE);
  return world;
}

/** A feed that began a day ago, at a vendor with ten days of log, a row every so often. */
export async function tenDays(every: Duration = HOUR): Promise<World> {
  return await standing({ past: 10 * DAY, every });
}

/** Invokes until the job is done; a minute passes between two invocations. */
export async function untilDone(world: World, act: Task, budget: Duration = 5 * MINUTE): Promise<FeedReport> {
  for (let runs = 1; runs <= MAX_RUNS; runs++) {
    const [report] = await world.run({ act, budget });
    if (report?.job?.state === 'done') return report;
    world.clock.advance(MINUTE);
  }
  throw new Error('the job does not end');
}
