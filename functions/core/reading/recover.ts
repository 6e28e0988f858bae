import { sendSelfEvent } from '../delivery/send-self-event.ts';
import { ExpiredError, TidemarkError, TooLargeError, UnreadableError } from '../errors.ts';
import { digest } from '../events/identity.ts';
import { ask } from '../requests/ask.ts';
import { IncompleteError } from '../requests/paging.ts';
import type { RunOutcome } from '../run/outcome.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { DAY, formatTime, HOUR, type Range } from '../time.ts';
import { finishWindow } from './finish-window.ts';
import { commitPosition } from './flush-behind.ts';
import { askedRange, firstWindow, halve } from './plan.ts';
import { readWindow } from './read-window.ts';
import { unreadablePolicy } from './recovery/unreadable-policy.ts';
import { TooManyRowsError } from './rows/occurrences.ts';
import type { Run } from './run.ts';

/** The state at the start of a window's read, and whether any page could be read since. */
export interface WindowStart {
  readonly left: Range | undefined;
  readonly readSome: boolean;
}

/**
 * Adapts after a run was cut short. If it made no progress in its window, a smaller window is next. If that is the smallest, which
 * may be one instant with more rows than the quota allows in one run, the next run waits for the quota instead of ending.
 */
export async function adaptAfterCutShort(run: Run, { left: before, readSome }: WindowStart): Promise<void> {
  const { left } = run.progress;
  const moved = left !== undefined && (left.from !== before?.from || left.to !== before.to);
  if (moved || !readSome || (left && run.tally.delivered > 0)) return;
  if (!(await narrow(run, 'a run was too short for it', left))) run.lease.note({ waitsInPlace: true });
}

/**
 * Halves the window after paging that did not end, or more rows than can be counted.
 *
 * @param range the range to halve. Default: the window
 */
export async function recoverIncomplete(run: Run, thrown: Error, range?: Range): Promise<undefined> {
  run.effects.count('Incomplete', 1);
  run.effects.log('warn', `The window is halved: ${thrown.message}.`, { feed: run.feed.name });
  if (await narrow(run, thrown, range)) return undefined;
  throw new TidemarkError({
    code: 'incomplete',
    stage: 'receiving',
    message: `${thrown.message}, even in the smallest window (from ${formatTime(run.progress.window.from)}).`,
    remedy:
      'Report it to the vendor. Everything that was read is delivered, and the watermark waits, so nothing is lost.',
    cause: thrown,
  });
}

/** Reads the rest of the window again after the vendor's paging state has expired; a smaller window if it expires twice at the same place. */
export async function recoverExpired(run: Run, thrown: ExpiredError): Promise<undefined> {
  const { left } = run.progress;
  run.effects.log('debug', `The window is read again: ${thrown.message}.`, { feed: run.feed.name });
  return run.progress.expiresAgain() ? await recoverIncomplete(run, thrown, left) : undefined;
}

/**
 * Halves the rest of the window after an answer that the memory cannot hold. Around the smallest window, such an answer is treated
 * like broken data: a smaller one cannot be had.
 */
export async function recoverTooLarge(
  run: Run,
  thrown: TooLargeError,
  start: WindowStart,
): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { effects, feed, progress } = run;
  effects.count('TooLarge', 1);
  const { left } = progress;
  if (await narrow(run, thrown, left)) {
    effects.log('warn', `A smaller window is read: ${thrown.message}`, { feed: feed.name });
    return undefined;
  }
  if (left) progress.narrowTo(left);
  return await recoverBroken(run, thrown, start);
}

/** Fails the run because of an unreadable answer; if it has proven to be the vendor's data, halves the window around it. */
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
  // The plan is stored so that the next run sends the same request: only then does the same answer prove something.
  lease.note({ broken, plan: progress.storedPlan });
  if (act === 'fail') {
    await adaptAfterCutShort(run, start);
    throw thrown;
  }
  if (act === 'ask-again') return undefined;
  if (act === 'narrow') {
    await narrow(run, thrown);
    return undefined;
  }
  // Answers that are too large are not asked for elsewhere: a server that sends too much does so for each window, and each is reported.
  if (!(thrown instanceof TooLargeError) && (await isBrokenElsewhere(run))) {
    lease.note({ broken: undefined });
    throw thrown;
  }
  return await quarantineWindow(run, thrown);
}

/** Gives up the smallest window: its body goes into quarantine, its readable parts are delivered, and the feed continues. */
async function quarantineWindow(run: Run, thrown: UnreadableError): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { effects, progress, notes } = run;
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
  // These reads were for less than the window, so the ends of their answers prove nothing about it.
  progress.narrowTo({ from, to });
  return await finishWindow(run);
}

/** Whether an error is about the range that was read, and not about reaching the vendor. */
export function isAboutRange(thrown: unknown): thrown is Error {
  if (thrown instanceof UnreadableError || thrown instanceof ExpiredError) return true;
  if (thrown instanceof IncompleteError || thrown instanceof TooManyRowsError) return true;
  return thrown instanceof TidemarkError && thrown.code === 'request';
}

/** Ranges without margins, in which the broken row may lie: one for inclusive and one for exclusive bounds of the vendor. */
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

/** The window, or the whole steps around it, so that one broken day is reported once only. */
export function wholeSteps({ feed, progress }: Run): Range {
  const { from, to } = progress.window;
  return feed.stream.windowStep === undefined ? { from, to } : askedRange(feed.stream, { from, to });
}

/** Continues with the first half of a range. Returns false if the range is the smallest already. */
async function narrow(run: Run, why: unknown, range: Range = run.progress.window): Promise<boolean> {
  const { feed, progress } = run;
  const half = halve(feed, range);
  if (half === undefined) return false;
  progress.narrowTo(firstWindow(feed, range, half));
  run.effects.log('debug', 'The window is halved.', { feed: feed.name, why: String(why) });
  progress.narrowed(half);
  await commitPosition(run, { narrowed: half });
  return true;
}

/** Whether other ranges with rows are unreadable, too: then the server is broken, not a piece of data. */
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
    try {
      const answer = await ask(run.asker, request);
      if (answer.pieces || stream.read(answer, request).rows.length > 0) return false;
    } catch (thrown) {
      if (!(thrown instanceof UnreadableError)) throw thrown;
      broken ||= !(thrown instanceof TooLargeError);
    }
  }
  return broken;
}
