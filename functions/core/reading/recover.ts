import { deliverOutgoing } from '../delivery/deliver-outgoing.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import { ExpiredError, TidemarkError, UnreadableError } from '../errors.ts';
import { digest } from '../events/identity.ts';
import { ask } from '../requests/ask.ts';
import { IncompleteError } from '../requests/paging.ts';
import type { RunOutcome } from '../run/outcome.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { DAY, formatTime, HOUR, type Range } from '../time.ts';
import { finishWindow } from './finish-window.ts';
import { askedRange, firstWindow, halve } from './plan.ts';
import { readWindow } from './read-window.ts';
import { TooManyRowsError } from './rows/occurrences.ts';
import type { Run } from './run.ts';
import { unreadablePolicy } from './unreadable-policy.ts';

/** How the read of a window began, and whether any page of it could be read since. */
export interface WindowStart {
  readonly left: Range | undefined;
  readonly readSome: boolean;
}

/**
 * A run was cut short. If it made no progress in its window, a smaller window is tried. In the smallest window, which may be
 * one instant with more rows than the vendor's quota lets a run read, the next run waits in place as long as it lives.
 */
export async function adaptAfterCutShort(run: Run, { left: before, readSome }: WindowStart): Promise<void> {
  const { left } = run.progress;
  const moved = left !== undefined && (left.from !== before?.from || left.to !== before.to);
  if (moved || !readSome || (left && run.tally.delivered > 0)) return;
  if (!(await narrow(run, 'a run was too short for it', left))) run.lease.note({ waitsInPlace: true });
}

/**
 * Paging that did not end, or more rows than can be counted: a smaller window may do better.
 *
 * @param range what to halve. Default: the window
 */
export async function recoverIncomplete(run: Run, thrown: Error, range?: Range): Promise<undefined> {
  run.effects.count('Incomplete', 1);
  run.effects.log('warn', `The window is halved: ${thrown.message}.`, { feed: run.feed.name });
  if (await narrow(run, thrown, range)) return undefined;
  throw new TidemarkError({
    code: 'incomplete',
    stage: 'receiving',
    message: `${thrown.message}, even in the smallest window (from ${formatTime(run.progress.window.from)}).`,
    remedy: 'Report it to the vendor. What was read is delivered; the watermark waits, so nothing is lost.',
    cause: thrown,
  });
}

/** The vendor's paging state has expired: the rest of the window is read anew. If it expires again at the same place, a smaller window is. */
export async function recoverExpired(run: Run, thrown: ExpiredError): Promise<undefined> {
  const { left } = run.progress;
  run.effects.log('debug', `The window is begun again: ${thrown.message}.`, { feed: run.feed.name });
  return run.progress.expiresAgain() ? await recoverIncomplete(run, thrown, left) : undefined;
}

/** An answer that cannot be read fails the run, unless it has proven to be data: then the window shrinks around it. */
export async function recoverBroken(
  run: Run,
  thrown: UnreadableError,
  start: WindowStart,
): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { feed, lease, progress } = run;
  const smallest = halve(feed, progress.window) === undefined;
  const { claimsFormat } = thrown;
  const answer = { bodyDigest: digest(thrown.body), claimsFormat, smallest };
  const { broken, act } = unreadablePolicy(lease.item.broken, answer);
  // With the plan stored, the next run asks the same: only then does the same answer prove something.
  lease.note({ broken, plan: progress.plan });
  if (act === 'fail') {
    await adaptAfterCutShort(run, start);
    throw thrown;
  }
  if (act === 'ask-again') return undefined;
  if (act === 'narrow') {
    await narrow(run, thrown);
    return undefined;
  }
  if (await isBrokenElsewhere(run)) {
    lease.note({ broken: undefined });
    throw thrown;
  }
  return await quarantineWindow(run, thrown);
}

/** The smallest window cannot be read: its body goes into quarantine, what can be read of it is delivered, and the feed goes on. */
async function quarantineWindow(run: Run, thrown: UnreadableError): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { effects, progress, notes, observers } = run;
  const { from, to } = progress.window;
  effects.count('Unreadable', 1);
  notes.day.unreadable({ from, to });
  const { body, message } = thrown;
  await sendSelfEvent(run, { act: 'unreadable', range: wholeSteps(run), body, message });
  for (const bounds of narrowerBounds(run)) {
    try {
      await readWindow(run, bounds);
    } catch (again) {
      if (!isAboutRange(again)) throw again;
    }
  }
  await deliverOutgoing(run);
  await observers.ongoing.save();
  // These reads asked for less than the window, so the ends of their answers prove nothing about it.
  progress.narrowTo({ from, to });
  return await finishWindow(run);
}

/** Whether it is what was asked for that cannot be read, and not the vendor that cannot be reached. */
export function isAboutRange(thrown: unknown): thrown is Error {
  if (thrown instanceof UnreadableError || thrown instanceof ExpiredError) return true;
  if (thrown instanceof IncompleteError || thrown instanceof TooManyRowsError) return true;
  return thrown instanceof TidemarkError && thrown.code === 'request';
}

/** The broken row may lie in a margin. Whether the vendor's bounds are inclusive or not, one of these leaves the margins out. */
function narrowerBounds({ feed, progress }: Run): Range[] {
  const { from, to } = progress.window;
  const { precision, windowStep } = feed.stream;
  // Whole steps have no margins.
  if (windowStep !== undefined) return [];
  return [
    { from, to: Math.max(from, to - precision) },
    { from, to },
    { from: Math.max(0, from - precision), to: Math.max(from, to - precision) },
  ];
}

/** The window, or the whole steps around it: one broken day is told once, however often it is read. */
function wholeSteps({ feed, progress }: Run): Range {
  const { from, to } = progress.window;
  return feed.stream.windowStep === undefined ? { from, to } : askedRange(feed.stream, { from, to });
}

/** Goes on with the first half of a range. Returns false if the range is the smallest already. */
async function narrow(run: Run, why: unknown, range: Range = run.progress.window): Promise<boolean> {
  const { feed, progress } = run;
  const half = halve(feed, range);
  if (half === undefined) return false;
  progress.narrowTo(firstWindow(feed, range, half));
  run.effects.log('debug', 'The window is halved.', { feed: feed.name, why: String(why) });
  await run.lease.commit({ ...progress.stored, narrowed: half });
  return true;
}

/** Whether no other range that holds rows can be read either: then the server is broken, not a piece of data. */
async function isBrokenElsewhere(run: Run): Promise<boolean> {
  const { stream, connection } = run.feed;
  const { windowStep } = stream;
  const { from, to } = wholeSteps(run);
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
