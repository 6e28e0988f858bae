import type { Effects } from '../../functions/core/effects.ts';
import { runConnection } from '../../functions/core/invocation/run-connection.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { type Instant, MINUTE, parseInstant, SECOND } from '../../functions/core/time.ts';
import type { WarmMemory } from '../memory/invocation.ts';
import { ecsDestination, type World } from '../memory/world.ts';
import type { Worker } from './at-work.ts';
import { Dice } from './dice.ts';
import { Log } from './log.ts';
import { Oracle } from './oracle.ts';
import type { Deployment } from './scenario/deployments.ts';
import { drawScenario, type Scenario } from './scenario/scenario.ts';
import type { PlannedRun } from './scenario/scenario-faults.ts';
import { createWorldOf, lineOf } from './scenario/scenario-world.ts';
import { Story } from './scenario/story.ts';
import { Trouble } from './scenario/trouble.ts';
import { judgeEnd } from './verdict.ts';
import { type Surroundings, watched } from './worker.ts';

/** After the faults have stopped, an engine that has not read everything in so many runs never will. */
const MOST_QUIET_RUNS = 60;
/** A line of which no two fit into one Firehose record. */
const LONG_LINE = 26_000;

/** What came of a seed. */
export interface Outcome {
  readonly seed: number;
  /** Broken promises; empty when all were kept. */
  readonly failures: readonly string[];
  readonly scenario: Scenario;
  /** What happened; empty unless it was to be told. */
  readonly story: readonly string[];
  /** How often each kind of trouble struck, and what came of it. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Draws the scenario of a seed and plays it. */
export async function simulate(seed: number, told = false): Promise<Outcome> {
  return await play(drawScenario(seed), told);
}

/** Plays a scenario: runs, faults and people in order of time; then the faults stop, everything is read, and the promises are checked. */
export async function play(scenario: Scenario, told = false): Promise<Outcome> {
  const simulation = new Simulation(scenario, told);
  const { oracle, trouble, story } = simulation;
  try {
    await simulation.run();
    judgeEnd(oracle);
  } catch (thrown) {
    oracle.fail(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  }
  const counts = new Map([...trouble.counts, ...simulation.census()]);
  return { seed: scenario.seed, failures: oracle.failures, scenario, story: story.lines, counts };
}

class Simulation {
  readonly oracle: Oracle;
  readonly trouble: Trouble;
  readonly story: Story;
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #around: Surroundings;
  readonly #log: Log;
  readonly #running: Promise<unknown>[] = [];
  /** What the processes remember that do nothing now, the one that has rested longest first. */
  readonly #idle: WarmMemory[] = [];
  /** Somebody has set watermark and floor. */
  #byHand = false;

  constructor(scenario: Scenario, told: boolean) {
    this.#scenario = scenario;
    const world = createWorldOf(scenario);
    this.#world = world;
    // Elsewhere a look would only change what seeds that once broke a promise do.
    world.canLook = scenario.deployments.length > 0;
    this.#log = new Log(scenario, world);
    this.story = new Story(told, () => world.now);
    const poison = new Set(this.#log.poison.flatMap(({ versions }) => versions));
    this.trouble = new Trouble(scenario, new Dice(scenario.seed + 1_000_003), world, poison);
    this.oracle = new Oracle(scenario, world, this.#log, this.story);
    this.#around = { world, oracle: this.oracle, trouble: this.trouble, story: this.story };
  }

  /** What came of it, for whoever wants to know that the simulation simulates. */
  census(): [string, number][] {
    const { books, takeovers, gaps, unreadable, extras } = this.oracle;
    const metrics = (['Late', 'Incomplete', 'ScopeChanged', 'Busy', 'Owed'] as const).map(
      (metric): [string, number] => [metric, this.#world.count(metric)],
    );
    return [
      ['repeats', books.repeats],
      ['takeovers', takeovers],
      ['gaps', gaps.length],
      ['unreadable', unreadable.length],
      ['extras', extras],
      ...metrics,
      ...this.#situations(),
    ];
  }

  /** What this scenario is about, beside its faults. */
  #situations(): [string, number][] {
    const { destinations, deployments, vendor, runs, rows, scopeChangesAt, neighbour } = this.#scenario;
    const situations: [string, boolean][] = [
      ['secondDestination', destinations.length > 1],
      ['addedDestination', destinations.some(({ from }) => from > 0)],
      ['vendorClockOff', vendor.clockOffset !== 0],
      ['ourClockOff', runs.some(({ clockOffset }) => clockOffset !== 0)],
      ['redeployed', deployments.some((one) => one.destinations)],
      ['replacedStream', deployments.some(({ replaces }) => replaces)],
      ['changingRow', rows.some(({ changesAt }) => changesAt !== undefined)],
      ['scopeChange', scopeChangesAt !== undefined],
      ['floorByHand', this.#byHand],
      ['brokenNeighbour', neighbour !== undefined],
    ];
    return situations.map(([kind, is]) => [kind, is ? 1 : 0]);
  }

  async run(): Promise<void> {
    const { clock } = this.#world;
    for (const { at, act } of this.#acts()) {
      if (at > clock.now) await clock.wait(at - clock.now);
      act();
    }
    await Promise.all(this.#running);
    this.trouble.end();
    this.story.tell(() => 'the faults have stopped');
    await this.#readEverything();
  }

  #acts(): { at: Instant; act: () => unknown }[] {
    const { runs, destinations, deployments, hand, scopeChangesAt } = this.#scenario;
    const acts: { at: Instant; act: () => unknown }[] = [];
    for (const run of runs) acts.push({ at: run.at, act: () => this.#running.push(this.#launch(run)) });
    for (const deployment of deployments) acts.push({ at: deployment.at, act: () => this.#deploy(deployment) });
    for (const { id, from } of destinations) {
      if (from > 0) acts.push({ at: from, act: () => this.#world.destinations.push(ecsDestination(id)) });
    }
    if (hand) acts.push({ at: hand.at, act: () => this.#setByHand(hand.to) });
    if (scopeChangesAt) acts.push({ at: scopeChangesAt, act: () => this.#changeScope() });
    return acts.sort((one, other) => one.at - other.at);
  }

  #deploy({ destinations, replaces }: Deployment): void {
    const { firehose, now } = this.#world;
    this.story.tell(() => `somebody deploys: ${JSON.stringify({ destinations, replaces })}`);
    if (replaces) {
      firehose.replace(`tidemark-${replaces.id}`, now, now);
      this.oracle.loses(replaces.id, now - replaces.held);
    }
    if (!destinations) return;
    this.#world.destinations = destinations.map(ecsDestination);
    // Functions with another environment are others.
    this.#idle.length = 0;
  }

  #changeScope(): void {
    this.#world.settings = { account: 'other' };
  }

  #setByHand(to: Instant): void {
    const { item } = this.oracle;
    // Nobody sets what a worker is about to write.
    if (!item || item.owner !== undefined) return;
    this.#byHand = true;
    this.story.tell(() => 'somebody sets watermark and floor');
    const feed = this.#world.feeds[0] as { name: string };
    this.#world.table.overwrite(feed.name, { watermark: to, floor: to, plan: undefined } as object);
    this.oracle.setByHand(to);
  }

  /** Runs until all has been read: the first run that catches up may only have ended an old plan. */
  async #readEverything(): Promise<void> {
    const { clock } = this.#world;
    const { settle, vendor } = this.#scenario;
    const restsAt =
      Math.max(this.#log.restsAt, this.#log.newest - Math.min(0, vendor.clockOffset)) + settle + 2 * SECOND;
    let caughtUp = 0;
    for (let runs = 0; runs < MOST_QUIET_RUNS; runs++) {
      await clock.wait(2 * MINUTE);
      if (clock.now < restsAt && runs > 3) await clock.wait(restsAt - clock.now);
      const from = clock.now;
      const report = this.#ofFeed(await this.#launch({ at: from, budget: 30 * MINUTE, clockOffset: 0 }));
      const item = this.oracle.item;
      const isPaid = item?.kind !== 'feed' || !item.owed;
      if (report?.state === 'caught-up' && isPaid && from >= restsAt && item && item.watermark > this.#log.newest)
        caughtUp++;
      if (caughtUp === 2 || this.oracle.failures.length > 0) return;
      const until = parseInstant(report?.until);
      if (until !== undefined && until > clock.now) await clock.wait(until - clock.now);
      if (runs === MOST_QUIET_RUNS - 1) this.oracle.fail(`never caught up: ${JSON.stringify(report)}`);
    }
  }

  async #launch(plan: PlannedRun): Promise<FeedReport[]> {
    const { clock, now } = this.#world;
    const worker: Worker = { name: `w${this.oracle.workers.length}`, plan, from: now, disturbed: false };
    this.oracle.workers.push(worker);
    this.story.tell(() => `${worker.name} begins: ${JSON.stringify(plan)}`);
    const warm = this.#takeProcess();
    const invocation = this.#world.invoke({
      warm,
      budget: plan.budget,
      outlives: plan.freeze !== undefined,
      clockOffset: plan.clockOffset,
      ...(plan.stopAfter !== undefined && { stopAt: now + plan.stopAfter }),
      onEffect: (call) => this.trouble.strike(plan, call),
    });
    worker.disturbed = plan.freeze !== undefined;
    try {
      const reports = await this.#invoke(worker, watched(worker, invocation, this.#around));
      const { state, error } = this.#ofFeed(reports) as FeedReport;
      if (error?.code === 'lease-lost') this.oracle.lostLease(worker);
      this.story.tell(() => `${worker.name} ends: ${state}${error ? ` (${error.code}: ${error.message})` : ''}`);
      invocation.end();
      this.#idle.push(warm);
      return reports;
    } catch (thrown) {
      worker.disturbed = true;
      this.story.tell(() => `${worker.name} dies: ${String(thrown)}`);
      return [];
    } finally {
      worker.to = clock.now;
      if (this.trouble.runaway) this.oracle.fail(`${worker.name} goes round in circles`);
    }
  }

  #ofFeed(reports: readonly FeedReport[]): FeedReport | undefined {
    return reports.find(({ feed }) => feed === this.oracle.feed);
  }

  /** Mostly the process of the run before, sometimes one that knows an older state, sometimes a new one. */
  #takeProcess(): WarmMemory {
    const turn = this.oracle.workers.length % 4;
    if (turn === 0) return {};
    return (turn === 1 ? this.#idle.shift() : this.#idle.pop()) ?? {};
  }

  async #invoke(worker: Worker, effects: Effects) {
    const { source, connection, feeds, destinations } = this.#world;
    return await runConnection({
      effects,
      source,
      connection,
      feeds,
      destinations: [...destinations],
      write: (_format, event) => ({ text: lineOf(event).padEnd(this.#scenario.longLines ? LONG_LINE : 0) }),
      owner: worker.name,
      maxSeenKeys: this.#scenario.maxSeenKeys,
      seenFor: this.#world.table.seenFor,
      askAgain: false,
      task: { act: 'run' },
    });
  }
}
