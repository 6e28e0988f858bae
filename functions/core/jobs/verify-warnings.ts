import { longestOverlap } from '../reading/finish-window.ts';
import type { FeedContext } from '../run/feed-context.ts';
import type { VerifyJob } from '../stored/job.ts';
import { formatDuration, formatTime, type Range } from '../time.ts';

/** Maximum number of steps that could not be verified and are named. The table has all of them. */
const MAX_NAMED = 5;

/** Warns where the range that is verified is not the one that was asked for, or where missing events may still be found. */
export function warnAboutRange(
  { feed }: FeedContext,
  { from, to }: Range,
  { range }: VerifyJob,
  warnings: string[],
): void {
  const back = longestOverlap(feed);
  if (back > feed.overlap && range.to > range.from) {
    warnings.push(
      `What is missing here may yet be found: this feed is read again up to ${formatDuration(back)} back every so often.`,
    );
  }
  if (range.from >= range.to) {
    warnings.push(
      `There is nothing to verify from ${formatTime(from)} to ${formatTime(to)}: what lies above the watermark less the overlap is still being read, and what lies below the floor never was.`,
    );
  } else if (range.from > from || range.to < to) {
    warnings.push(
      `Verified is ${formatTime(range.from)} to ${formatTime(range.to)}: whole hours that have been read, and are not read again.`,
    );
  }
}

/** Counts and reports what is missing, and the steps that could not be verified. */
export function reportFindings(context: FeedContext, job: VerifyJob, warnings: string[]): void {
  const missing = sum(job, 'missing');
  context.effects.count('VerifyMissing', missing - sum(job, 'repaired'));
  reportMissing(context, job, warnings);
  warnAboutUnsure(job, warnings);
}

function reportMissing({ effects, feed }: FeedContext, job: VerifyJob, warnings: string[]): void {
  const left = sum(job, 'missing') - sum(job, 'repaired');
  if (left === 0) return;
  const { from, to } = job.range;
  const command = `tidemark verify --feed ${feed.name} --from ${formatTime(from)} --to ${formatTime(to)} --repair`;
  warnings.push(
    `${left} event(s) that the vendor has were never delivered; this delivers them (with --cloud what is deployed): ${command}`,
  );
  const windows = job.steps.filter((step) => step.missing > step.repaired).map((step) => formatTime(step.from));
  effects.log('error', `Verification of ${feed.name}: ${left} events are missing.`, { feed: feed.name, windows });
}

/** What could not be compared proves nothing: it is reported apart from what is missing. */
function warnAboutUnsure({ steps }: VerifyJob, warnings: string[]): void {
  const unsure = steps.filter(({ unsure }) => unsure);
  for (const { from, to, note = '' } of unsure.slice(0, MAX_NAMED)) {
    warnings.push(`${formatTime(from)} to ${formatTime(to)}: ${note}.`);
  }
  if (unsure.length > MAX_NAMED) warnings.push(`${unsure.length - MAX_NAMED} more steps could not be verified.`);
}

function sum({ steps }: VerifyJob, count: 'missing' | 'repaired'): number {
  return steps.reduce((total, step) => total + step[count], 0);
}
