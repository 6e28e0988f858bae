import type { Feed } from '../../functions/core/model.ts';
import { longestOverlap } from '../../functions/core/reading/plan.ts';
import type { Checkpoint } from '../../functions/core/stored/checkpoint.ts';
import type { Instant } from '../../functions/core/time.ts';
import { type Range, SECOND } from '../../functions/core/time.ts';
import type { World } from '../memory/world.ts';
import type { Worker } from './at-work.ts';
import type { Scenario } from './scenario/scenario.ts';
import { clock } from './scenario/story.ts';

/** How far two workers' clocks may be apart. */
const CLOCKS_APART = 2 * SECOND;

/** Whoever judges commits. */
interface Judge {
  readonly world: World;
  readonly scenario: Scenario;
  /** Who got which fence. */
  readonly fences: Map<number, Worker>;
  lowestFloor: Instant;
  takeovers: number;
  fail(what: string): void;
  checkPassed(item: Checkpoint, worker: Worker): void;
}

/** What must hold of every checkpoint that replaces another. */
export function checkCommit(oracle: Judge, worker: Worker, item: Checkpoint, before: Checkpoint | undefined): void {
  checkSuccession(oracle, worker, item, before);
  checkPlan(oracle, item);
  oracle.lowestFloor = Math.min(oracle.lowestFloor, item.floor);
  if (!before) return;
  if (item.floor !== before.floor) oracle.fail(`the floor moved from ${clock(before.floor)} to ${clock(item.floor)}`);
  const { away = [], watermark, floor } = before;
  const isKnown = (id: string) => before.destinations[id] !== undefined || away.some((one) => one.id === id);
  // Where none is left of those before, late events are for the new ones.
  const overlap = longestOverlap(oracle.world.feeds[0] as Feed);
  const isReplaced = Object.keys(before.destinations).length > 0 && !Object.keys(item.destinations).some(isKnown);
  const start = isReplaced ? Math.max(Math.min(floor, watermark), watermark - overlap) : watermark;
  for (const [id, since] of Object.entries(item.destinations)) {
    const known = before.destinations[id] ?? away.find((one) => one.id === id)?.since ?? start;
    if (since !== known) oracle.fail(`destination ${id} starts at ${clock(since)}, not at ${clock(known)}`);
  }
  if (item.watermark < before.watermark)
    oracle.fail(`the watermark moved back from ${clock(before.watermark)} to ${clock(item.watermark)}`);
  if (item.watermark > before.watermark) checkRise(oracle, worker, item);
}

/** One write after the other, each fence with one owner, none taken while another's lease lasts. */
function checkSuccession(oracle: Judge, worker: Worker, item: Checkpoint, before: Checkpoint | undefined): void {
  const { fence, version } = before ?? { fence: 0, version: 0 };
  // A write that failed for good has used up a version.
  if (item.version <= version) oracle.fail(`version ${item.version} follows ${version}`);
  if (item.fence === fence) {
    if (oracle.fences.get(fence) !== worker)
      oracle.fail(`${worker.name} writes under a fence that is another's (${fence})`);
    return;
  }
  if (item.fence !== fence + 1) oracle.fail(`fence ${item.fence} follows ${fence}`);
  if (oracle.fences.has(item.fence)) oracle.fail(`fence ${item.fence} is given twice`);
  oracle.fences.set(item.fence, worker);
  const { owner, leaseUntil = 0 } = before ?? {};
  if (owner !== undefined && owner !== item.owner) oracle.takeovers++;
  // While the table's clock is wrong, nobody can know whose lease lasts: the fence decides.
  const isKnown = !worker.plan.wrong?.table && !oracle.fences.get(fence)?.plan.wrong?.table;
  if (isKnown && owner !== undefined && owner !== item.owner && leaseUntil >= oracle.world.now + CLOCKS_APART)
    oracle.fail(`${worker.name} takes a lease that lasts until ${clock(leaseUntil)}`);
}

function checkPlan(oracle: Judge, item: Checkpoint): void {
  const plan = 'plan' in item ? item.plan : undefined;
  if (!plan) return;
  const { window, left } = plan;
  if (!isWithin(window, plan)) oracle.fail(`a window outside of its plan: ${JSON.stringify(plan)}`);
  if (left && !isWithin(left, window)) oracle.fail(`a position outside of its window: ${JSON.stringify(plan)}`);
}

function checkRise(oracle: Judge, worker: Worker, item: Checkpoint): void {
  const { settle } = oracle.scenario;
  const start = worker.start ?? 0;
  if (item.watermark > start - settle)
    oracle.fail(`the watermark ${clock(item.watermark)} is past the run's start ${clock(start)} less settle`);
  if (item.watermark > oracle.world.vendor.now - settle)
    oracle.fail(`the watermark ${clock(item.watermark)} is past the vendor's clock less settle`);
  oracle.checkPassed(item, worker);
}

function isWithin(inner: Range, outer: Range): boolean {
  return inner.from >= outer.from && inner.to <= outer.to && inner.from < inner.to;
}
