import type { Effects } from '../effects.ts';
import type { Feed } from '../model.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import type { HeldCondition } from '../stored/condition.ts';
import { SECOND } from '../time.ts';
import type { LeasedRun } from './feed-context.ts';

/** Ends the condition of a changed scope after the backfill that it asks for, or when the vendor no longer keeps that range. */
export async function reviewScopeChange(
  { effects, feed }: { readonly effects: Effects; readonly feed: Feed },
  { lease, conditions }: LeasedRun<FeedCheckpoint>,
): Promise<void> {
  const change = lease.item.conditions?.['scope-changed'];
  if (change && (await isOver(effects, feed, change))) conditions.ended('scope-changed');
}

async function isOver(effects: Effects, { name, stream }: Feed, { since, range }: HeldCondition): Promise<boolean> {
  const kept = effects.now() - stream.retention;
  if (!range || range.to <= kept) return true;
  const from = Math.max(range.from, kept);
  // A command names whole seconds.
  return (await effects.loadJobs(name, 'backfill')).some(
    (item) =>
      item.kind === 'backfill' &&
      item.job.state === 'done' &&
      item.job.startedAt >= since &&
      item.job.range.from <= from + SECOND &&
      item.job.range.to >= range.to - SECOND,
  );
}
