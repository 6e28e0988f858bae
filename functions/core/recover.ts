import { ask } from './ask.ts';
import { say } from './checkpoint.ts';
import type { Ending } from './ending.ts';
import { TidemarkError, UnreadableError } from './errors.ts';
import { digest } from './identity.ts';
import { moveOn } from './move-on.ts';
import { halve, withWindow } from './plan.ts';
import { judgeBroken } from './poison.ts';
import { deliverOutgoing, readWindow } from './read-window.ts';
import type { Run } from './run.ts';
import { sendOwn } from './send-own.ts';
import { DAY, HOUR, type Range } from './time.ts';

/**
 * A run was cut short. If it got nowhere in its window, a smaller one is tried; in the smallest, which may be one instant with
 * more rows than the vendor's quota lets a run read, the next run waits in place for as long as it may live.
 */
export async function helpOn(run: Run, { left: before, readSome }: Begun): Promise<void> {
  const { left } = run.plan;
  const moved = left !== undefined && (left.from !== before?.from || left.to !== before.to);
  if (moved || !readSome || (left && run.tally.delivered > 0)) return;
  if (!(await narrow(run, 'a run was too short for it', left))) run.lease.note({ patient: true });
}

/** How the reading of a window began: what was left of it, and whether any page of it could be read since. */
export interface Begun {
  readonly left: Range | undefined;
  readonly readSome: boolean;
}

/** Paging that did not end, or rows beyond counting: a smaller window may do better. */
export async function recoverIncomplete(run: Run, thrown: Error): Promise<undefined> {
  run.effects.count('Incomplete', 1);
  run.effects.log('warn', `The window is halved: ${thrown.message}.`, { feed: run.feed.name });
  if (await narrow(run, thrown)) return undefined;
  throw new TidemarkError(
    'incomplete',
    'receiving',
    `${thrown.message}, even in the smallest window (from ${say(run.plan.window.from)}).`,
    'Report it to the vendor. What was read is delivered; the watermark waits, so nothing is lost.',
    thrown,
  );
}

/** An answer that cannot be read fails the run, unless it has shown to be data: then the window shrinks around it. */
export async function recoverBroken(run: Run, thrown: UnreadableError, begun: Begun): Promise<Ending | undefined> {
  const { feed, lease } = run;
  const smallest = halve(feed, run.plan.window) === undefined;
  const { broken, act } = judgeBroken(lease.item.broken, digest(thrown.body), thrown.claimsFormat, smallest);
  // With the plan stored, the next run asks the same: only then can the same answer tell something.
  lease.note({ broken, plan: run.plan });
  if (act === 'fail') {
    await helpOn(run, begun);
    throw thrown;
  }
  if (act === 'ask-again') return undefined;
  if (act === 'narrow') {
    await narrow(run, thrown);
    return undefined;
  }
  if (await isBrokenAllOver(run)) {
    lease.note({ broken: undefined });
    throw thrown;
  }
  return await giveUp(run, thrown);
}

/** The smallest window cannot be read: its body goes into quarantine, what can be read of it is delivered, and the feed goes on. */
async function giveUp(run: Run, thrown: UnreadableError): Promise<Ending | undefined> {
  const { from, to } = run.plan.window;
  const { precision } = run.feed.stream;
  run.effects.count('Unreadable', 1);
  await sendOwn(run, { act: 'unreadable', range: { from, to }, body: thrown.body, message: thrown.message });
  // The broken row may lie in a margin. Whichever way the vendor means its bounds, one of these leaves the margins out.
  const narrower = [
    { from, to: Math.max(from, to - precision) },
    { from, to },
    { from: Math.max(0, from - precision), to: Math.max(from, to - precision) },
  ];
  for (const bounds of narrower) {
    try {
      await readWindow(run, bounds);
    } catch (again) {
      if (!(again instanceof UnreadableError)) throw again;
    }
  }
  await deliverOutgoing(run);
  // What was asked for last was less than the window: how far its answer reaches says nothing.
  run.plan = withWindow(run.plan, { from, to });
  return await moveOn(run);
}

/** Goes on with the first half of the window, or of what is left of it; false when that is the smallest already. */
async function narrow(run: Run, why: unknown, rest: Range = run.plan.window): Promise<boolean> {
  const half = halve(run.feed, rest);
  if (half === undefined) return false;
  run.plan = withWindow(run.plan, { from: rest.from, to: rest.from + half });
  run.effects.log('debug', 'The window is halved.', { feed: run.feed.name, why: String(why) });
  await run.lease.commit({ plan: run.plan, narrowed: half, unordered: run.unordered || undefined });
  return true;
}

/** Whether nothing else that holds rows can be read either: then it is the server that is broken, not a piece of data. */
async function isBrokenAllOver(run: Run): Promise<boolean> {
  const { stream, connection } = run.feed;
  const { from, to } = run.plan.window;
  const apart = 2 * stream.precision;
  const elsewhere = [
    { from: from - HOUR, to: from - apart },
    { from: to + apart, to: to + HOUR },
    { from: from - DAY, to: from - HOUR },
  ];
  let broken = false;
  for (const range of elsewhere.filter((range) => range.from >= 0)) {
    const request = stream.first(range, connection);
    const answer = await ask(run.asker, request);
    try {
      if (stream.read(answer, request).rows.length > 0) return false;
    } catch {
      broken = true;
    }
  }
  return broken;
}
