import wrapAnsi from 'wrap-ansi';
import { clean } from '../../functions/core/events/excerpt.ts';
import { paint } from '../views/paint.ts';
import type { Check } from './check.ts';

const INDENT = '     ';
const NARROWEST = 40;

/**
 * The list as text: one line a check, and below a red one what to do.
 *
 * @param width of the terminal; without one, no line is broken
 */
export function sayChecks(checks: readonly Check[], width: number | undefined = process.stdout.columns): string {
  const lines = checks.flatMap(({ subject, check, ok, found, remedy }) => {
    const [first = '', ...rest] = broken(`${subject}  ${check}: ${found}`, width);
    const mark = ok ? paint('good', 'ok') : paint('bad', 'RED');
    const more = rest.map((line) => INDENT + line);
    const todo = ok ? [] : broken(`what to do: ${remedy}`, width).map((line) => INDENT + paint('strong', line));
    return [`${mark}${ok ? '   ' : '  '}${first}`, ...more, ...todo];
  });
  return [...lines, '', summaryOf(checks)].join('\n');
}

function summaryOf(checks: readonly Check[]): string {
  const red = checks.filter(({ ok }) => !ok).length;
  if (red === 0) return `All ${checks.length} checks are well.`;
  if (red > 1) return `${red} of ${checks.length} checks are red. Mend the first one first: others may follow from it.`;
  return checks.length === 1
    ? 'The check is red, and nothing else could be checked.'
    : `One of ${checks.length} checks is red.`;
}

function broken(text: string, width: number | undefined): string[] {
  const line = clean(text);
  if (width === undefined) return [line];
  return wrapAnsi(line, Math.max(NARROWEST, width - INDENT.length), { hard: true, trim: true }).split('\n');
}
