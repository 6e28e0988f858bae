import { messageOf, TidemarkError } from '../../functions/core/errors.ts';
import type { Finding } from '../../functions/core/examine/finding.ts';

/** One line of the list of tidemark doctor. Other programs read it as JSON: its fields are stable. */
export interface Check {
  /** What was checked: a connection, a feed, a destination, a stack. */
  readonly subject: string;
  /** The name of the check. */
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do. Empty if all is well. */
  readonly remedy: string;
}

/** The checks in the order in which one fails because of another: what comes first is to be mended first. */
const ORDER = [
  'start',
  'configuration',
  'account',
  'stack',
  'function',
  'files',
  'code',
  'template',
  'drift',
  'runner',
  'state',
  'secret',
  'clock',
  'reachable',
  'sign-in',
  'lookup',
  'quota',
  'visibility',
  'answers',
  'order',
  'token',
  'acknowledgement',
  'index',
  'folder',
  'bucket',
  'delivery-stream',
  'schedules',
  'listener',
  'alarm',
  'last-run',
];

/** Writes a finding as one line of the list: the checks that wait for it are named with it, and have no line of their own. */
export function checkOf({ subject, check, ok, found, remedy, waiting = [] }: Finding<string>): Check {
  return { subject, check, ok, found: waiting.length === 0 ? found : `${found}${sayWaiting(waiting)}`, remedy };
}

function sayWaiting(waiting: readonly string[]): string {
  const names = waiting.slice(0, MOST_NAMED).join(', ');
  const more = waiting.length - MOST_NAMED;
  return ` (not checked because of that: ${names}${more > 0 ? ` and ${more} more` : ''})`;
}

const MOST_NAMED = 8;

/** The finding for something that could not be looked up at all. */
export function failedCheck(subject: string, check: string, thrown: unknown, waiting: readonly string[] = []): Check {
  const remedy = thrown instanceof TidemarkError ? thrown.remedy : 'Report this with tidemark diag.';
  return checkOf({ subject, check, ok: false, found: messageOf(thrown), remedy, waiting });
}

/**
 * Sorts checks by what to mend first: the red ones before the others, and a cause before what follows from it. The others stand
 * together by what they are about.
 */
export function inOrder(checks: readonly Check[]): Check[] {
  const red = checks.filter(({ ok }) => !ok);
  const others = Map.groupBy(
    checks.filter(({ ok }) => ok),
    ({ subject }) => subject,
  );
  return [...byCause(red), ...[...others.values()].flatMap(byCause)];
}

function byCause(checks: readonly Check[]): Check[] {
  return checks
    .map((check, at) => ({ check, at }))
    .sort((one, other) => placeOf(one.check) - placeOf(other.check) || one.at - other.at)
    .map(({ check }) => check);
}

function placeOf({ check }: Check): number {
  const at = ORDER.indexOf(check);
  return at < 0 ? ORDER.length : at;
}
