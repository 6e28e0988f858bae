import { cefSeverity } from '../cef/severity.ts';
import type { Branch } from './fields.ts';

/** The numbers and captions of OCSF 1.3.0. */
export interface Severity {
  readonly id: number;
  readonly caption: string;
}

/** The scale of CEF, 0 to 10, in the steps of OCSF: up to which number a step goes. */
const STEPS: readonly (readonly [most: number, severity: Severity])[] = [
  [2, { id: 1, caption: 'Informational' }],
  [3, { id: 2, caption: 'Low' }],
  [6, { id: 3, caption: 'Medium' }],
  [8, { id: 4, caption: 'High' }],
];
const CRITICAL: Severity = { id: 5, caption: 'Critical' };

/** How severe an event is. The same rules decide as for CEF, so that an event weighs the same in every format. */
export function severityOf(event: Branch, words: readonly string[]): Severity {
  const severity = cefSeverity(event, words.join(' '));
  return STEPS.find(([most]) => severity <= most)?.[1] ?? CRITICAL;
}
