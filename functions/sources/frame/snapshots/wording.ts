import type { Difference } from '../../../core/events/differences.ts';
import { plain } from '../../../source-kit/acts/sentence.ts';
import { shortened } from '../../../source-kit/scalars.ts';

/** An ECS keyword is searchable up to 1,024 characters. */
const LONGEST_REASON = 1_000;
const LONGEST_VALUE = 80;
const MAX_VALUES = 10;

/** The differences as a sentence: values that lists gained and lost, and fields with their old and new values. */
export function reasonOf(differences: Iterable<Difference>): string {
  let reason = '';
  for (const difference of differences) {
    reason += (reason && '; ') + wordsOf(difference);
    if (reason.length > LONGEST_REASON) break;
  }
  return shortened(reason, LONGEST_REASON);
}

/** The values of the first list that the second does not have. */
export function missingFrom(these: unknown, those: unknown): readonly unknown[] {
  const others = new Set(listOf(those).map(keyOf));
  return listOf(these).filter((value) => !others.has(keyOf(value)));
}

/** The first of several values, and how many more there are. */
export function someOf(values: readonly string[], most = MAX_VALUES): string {
  const more = values.length - most;
  return more > 0 ? `${values.slice(0, most).join(', ')} and ${more} more` : values.join(', ');
}

/** A value for people: short, and on one line. */
export function valueText(value: unknown): string {
  return shortened(value === undefined ? 'none' : JSON.stringify(value), LONGEST_VALUE);
}

/** A name between quotes: short, and on one line. */
export function nameText(name: string): string {
  return `“${plain(name)}”`;
}

function wordsOf({ path, before, after }: Difference): string {
  if (isPlainList(before) && isPlainList(after)) {
    const gained = missingFrom(after, before).map(elementText);
    const lost = missingFrom(before, after).map(elementText);
    const parts = [gained.length > 0 && `gained ${someOf(gained)}`, lost.length > 0 && `lost ${someOf(lost)}`];
    return `${path} ${parts.filter((part) => part !== false).join(' and ') || 'changed'}`;
  }
  if (isScalar(before) && isScalar(after)) return `${path}: ${valueText(before)} → ${valueText(after)}`;
  if (before === undefined) return `${path} added`;
  return `${path} ${after === undefined ? 'removed' : 'changed'}`;
}

/** Whether the value is a list without objects. A missing value is an empty list. */
function isPlainList(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isScalar));
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keyOf(value: unknown): string {
  return JSON.stringify(value);
}

function elementText(value: unknown): string {
  return typeof value === 'string' && /^[^\s\p{C},;]+$/u.test(value)
    ? shortened(value, LONGEST_VALUE)
    : valueText(value);
}
