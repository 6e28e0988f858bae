import { cefSeverity } from '../cef/severity.ts';
import type { EcsFacts } from './facts.ts';

/** A severity of OCSF 1.3.0. */
export interface Severity {
  readonly id: number;
  readonly caption: string;
}

/** The severities of OCSF, each with the highest number of CEF's scale, 0 to 10, that belongs to it. */
const STEPS: readonly (readonly [highest: number, severity: Severity])[] = [
  [2, { id: 1, caption: 'Informational' }],
  [3, { id: 2, caption: 'Low' }],
  [6, { id: 3, caption: 'Medium' }],
  [8, { id: 4, caption: 'High' }],
];
const CRITICAL: Severity = { id: 5, caption: 'Critical' };

/** The severity of an event, by the rules of CEF, so that it is the same in each format. */
export function severityOf({ kind, categories, types, hasFailed, isSelfEvent, words }: EcsFacts): Severity {
  const outcome = hasFailed ? 'failure' : undefined;
  const event = { kind, category: categories, type: types, outcome, module: isSelfEvent ? 'tidemark' : undefined };
  const severity = cefSeverity({ event }, words.join(' '));
  return STEPS.find(([highest]) => severity <= highest)?.[1] ?? CRITICAL;
}
