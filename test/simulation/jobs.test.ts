import { describe, expect, it } from 'vitest';
import { type JobsOutcome, playJobs } from './scenario/jobs-scenario.ts';

const BATCHES = 2;
const A_BATCH = 60;

describe('live reading, backfill and repair at once, in a world of trouble', () => {
  const totals = new Map<string, number>();

  it.each(Array.from({ length: BATCHES }, (_, batch) => 1 + batch * A_BATCH))(
    `deliver all, and repeat only what was in flight, for ${A_BATCH} seeds from %i`,
    async (first) => {
      for (let seed = first; seed < first + A_BATCH; seed++) {
        const outcome = await playJobs(seed);
        const story = `seed ${seed}\n${outcome.story.join('\n')}`;
        for (const { id } of outcome.world.destinations) holdsFor(outcome, id, story);
        for (const [kind, times] of outcome.troubles) totals.set(kind, (totals.get(kind) ?? 0) + times);
      }
    },
  );

  it('meets every kind of trouble', () => {
    expect([...totals.keys()].sort()).toEqual(['crash', 'hang', 'lost', 'slow']);
  });
});

function holdsFor({ world, since, incidents, verified }: JobsOutcome, destination: string, story: string): void {
  const due = world.vendor.rows.filter(({ time }) => time >= since);
  const { missing, invented } = world.census(due, destination);
  expect({ missing, invented }, story).toEqual({ missing: [], invented: [] });
  const steps = verified.job?.steps ?? [];
  expect(steps.length, story).toBeGreaterThan(0);
  expect(
    steps.filter((step) => step.missing > 0 || (step.extra ?? 0) > 0 || step.unsure),
    story,
  ).toEqual([]);
  expect(repeatedFlushes(world.firehose.lines(`tidemark-${destination}`)), story).toBeLessThanOrEqual(incidents);
}

/** Of how many calls some events went out again later. */
function repeatedFlushes(lines: readonly { readonly text: string; readonly call: number }[]): number {
  const calls = new Map<string, number>();
  const repeated = new Set<number>();
  for (const { text, call } of lines) {
    const { id } = (JSON.parse(text) as { event: { id: string } }).event;
    const before = calls.get(id);
    if (before !== undefined) repeated.add(before);
    calls.set(id, call);
  }
  return repeated.size;
}
