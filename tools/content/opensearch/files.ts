import { basename } from 'node:path';
import type { ContentInputs } from '../content-inputs.ts';
import { inFile } from '../convert/leaves.ts';
import type { Rule } from '../sigma/rule.ts';
import { correlationPpl } from './correlation.ts';
import { monitorOf } from './monitors.ts';

/** Rules about single events as monitors, a line each, and those that correlate events as queries. */
export function searchFiles({ rules }: ContentInputs): Readonly<Record<string, string>> {
  const monitors: string[] = [];
  const files: Record<string, string> = {};
  for (const rule of rules) {
    const { logic } = rule;
    if (logic.kind === 'detection') monitors.push(`${JSON.stringify(inFile(rule, () => monitorOf(rule, logic)))}\n`);
    else files[`correlations/${nameOf(rule)}.ppl`] = inFile(rule, () => correlationPpl(logic));
  }
  return { ...files, 'monitors.ndjson': monitors.join('') };
}

function nameOf({ file }: Rule): string {
  return basename(file, '.yml');
}
