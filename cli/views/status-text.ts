import stringWidth from 'string-width';
import { clean } from '../../functions/core/events/excerpt.ts';
import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import { formatDuration, SECOND } from '../../functions/core/time.ts';
import { type Cell, columns } from './columns.ts';
import { lagText } from './lag-text.ts';
import { type Paint, paint, unpainted } from './paint.ts';
import { agoText, timeText } from './time-text.ts';

/** A column of the table of feeds. */
interface Column {
  readonly title: string;
  cell(report: FeedStatusReport): Cell;
  /** Columns that a narrow terminal has no room for: those with the highest number are left out first. */
  readonly dispensable?: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'feed', cell: ({ feed }) => feed },
  { title: 'state', cell: ({ state }) => (state ? paint(PAINTS[state.name], state.name) : '-') },
  { title: 'since', cell: ({ state }) => (state?.since ? agoText(state.since) : '-'), dispensable: 1 },
  { title: 'watermark', cell: ({ watermark }) => (watermark ? timeText(watermark) : 'never run'), dispensable: 2 },
  { title: 'behind', cell: ({ lagSeconds }) => (lagSeconds === undefined ? '-' : lagText(lagSeconds)) },
  { title: 'caught up', cell: ({ lastSuccess }) => (lastSuccess ? agoText(lastSuccess) : '-'), dispensable: 3 },
  { title: 'newest event', cell: ({ newest }) => (newest ? agoText(newest.at) : '-'), dispensable: 4 },
  { title: 'worst late', cell: latenessText, dispensable: 6 },
  { title: 'quota left', cell: ({ quota }) => (quota ? `${quota.remaining} of ${quota.limit}` : '-'), dispensable: 7 },
  { title: 'delivered', cell: deliveriesText, dispensable: 5 },
  { title: 'failures', cell: ({ failures = 0 }) => failures },
  { title: 'quarantined', cell: ({ quarantine }) => quarantine.length },
  { title: 'jobs', cell: ({ jobs }) => jobs.filter(({ state }) => state === 'running').length },
];

/**
 * How the feeds stand, as a table, and under it what keeps them from reading on and what is missing.
 *
 * @param width of the terminal. Columns for which it has no room are left out, and named
 */
export function statusText(
  looks: readonly FeedStatusReport[],
  left: readonly LeftFeed[],
  width: number | undefined = process.stdout.columns,
): string {
  const { table, leftOut } = fittingTable(looks, width);
  return [
    table,
    ...(leftOut.length > 0
      ? [paint('faint', `no room for: ${leftOut.join(', ')} (a wider terminal, or --json, has them)`)]
      : []),
    ...looks.flatMap(problemsOf),
    ...connectionProblems(looks),
    ...left.map(sayLeft),
    ...(looks.some(isHeldUp) ? [paint('strong', 'tidemark doctor says what to do, and what to mend first.')] : []),
  ].join('\n');
}

function fittingTable(looks: readonly FeedStatusReport[], width: number | undefined) {
  let shown = COLUMNS;
  const tableOf = (available: number | undefined) =>
    columns(
      shown.map(({ title }) => title),
      looks.map((look) => shown.map(({ cell }) => cell(look))),
      available,
    );
  const isTooWide = () =>
    width !== undefined &&
    // Not undefined: that stands for the width of the terminal, where nothing is too wide.
    tableOf(Number.POSITIVE_INFINITY)
      .split('\n')
      .some((line) => stringWidth(unpainted(line)) > width);
  while (isTooWide()) {
    const next = shown.reduce((most, one) => ((one.dispensable ?? 0) > (most.dispensable ?? 0) ? one : most));
    if (next.dispensable === undefined) break;
    shown = shown.filter((one) => one !== next);
  }
  return { table: tableOf(width), leftOut: COLUMNS.filter((one) => !shown.includes(one)).map(({ title }) => title) };
}

const PAINTS: Readonly<Record<NonNullable<FeedStatusReport['state']>['name'], Paint>> = {
  reading: 'good',
  paused: 'warn',
  refused: 'bad',
  forbidden: 'bad',
  failing: 'bad',
};

/** Whether something keeps the feed from being read that a person may have to mend. */
function isHeldUp({ lastError, accessLost, connectionHold, state }: FeedStatusReport): boolean {
  return (
    (lastError !== undefined && state?.name !== 'reading') || accessLost !== undefined || connectionHold !== undefined
  );
}

/** How late the latest of the late events was. `tidemark lateness` has the rest. */
function latenessText({ lateness }: FeedStatusReport): string {
  if (!lateness) return '-';
  return lateness.late === 0 ? 'none' : formatDuration(lateness.worstSeconds * SECOND);
}

/** When each destination got its newest event. */
function deliveriesText({ deliveries = {} }: FeedStatusReport): string {
  const texts = Object.entries(deliveries).map(([id, { at }]) => `${id} ${at === undefined ? '-' : agoText(at)}`);
  return texts.length === 0 ? '-' : texts.join(', ');
}

/** A feed that nobody reads any more. */
function sayLeft({ feed, since, watermark }: LeftFeed): string {
  return clean(`  ${feed}: left, no longer configured since ${timeText(since)}; read up to ${timeText(watermark)}`);
}

/** Refused credentials concern all feeds of a connection: that is said once. */
function connectionProblems(looks: readonly FeedStatusReport[]): string[] {
  const held = looks.flatMap(({ feed, connectionHold }) => {
    const [source, , connection] = feed.split('/');
    return connectionHold ? [{ name: `${source}/${connection}`, ...connectionHold }] : [];
  });
  const first = new Map(held.toReversed().map((one) => [one.name, one]));
  return [...first.values()]
    .toReversed()
    .map(({ name, until, message }) =>
      clean(`  ${name}: no feed of this connection is read until ${timeText(until)}: ${message}`),
    );
}

/** Why a feed does not read on, what is missing of it or at a destination, and its jobs. */
function problemsOf(report: FeedStatusReport): string[] {
  const {
    feed,
    hold,
    lastError,
    conditions = [],
    unknown = [],
    lease,
    jobs,
    owed = [],
    away = [],
    accessLost,
  } = report;
  return [
    ...(lease ? [`  ${feed}: at work until ${timeText(lease.until)} at the latest`] : []),
    ...(accessLost ? [`  ${feed}: no access since ${timeText(accessLost.since)} (${accessLost.reason})`] : []),
    ...(hold ? [`  ${feed}: waits until ${timeText(hold.until)} (${hold.reason}): ${hold.message}`] : []),
    ...(lastError && lastError.message !== hold?.message
      ? [`  ${feed}: ${timeText(lastError.at)} ${lastError.code}: ${lastError.message}`]
      : []),
    ...refusals(report),
    ...owed.map(
      ({ destination, from, to, since, waits }) =>
        `  ${feed}: owes ${destination} ${timeText(from)} to ${timeText(to)}, since ${timeText(since)}${waits ? '; it waits for its return' : ''}`,
    ),
    ...away.map(
      ({ destination, since }) =>
        `  ${feed}: ${destination} is not configured; it may lack events from ${timeText(since)} on`,
    ),
    ...conditions.map(
      ({ name, since, message }) => `  ${feed}: ${name} since ${timeText(since)} (docs/runbook.md): ${message}`,
    ),
    ...unknown.map(
      ({ kind, name, shape, since, file, line }) =>
        `  ${feed}: new ${kind} ${name} since ${timeText(since)}: ${shape}; to map it, add to ${file}: ${line}`,
    ),
    ...jobs
      .filter(({ kind, state }) => kind === 'backfill' && state === 'running')
      .map(
        ({ id, percent, eta }) => `  ${feed}: backfill ${id} ${percent} %${eta ? `, done about ${timeText(eta)}` : ''}`,
      ),
  ].map(clean);
}

/** The destinations that have refused events since they last took some. */
function refusals({ feed, deliveries = {} }: FeedStatusReport): string[] {
  return Object.entries(deliveries).flatMap(([id, { at = '', refusedAt }]) =>
    refusedAt !== undefined && refusedAt > at
      ? [`  ${feed}: ${id} refused events at ${timeText(refusedAt)}, and has taken none since`]
      : [],
  );
}
