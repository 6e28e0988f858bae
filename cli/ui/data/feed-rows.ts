import type { FeedStatusReport } from '../../../functions/core/invocation/feed-status.ts';
import { isSnapshotFeed } from '../../../functions/core/model.ts';
import { SECOND } from '../../../functions/core/time.ts';
import type { ChosenFeed } from '../../../local/configuration.ts';
import type { FeedStatus } from '../../../local/runner.ts';
import type { FeedNote, FeedRow, Severity } from '../api-types.ts';

/** A feed that is later than it can be by this much is called behind. */
const SLACK_SECONDS = 60;

/** What is known about a feed besides its state in the table. */
export interface FeedFacts {
  readonly chosen?: ChosenFeed;
  readonly status?: FeedStatus;
  readonly delivered?: number;
  readonly pace: readonly number[];
}

/** One feed in the words of the page: its state, how urgent that is, and why. */
export function feedRow(look: FeedStatusReport, { chosen, status, delivered, pace }: FeedFacts): FeedRow {
  const { feed, kind, watermark, lagSeconds, lastSuccess, failures = 0, jobs, quarantine } = look;
  const notes = notesOf(look, status);
  const { state, severity } = stateOf(look, chosen, status);
  return {
    feed,
    source: feed.split('/', 1)[0] ?? feed,
    kind,
    state,
    severity: worst([severity, ...notes.map((note) => note.severity)]),
    ...(watermark !== undefined && { watermark }),
    ...(lagSeconds !== undefined && { lagSeconds }),
    ...(lastSuccess !== undefined && { lastSuccess }),
    failures,
    ...(delivered !== undefined && { delivered }),
    pace,
    ...(status?.quota && { quota: status.quota }),
    notes,
    jobs,
    quarantined: quarantine.length,
  };
}

const FAILED: ReadonlySet<FeedStatus['state']> = new Set(['failed', 'refused', 'forbidden']);

const ORDER: readonly Severity[] = ['bad', 'notice', 'busy', 'good'];

function worst(severities: readonly Severity[]): Severity {
  return ORDER.find((severity) => severities.includes(severity)) ?? 'good';
}

function stateOf(
  look: FeedStatusReport,
  chosen: ChosenFeed | undefined,
  status: FeedStatus | undefined,
): { state: string; severity: Severity } {
  const { watermark, failures = 0, hold, lease, lagSeconds = 0 } = look;
  if ((failures > 0 || hasFailed(status)) && !hold) return { state: 'failing', severity: 'bad' };
  if (hold) return { state: 'waiting', severity: 'notice' };
  if (lease || status?.state === 'running') return { state: 'reading', severity: 'busy' };
  if (watermark === undefined) return { state: 'not read yet', severity: 'notice' };
  if (lagSeconds < 0) return { state: 'in the future', severity: 'notice' };
  if (lagSeconds > longestLag(chosen)) return { state: 'behind', severity: 'notice' };
  return { state: 'caught up', severity: 'good' };
}

/** Whether the last run failed. Without a checkpoint, only the program that runs the feed knows. */
function hasFailed(status: FeedStatus | undefined): boolean {
  return status !== undefined && FAILED.has(status.state);
}

/** The lag in seconds that a feed has when all is well: it settles first, and is read at intervals. */
function longestLag(chosen: ChosenFeed | undefined): number {
  if (!chosen) return Number.POSITIVE_INFINITY;
  const { feed } = chosen;
  const settle = isSnapshotFeed(feed) ? 0 : feed.settle;
  return (2 * (settle + feed.every)) / SECOND + SLACK_SECONDS;
}

function notesOf(look: FeedStatusReport, status: FeedStatus | undefined): FeedNote[] {
  const { lastError, failures = 0, hold, conditions = [], owed = [], away = [] } = look;
  const error = hasFailed(status) ? status?.error : undefined;
  return [
    ...conditions.map(({ name, since, message }) => ({
      severity: 'bad' as const,
      text: `Events may be missing (${name}): ${message}`,
      since,
      remedy: `See ${name} in docs/runbook.md.`,
    })),
    ...errorNotes(error, failures > 0 ? lastError : undefined),
    ...(hold
      ? [{ severity: 'notice' as const, text: `Waits until ${hold.until} (${hold.reason}): ${hold.message}` }]
      : []),
    ...owed.map(({ destination, from, to, since, waits }) => ({
      severity: 'notice' as const,
      text: `Owes ${destination} ${from} to ${to}${waits ? '; waits for its return' : ''}`,
      since,
    })),
    ...away.map(({ destination, since }) => ({
      severity: 'notice' as const,
      text: `${destination} is not configured; it may lack events from then on`,
      since,
    })),
    ...(status?.warnings ?? []).slice(-3).map((text) => ({ severity: 'good' as const, text })),
  ];
}

/** The last error: as the program knows it that runs the feed, with its remedy, or else as the table has it. */
function errorNotes(error: FeedStatus['error'], lastError: FeedStatusReport['lastError']): FeedNote[] {
  if (error) {
    const { code, message, remedy } = error;
    return [{ severity: 'bad', text: `${code}: ${message}`, ...(lastError && { since: lastError.at }), remedy }];
  }
  return lastError ? [{ severity: 'bad', text: `${lastError.code}: ${lastError.message}`, since: lastError.at }] : [];
}
