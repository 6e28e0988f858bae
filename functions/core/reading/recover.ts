import { deliverOutgoing } from '../delivery/deliver-outgoing.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import { ExpiredError, TidemarkError, UnreadableError } from '../errors.ts';
import { digest } from '../events/identity.ts';
import { ask } from '../requests/ask.ts';
import { IncompleteError } from '../requests/paging.ts';
import type { RunOutcome } from '../run/outcome.ts';
import { DAY, formatTime, HOUR, type Range } from '../time.ts';
import { finishWindow } from './finish-window.ts';
import { TooManyRowsError } from './occurrences.ts';
import { askedRange, firstWindow, halve, withWindow } from './plan.ts';
import { readWindow } from './read-window.ts';
import type { Run } from './run.ts';
import { unreadablePolicy } from './unreadable-policy.ts';

/**
 * A run was cut short. If it got nowhere in its window, a smaller one is tried; in the smallest, which may be one instant with
 * more rows than the vendor's quota lets a run read, the next run waits in place for as long as it may live.
 */
export async function helpOn(run: Run, { left: before, readSome }: Begun): Promise<void> {
  const { left } = run.plan;
  const moved = left !== undefined && (left.from !== before?.from || left.to !== before.to);
  if (moved || !readSome || (left && run.tally.delivered > 0)) return;
  if (!(await narrow(run, 'a run was too short for it', left))) run.lease.note({ waitsInPlace: true });
}

/** How the reading of a window began: what was left of it, and whether any page of it could be read since. */
export interface Begun {
  readonly left: Range | undefined;
  readonly readSome: boolean;
}

/** Paging that did not end, or rows beyond counting: a smaller window may do better. */
export async function recoverIncomplete(run: Run, thrown: Error, rest?: Range): Promise<undefined> {
  run.effects.count('Incomplete', 1);
  run.effects.log('warn', `The window is halved: ${thrown.message}.`, { feed: run.feed.name });
  if (await narrow(run, thrown, rest)) return undefined;
  throw new TidemarkError({
    code: 'incomplete',
    stage: 'receiving',
    message: `${thrown.message}, even in the smallest window (from ${formatTime(run.plan.window.from)}).`,
    remedy: 'Report it to the vendor. What was read is delivered; the watermark waits, so nothing is lost.',
    cause: thrown,
  });
}

/** What paging went on with has run out at the vendor: it is begun again where it can be; a second time at the same place, in a smaller window. */
export async function recoverExpired(run: Run, thrown: ExpiredError): Promise<undefined> {
  const { left, window } = run.plan;
  const { from, to } = left ?? window;
  const place = `${from}-${to}`;
  run.effects.log('debug', `The window is begun again: ${thrown.message}.`, { feed: run.feed.name });
  if (run.expiredAt === place) return await recoverIncomplete(run, thrown, left);
  run.expiredAt = place;
  return undefined;
}

/** An answer that cannot be read fails the run, unless it has shown to be data: then the window shrinks around it. */
export async function recoverBroken(run: Run, thrown: UnreadableError, begun: Begun): Promise<RunOutcome | undefined> {
  const { feed, lease } = run;
  const smallest = halve(feed, run.plan.window) === undefined;
  const { broken, act } = unreadablePolicy(lease.item.broken, digest(thrown.body), thrown.claimsFormat, smallest);
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
async function giveUp(run: Run, thrown: UnreadableError): Promise<RunOutcome | undefined> {
  const { from, to } = run.plan.window;
  run.effects.count('Unreadable', 1);
  run.dayNotes.unreadable({ from, to });
  await sendSelfEvent(run, { act: 'unreadable', range: stepsOf(run), body: thrown.body, message: thrown.message });
  for (const bounds of narrowerBounds(run)) {
    try {
      await readWindow(run, bounds);
    } catch (again) {
      if (!isAboutRange(again)) throw again;
    }
  }
  await deliverOutgoing(run);
  await run.ongoing.save();
  // What was asked for last was less than the window: how far its answer reaches says nothing.
  run.plan = withWindow(run.plan, { from, to });
  return await finishWindow(run);
}

/** Whether it is what was asked for that cannot be read, and not the vendor that cannot be reached. */
export function isAboutRange(thrown: unknown): thrown is Error {
  if (thrown instanceof UnreadableError || thrown instanceof ExpiredError) return true;
  if (thrown instanceof IncompleteError || thrown instanceof TooManyRowsError) return true;
  return thrown instanceof TidemarkError && thrown.code === 'request';
}

/** The broken row may lie in a margin. Whichever way the vendor means its bounds, one of these leaves the margins out. */
function narrowerBounds({ feed, plan }: Run): Range[] {
  const { from, to } = plan.window;
  const { precision, windowStep } = feed.stream;
  // Whole steps have no margins.
  if (windowStep !== undefined) return [];
  return [
    { from, to: Math.max(from, to - precision) },
    { from, to },
    { from: Math.max(0, from - precision), to: Math.max(from, to - precision) },
  ];
}

/** The window, or the whole steps that stand for it: one broken day is one, however often it is asked for. */
function stepsOf({ feed, plan }: Run): Range {
  const { from, to } = plan.window;
  return feed.stream.windowStep === undefined ? { from, to } : askedRange(feed.stream, plan.window);
}

/** Goes on with the first half of the window, or of what is left of it; false when that is the smallest already. */
async function narrow(run: Run, why: unknown, rest: Range = run.plan.window): Promise<boolean> {
  const half = halve(run.feed, rest);
  if (half === undefined) return false;
  run.plan = withWindow(run.plan, firstWindow(run.feed, rest, half));
  run.effects.log('debug', 'The window is halved.', { feed: run.feed.name, why: String(why) });
  await run.lease.commit({ plan: run.plan, narrowed: half, unordered: run.unordered || undefined });
  return true;
}

/** Whether nothing else that holds rows can be read either: then it is the server that is broken, not a piece of data. */
async function isBrokenAllOver(run: Run): Promise<boolean> {
  const { stream, connection } = run.feed;
  const { windowStep } = stream;
  const { from, to } = stepsOf(run);
  const [apart, near, far] =
    windowStep === undefined ? [2 * stream.precision, HOUR, DAY] : [0, windowStep, 2 * windowStep];
  const elsewhere = [
    { from: from - near, to: from - apart },
    { from: to + apart, to: to + near },
    { from: from - far, to: from - near },
  ];
  const now = run.effects.now();
  let broken = false;
  for (const range of elsewhere.filter((range) => range.from >= 0 && range.from < now)) {
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
