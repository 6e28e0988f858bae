import { formatDuration, SECOND } from '../../functions/core/time.ts';
import type { FeedStatus } from '../../local/runner.ts';
import type { Tone } from '../screen/line.ts';
import { lagText } from '../views/lag-text.ts';
import type { LiveState } from './live-state.ts';

/** How a state is shown: a mark and a word, for those who do not see the colour. */
interface StateLook {
  readonly mark: string;
  readonly word: string;
  readonly tone: Tone;
  /** The larger, the sooner somebody should look. */
  readonly rank: number;
}

const LOOKS: Readonly<Record<FeedStatus['state'], StateLook>> = {
  waiting: { mark: '·', word: 'not yet read', tone: 'dim', rank: 0 },
  'caught-up': { mark: '✓', word: 'caught up', tone: 'good', rank: 0 },
  running: { mark: '↓', word: 'reading', tone: 'active', rank: 1 },
  more: { mark: '↓', word: 'more to read', tone: 'active', rank: 1 },
  stopped: { mark: '■', word: 'stopped', tone: 'dim', rank: 1 },
  busy: { mark: '‖', word: 'busy', tone: 'warning', rank: 2 },
  paused: { mark: '‖', word: 'paused', tone: 'warning', rank: 2 },
  forbidden: { mark: '!', word: 'forbidden', tone: 'warning', rank: 3 },
  refused: { mark: '✕', word: 'refused', tone: 'bad', rank: 4 },
  failed: { mark: '✕', word: 'failed', tone: 'bad', rank: 4 },
};

/** How a feed's state is shown. While it reads again, what was wrong before still holds. */
export function lookOf({ state, error, conditions }: FeedStatus): StateLook {
  const look = LOOKS[state];
  if (conditions.length > 0) return { ...look, mark: '!', tone: 'bad', rank: 5 };
  if (error !== undefined && look.rank < 3) return { ...look, mark: '✕', tone: 'bad', rank: 4 };
  return look;
}

/** The state in words, with what is left of the time that it waits. */
export function stateText(status: FeedStatus, { now, throughput }: Pick<LiveState, 'now' | 'throughput'>): string {
  const { word } = lookOf(status);
  const waits = Date.parse(status.until ?? '') - now;
  if (status.state !== 'running' && waits > 0) return `${word} ${lengthText(waits)}`;
  const left = throughput.untilCaughtUp(status.feed, now);
  return left === undefined ? word : `${lengthText(left)} left`;
}

/** How far a feed is behind now: what its last report says, and the time since then. */
export function behindText(status: FeedStatus, { now, throughput }: Pick<LiveState, 'now' | 'throughput'>): string {
  if (status.lagSeconds === undefined) return '-';
  const endedAt = throughput.endedAt(status.feed);
  const since = endedAt === undefined ? 0 : Math.max(0, now - endedAt) / 1_000;
  return lagText(Math.round(status.lagSeconds + since));
}

/** What is left of the vendor's quota, or the pace that is kept where the vendor states none. */
export function quotaText({ quota, pace }: FeedStatus): string {
  if (quota) return `${quota.remaining} of ${quota.limit}`;
  return pace ? `${pace.perMinute} a minute` : '-';
}

/** A length of time in milliseconds, in whole seconds: nothing shorter can be read while it changes. */
export function lengthText(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1_000));
  return seconds < 10 ? `${seconds}s` : formatDuration(seconds * SECOND);
}

/** The feeds as configured, or the worst first: those that are in trouble, then those that are furthest behind. */
export function ordered(statuses: readonly FeedStatus[], isWorstFirst: boolean): readonly FeedStatus[] {
  if (!isWorstFirst) return statuses;
  return statuses.toSorted(
    (one, other) => lookOf(other).rank - lookOf(one).rank || (other.lagSeconds ?? -1) - (one.lagSeconds ?? -1),
  );
}
