import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import { moveTarget } from '../../functions/core/jobs/move-target.ts';
import type { Feed } from '../../functions/core/model.ts';
import type { LedgerRow } from '../../functions/core/stored/ledger-row.ts';
import {
  DAY,
  formatDuration,
  formatInstant,
  HOUR,
  type Instant,
  parseInstant,
  type Range,
} from '../../functions/core/time.ts';
import { sayNumber } from '../views/columns.ts';

/** What a move does to a feed. */
export interface PlannedMove {
  readonly feed: string;
  readonly from: string | undefined;
  readonly to: string;
  /** In words for the person who is asked. */
  readonly effect: string;
}

/** The days of the ledger that say how many events there usually are. */
const USUAL = 7 * DAY;

/** The days whose ledger tells what moves to a time would skip or repeat. */
export function daysToLookAt(watermarks: readonly (Instant | undefined)[], to: Instant, now: Instant): Range {
  const known = watermarks.filter((watermark) => watermark !== undefined);
  return { from: Math.min(to, ...known, now - USUAL), to: now };
}

/** What a move of one feed would skip or repeat, as far as its ledger knows. */
export function planMove(feed: Feed, look: FeedStatusReport, to: Instant, now: Instant): PlannedMove {
  const moved = moveTarget(feed, to, now);
  const watermark = look.watermark === undefined ? undefined : parseInstant(look.watermark);
  const planned = { feed: feed.name, from: look.watermark, to: formatInstant(moved, 's') };
  const kept = moved > to ? ` (the vendor keeps no more than ${formatDuration(feed.stream.retention)})` : '';
  if (watermark === undefined) return { ...planned, effect: `has never run: it starts there${kept}` };
  if (moved === watermark) return { ...planned, effect: 'is there already' };
  const length = formatDuration(Math.abs(moved - watermark));
  if (moved > watermark)
    return { ...planned, effect: `skips ${length}: ${skippedText(look.ledger, { from: watermark, to: moved }, now)}` };
  const repeated = eventsIn(look.ledger, { from: moved, to: watermark });
  return {
    ...planned,
    effect: `reads ${length} again${kept}: ${sayNumber(repeated)} events of it were delivered, and are delivered again only if their keys are not kept any more`,
  };
}

/** What is not read has not been counted: the usual number tells about how much it is. */
function skippedText(ledger: readonly LedgerRow[], skipped: Range, now: Instant): string {
  const usual = { from: Math.min(skipped.from, now) - USUAL, to: skipped.from };
  const events = eventsIn(ledger, usual);
  if (events === 0) return 'what happened then is not read';
  const expected = Math.round((events * (skipped.to - skipped.from)) / USUAL);
  return `what happened then is not read, about ${sayNumber(expected)} events at the rate of the 7 days before`;
}

/** Events of a range that were delivered, by whole hours. */
function eventsIn(ledger: readonly LedgerRow[], { from, to }: Range): number {
  const hours = ledger.flatMap(({ hours }) => hours);
  return hours.reduce((sum, { hour, events }) => {
    const start = parseInstant(`${hour}:00:00Z`);
    return start !== undefined && start + HOUR > from && start < to ? sum + events : sum;
  }, 0);
}
