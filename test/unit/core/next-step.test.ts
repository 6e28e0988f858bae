import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../functions/core/errors.ts';
import { nextStep } from '../../../functions/core/run/next-step.ts';
import type { FeedReport, FeedState } from '../../../functions/core/run/report.ts';
import { emptyTally } from '../../../functions/core/stored/tally.ts';
import { type Instant, parseInstant } from '../../../functions/core/time.ts';

const NOW = parseInstant('2026-01-10T09:00:00Z') as Instant;

function report(state: FeedState, more: Partial<FeedReport> = {}): FeedReport {
  return { ...emptyTally(), feed: 'memory/usage/acme', state, warnings: [], ...more };
}

function failing(code: ErrorCode): FeedReport {
  return report('failed', { error: { code, stage: 'receiving', message: 'x', remedy: 'y' } });
}

test.each([
  [report('caught-up'), { do: 'end', at: '2026-01-10T09:00:00Z' }],
  [report('more'), { do: 'again', at: '2026-01-10T09:00:00Z' }],
  [report('stopped'), { do: 'again', at: '2026-01-10T09:00:00Z' }],
  // The end of a pause was cut to its second.
  [report('paused', { until: '2026-01-10T09:30:00Z' }), { do: 'again', at: '2026-01-10T09:30:01Z' }],
  [report('busy', { until: '2026-01-10T09:04:59Z' }), { do: 'again', at: '2026-01-10T09:05:00Z' }],
  // A lease that was lost: nobody knows for how long.
  [report('busy'), { do: 'again', at: '2026-01-10T09:01:00Z' }],
  [report('paused', { until: '2026-01-10T08:00:00Z' }), { do: 'again', at: '2026-01-10T09:00:00Z' }],
  [report('refused'), { do: 'retry', at: '2026-01-10T09:15:00Z' }],
  [report('forbidden', { until: '2026-01-10T10:00:00Z' }), { do: 'retry', at: '2026-01-10T10:00:01Z' }],
  [failing('failing'), { do: 'retry', at: '2026-01-10T09:15:00Z' }],
  // The same question again would get the same answer.
  [failing('config'), { do: 'give-up', at: '2026-01-10T09:15:00Z' }],
])('after %j: %j', (said, next) => {
  expect(nextStep(said, NOW)).toEqual(next);
});
