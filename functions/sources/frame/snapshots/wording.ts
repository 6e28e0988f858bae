import type { Difference } from '../../../core/events/differences.ts';

/** An ECS keyword is searchable up to 1,024 characters. */
const LONGEST_REASON = 1_000;
const LONGEST_NAME = 200;
const LONGEST_VALUE = 80;
const MOST_VALUES = 10;

/** What is different, for a person: which values came and went, and what was what. */
export function reasonOf(differences: Iterable<Difference>): string {
  let reason = '';
  for (const difference of differences) {
    reason += (reason && '; ') + wordsOf(difference);
    if (reason.length > LONGEST_REASON) break;
  }
  return cut(reason, LONGEST_REASON);
}

/** The values of a list that one side has and the other has not. */
export function missingFrom(these: unknown, those: unknown): readonly unknown[] {
  const others = new Set(listOf(those).map(keyOf));
  return listOf(these).filter((value) => !others.has(keyOf(value)));
}

/** A few of many. */
export function someOf(values: readonly string[], most = MOST_VALUES): string {
  const more = values.length - most;
  return more > 0 ? `${values.slice(0, most).join(', ')} and ${more} more` : values.join(', ');
}

/** A value as a person reads it: short, and on one line. */
export function say(value: unknown): string {
  return cut(value === undefined ? 'none' : JSON.stringify(value), LONGEST_VALUE);
}

/** A name between quotes: short, and on one line. */
export function sayName(name: string): string {
  const line = name
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .toWellFormed();
  return `“${cut(line, LONGEST_NAME)}”`;
}

function wordsOf({ path, before, after }: Difference): string {
  if (isPlainList(before) && isPlainList(after)) {
    const gained = missingFrom(after, before).map(sayElement);
    const lost = missingFrom(before, after).map(sayElement);
    const parts = [gained.length > 0 && `gained ${someOf(gained)}`, lost.length > 0 && `lost ${someOf(lost)}`];
    return `${path} ${parts.filter((part) => part !== false).join(' and ') || 'changed'}`;
  }
  if (isScalar(before) && isScalar(after)) return `${path}: ${say(before)} → ${say(after)}`;
  if (before === undefined) return `${path} added`;
  return `${path} ${after === undefined ? 'removed' : 'changed'}`;
}

/** Nothing is an empty list. */
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

function sayElement(value: unknown): string {
  return typeof value === 'string' && /^[^\s\p{C},;]+$/u.test(value) ? cut(value, LONGEST_VALUE) : say(value);
}

/** At most so many characters; what is missing shows as an ellipsis. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
