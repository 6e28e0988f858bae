import type { Task } from '../../../functions/core/invocation/tasks.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { EffectCall, Fault } from '../../memory/faults.ts';
import { Crash, createWorld, type World } from '../../memory/world.ts';
import { Dice } from '../dice.ts';

const FEED = 'memory/events/acme';
const START = Date.parse('2026-03-02T12:00:00Z') * 1_000;

/** What came of one seed, for its promises to be held against. */
export interface JobsOutcome {
  readonly world: World;
  /** From when on every event was to be delivered. */
  readonly since: Instant;
  /** A crash, an answer of Firehose or of the seen keys that got lost, a worker that lived on: each may repeat the flush in flight. */
  readonly incidents: number;
  readonly verified: FeedReport;
  readonly troubles: ReadonlyMap<string, number>;
  readonly story: readonly string[];
}

/** Live reading, a backfill and a verification that repairs, all at once and in trouble; then calm, until all of them are done. */
export async function playJobs(seed: number): Promise<JobsOutcome> {
  const dice = new Dice(seed);
  const world = worldOf(dice, seed);
  const trouble = new Trouble(dice);
  const since = START - 3 * DAY;
  const fill = { act: 'backfill', range: { from: since, to: START - DAY + 2 * HOUR } } as const;
  const check = { act: 'verify', range: { from: since, to: START + DAY }, repair: true } as const;
  for (let turn = dice.int(5, 9); turn > 0; turn--) {
    addRows(dice, world);
    const acts: Task[] = [{ act: 'run' }];
    if (dice.chance(0.7)) acts.push(fill);
    if (dice.chance(0.4)) acts.push(check);
    // What the live feed reads again at the same time.
    if (dice.chance(0.5)) {
      const from = world.now - dice.int(1, 30) * HOUR;
      acts.push({ act: 'backfill', range: { from, to: world.now - dice.int(0, 90) * MINUTE } });
    }
    if (dice.chance(0.2)) acts.push(dice.pick([fill, check, { act: 'run' }] as const));
    await Promise.all(acts.map((act) => trouble.run(world, act)));
    world.clock.advance(dice.int(1, 40) * MINUTE);
  }
  world.clock.advance(4 * HOUR);
  await world.runUntilCaughtUp();
  await untilDone(world, fill);
  world.clock.advance(2 * HOUR);
  await world.runUntilCaughtUp();
  // One that was begun earlier ends where the live feed was then.
  await untilDone(world, check);
  await untilDone(world, check);
  const verified = await untilDone(world, check);
  const { incidents, troubles, story } = trouble;
  return { world, since, incidents, verified, troubles, story };
}

function worldOf(dice: Dice, seed: number): World {
  const world = createWorld({
    seed,
    startFrom: START - DAY,
    start: START,
    destinations: dice.chance(0.3) ? ['siem', 'lake'] : ['siem'],
    vendor: {
      order: dice.pick(['ascending', 'newest-first', 'as-added']),
      bounds: dice.pick(['half-open', 'inclusive', 'half-open-end']),
      pageSize: dice.int(3, 30),
      ids: dice.chance(0.4),
      latency: dice.int(50, 4_000) * 1_000,
    },
    stream: dice.pick([{}, {}, { longestWindow: 6 * HOUR }, { rangeIgnoresRowTime: true, windowStep: DAY }]),
  });
  for (let at = 0; at < 60; at++) addRow(dice, world, START - dice.int(0, 3 * 24 * 60) * MINUTE, 0);
  return world;
}

/** Some on time, some later than the overlap reaches: those are for the verification to find. Some are equal to the letter. */
function addRows(dice: Dice, world: World): void {
  for (let count = dice.int(0, 4); count > 0; count--) {
    const late: Duration = dice.chance(0.4) ? dice.int(0, 40) * MINUTE : dice.chance(0.3) ? dice.int(1, 4) * HOUR : 0;
    addRow(dice, world, world.now - late, world.now + dice.int(0, 90) * SECOND);
  }
}

function addRow(dice: Dice, world: World, time: Instant, visibleAt: Instant): void {
  const name = dice.pick(['sign-in', 'sign-out', 'change']);
  const whole = time - (time % SECOND);
  for (let copies = dice.chance(0.15) ? 2 : 1; copies > 0; copies--) world.vendor.add({ time: whole, name, visibleAt });
}

async function untilDone(world: World, act: Task): Promise<FeedReport> {
  for (let runs = 0; runs < 200; runs++) {
    const [report] = await world.run({ act });
    if (report?.job?.state === 'done') return report;
    world.clock.advance(2 * MINUTE);
  }
  throw new Error(`${act.act} does not end: ${JSON.stringify(world.table.loadJobs(FEED, act.act))}`);
}

/** What a flush in flight depends on: when its answer is lost, it may go out again. */
const DECISIVE: ReadonlySet<string> = new Set(['put', 'remember']);

class Trouble {
  incidents = 0;
  readonly troubles = new Map<string, number>();
  readonly story: string[] = [];
  readonly #dice: Dice;
  readonly #share: number;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#share = dice.pick([0, 0.004, 0.01, 0.03]);
  }

  async run(world: World, act: Task): Promise<void> {
    const hangs = this.#share > 0 && this.#dice.chance(0.1);
    if (hangs) this.#note('hang', `${act.act} hangs`, 4);
    try {
      const budget = this.#dice.int(30, 300) * SECOND;
      await world.run({ act, budget, outlives: hangs, onEffect: (call) => this.#strike(act, call, hangs) });
    } catch (thrown) {
      if (!(thrown instanceof Crash)) throw thrown;
      this.#note('crash', `${act.act}: ${thrown.message}`, 1);
    }
  }

  #strike(act: Task, { name, number }: EffectCall, hangs: boolean): Fault | undefined {
    if (hangs && this.#dice.chance(0.02)) return { latency: 6 * MINUTE };
    if (!this.#dice.chance(this.#share)) return undefined;
    const fault = this.#dice.pick<Fault>([
      'crash-before',
      'crash-after',
      'crash-midway',
      'lost-before',
      'lost-after',
      'lost-midway',
      { latency: this.#dice.int(1, 40) * SECOND },
    ]);
    const kind = typeof fault === 'string' ? (fault.split('-')[0] as string) : 'slow';
    const isDecisive = DECISIVE.has(name) && kind !== 'crash';
    if (kind !== 'crash')
      this.#note(kind, `${act.act} ${number} ${name}: ${JSON.stringify(fault)}`, isDecisive ? 1 : 0);
    return fault;
  }

  #note(kind: string, line: string, incidents: number): void {
    this.incidents += incidents;
    this.troubles.set(kind, (this.troubles.get(kind) ?? 0) + 1);
    this.story.push(line);
  }
}
