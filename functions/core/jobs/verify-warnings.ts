import { longestOverlap } from '../reading/plan.ts';
import type { FeedContext } from '../run/feed-context.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import type { VerifyJob } from '../stored/job.ts';
import { formatDuration, formatTime, type Range } from '../time.ts';

/** Maximum number of unverified steps that are named. The table has all of them. */
const MAX_NAMED = 5;

/** Warns if the verified range differs from the requested one, or if missing events may still be found. */
export function warnAboutRange(
  { feed }: FeedContext,
  { from, to }: Range,
  { range }: VerifyJob,
  warnings: string[],
): void {
  const back = longestOverlap(feed);
  if (back > feed.overlap && range.to > range.from) {
    warnings.push(
      `Missing events may still be found: this feed is regularly read again, up to ${formatDuration(back)} back.`,
    );
  }
  if (range.from >= range.to) {
    warnings.push(
      `There is nothing to verify from ${formatTime(from)} to ${formatTime(to)}: the range above the watermark minus the overlap is still being read, and the range below the floor never was.`,
    );
  } else if (range.from > from || range.to < to) {
    warnings.push(
      `The verified range is ${formatTime(range.from)} to ${formatTime(range.to)}: only whole hours that were read and are not read again.`,
    );
  }
}

/** Warns of what is owed to a destination in the verified range: it is delivered without anybody's help. */
export function warnAboutOwed({ owed = [] }: FeedCheckpoint, { range }: VerifyJob, warnings: string[]): void {
  for (const { destination, from, until = from, to } of owed) {
    if (until >= range.to || to <= range.from) continue;
    warnings.push(
      `${destination} is owed ${formatTime(until)} to ${formatTime(to)}: what it lacks of that counts as missing until it is delivered.`,
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
    `${left} event(s) that the vendor has were never delivered; this command delivers them (with --cloud for a deployment): ${command}`,
  );
  const windows = job.steps.filter((step) => step.missing > step.repaired).map((step) => formatTime(step.from));
  effects.log('error', `Verification of ${feed.name}: ${left} events are missing.`, { feed: feed.name, windows });
}

/** Reports steps that could not be compared, apart from missing events, because they prove nothing. */
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
