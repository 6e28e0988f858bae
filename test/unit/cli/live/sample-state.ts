import type { LiveState } from '../../../../cli/live/live-state.ts';
import { Throughput } from '../../../../cli/live/throughput.ts';
import { type Line, lineWidth } from '../../../../cli/screen/line.ts';
import { emptyTally } from '../../../../functions/core/stored/tally.ts';
import type { FeedStatus } from '../../../../local/runner.ts';

export const NOW = Date.parse('2026-03-01T04:00:00Z');

/** A feed that has caught up, with changes to it. */
export function statusOf(feed: string, change: Partial<FeedStatus> = {}): FeedStatus {
  const [source = '', , connection = ''] = feed.split('/');
  return {
    ...emptyTally(),
    feed,
    source,
    connection,
    state: 'caught-up',
    runs: 1,
    lagSeconds: 12,
    watermark: '2026-03-01T03:59:48Z',
    warnings: [],
    conditions: [],
    ...change,
  };
}

/** The state of a program with these feeds. */
export function stateOf(statuses: readonly FeedStatus[], change: Partial<LiveState> = {}): LiveState {
  const throughput = new Throughput(NOW - 90_000);
  return {
    now: NOW,
    startedAt: NOW - 90_000,
    statuses,
    throughput,
    isPaused: false,
    isEnding: false,
    simulated: [],
    out: '/srv/out',
    latestEvent: undefined,
    notes: [],
    ...change,
  };
}

export function textOf(lines: readonly Line[]): string {
  return lines.map((line) => line.map(({ text }) => text).join('')).join('\n');
}

/** The widths of the lines, the largest first. */
export function widest(lines: readonly Line[]): number {
  return Math.max(...lines.map(lineWidth));
}
