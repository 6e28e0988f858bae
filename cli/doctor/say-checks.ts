import { clean } from '../../functions/core/events/excerpt.ts';
import type { Check } from './check.ts';

/** The list as text: one line a check, and below a red one what to do. */
export function sayChecks(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ subject, check, ok, found, remedy }) => [
    clean(`${ok ? 'ok ' : 'RED'} ${subject}  ${check}: ${found}`),
    ...(ok ? [] : [clean(`    what to do: ${remedy}`)]),
  ]);
  const red = checks.filter(({ ok }) => !ok).length;
  const summary =
    red === 0
      ? `All ${checks.length} checks are well.`
      : `${red} of ${checks.length} checks are red. Mend the first one first.`;
  return [...lines, summary].join('\n');
}
