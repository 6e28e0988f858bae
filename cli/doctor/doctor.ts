import { print, printJson, tell } from '../views/terminal.ts';
import { examine } from './examine.ts';
import type { ExamineOptions } from './examine-options.ts';
import { sayChecks } from './say-checks.ts';

/** Says why nothing arrives. Resolves to 1 if a check is red. */
export async function doctor(options: ExamineOptions): Promise<number> {
  const checks = await examine(options, (text) => {
    if (process.stderr.isTTY && !options.json) tell(`examining ${text} ...`);
  });
  const ok = checks.every((check) => check.ok);
  if (options.json) printJson({ ok, checks });
  else print(sayChecks(checks));
  return ok ? 0 : 1;
}
