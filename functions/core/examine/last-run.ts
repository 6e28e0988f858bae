import type { ErrorCode } from '../errors.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import type { ConditionName, HeldConditions } from '../stored/condition.ts';
import { formatDuration, formatTime, type Instant, SECOND } from '../time.ts';
import { type Finding, well } from './finding.ts';

/** Failures of which the examination itself finds out whether they still hold: it has just asked the vendor. */
const ASKED_ANEW: ReadonlySet<ErrorCode> = new Set([
  'failing',
  'unreadable',
  'refused',
  'forbidden',
  'request',
  'origin',
  'secret',
]);
/** Number of runs in a row that ended without a word, from which on that is no accident. */
const MANY_DIED = 3;

/** What to do about a failure that the vendor's answers do not show. */
const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  incomplete: 'See docs/runbook.md, announced-missing: the watermark waits until the rows come or are given up.',
  'scope-shrank': 'Give the credentials back what they could see. The watermark waits meanwhile.',
  delivery: 'Look at the checks of the destinations. Nothing is lost: the next run delivers it again.',
  state: 'Look at the table: its throttling, its key, and the rights of the function.',
  clock: 'Find the clock that is wrong: docs/runbook.md, clock.',
  config: 'Correct tidemark.json, and deploy if it is deployed.',
};
const ANY_REMEDY = 'Read the last error with tidemark status. See docs/runbook.md, failing.';

/**
 * What the checkpoint of a feed says about its last run.
 *
 * @param answers whether the vendor has just answered for this feed
 */
export function lastRun(subject: string, item: Checkpoint | undefined, now: Instant, answers: boolean): Finding {
  if (!item) return well(subject, 'last-run', 'it has not run yet');
  const { died = 0, failures, lastError, hold } = item;
  const since = saySince(item.lastSuccess, now);
  if (died >= MANY_DIED) return diedAgain(subject, died);
  if (failures > 0 && lastError && !(answers && ASKED_ANEW.has(lastError.code as ErrorCode))) {
    return {
      subject,
      check: 'last-run',
      ok: false,
      found: `failed ${failures} times in a row, ${since}; last at ${formatTime(lastError.at)}: ${lastError.code}: ${lastError.message}`,
      remedy: REMEDIES[lastError.code as ErrorCode] ?? ANY_REMEDY,
    };
  }
  if (hold && hold.until > now) {
    const again = 'tidemark run asks at once when it is started again, and so does tidemark run --once';
    return well(
      subject,
      'last-run',
      `${since}; it waits until ${formatTime(hold.until)} (${hold.reason}: ${hold.message}); ${again}`,
    );
  }
  if (failures > 0) return well(subject, 'last-run', `${since}; what it failed of is over: the next run shows it`);
  return well(subject, 'last-run', since);
}

function saySince(lastSuccess: Instant | undefined, now: Instant): string {
  if (lastSuccess === undefined) return 'it has not caught up yet';
  const age = Math.max(0, Math.floor((now - lastSuccess) / SECOND) * SECOND);
  return `caught up ${age < SECOND ? 'just now' : `${formatDuration(age)} ago`}`;
}

function diedAgain(subject: string, died: number): Finding {
  return {
    subject,
    check: 'last-run',
    ok: false,
    found: `${died} runs in a row have ended without a word`,
    remedy: 'Look for time or memory that was too short in the log of the function: docs/runbook.md, died.',
  };
}

/** The conditions of a feed that hold and mean that events are missing. @param sight whether the credentials have just been seen to see everything */
export function missing(subject: string, conditions: HeldConditions | undefined, sight: boolean): Finding[] {
  return Object.entries(conditions ?? {}).flatMap(([name, { since, message }]) => {
    const check = name as ConditionName;
    if (check === 'narrow-sight' && sight) return [];
    const found = `since ${formatTime(since)}: ${message}`;
    return [{ subject, check, ok: false, found, remedy: `See docs/runbook.md, ${check}.` }];
  });
}
