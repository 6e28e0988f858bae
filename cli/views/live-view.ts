import { clean } from '../../functions/core/events/excerpt.ts';
import type { FeedStatus } from '../../local/runner.ts';
import { lagText } from './lag-text.ts';

const HEADINGS = ['FEED', 'STATE', 'LAG', 'DELIVERED', 'PAGES', 'RETRIES', 'QUOTA LEFT', 'LAST ERROR'] as const;

/** What the live view shows in addition to the feeds. */
export interface Surroundings {
  readonly out: string;
  readonly sample: string | undefined;
  readonly notes: readonly string[];
}

/** The live view as lines that fit the terminal: one row for each feed, then where the files are and a sample event. */
export function drawView(
  statuses: readonly FeedStatus[],
  around: Surroundings,
  columns: number,
  rows: number,
): string[] {
  const cells = [HEADINGS, ...statuses.map(rowOf)];
  const widths = HEADINGS.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const feeds = cells.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
  const maxFeeds = Math.max(3, rows - 12);
  const hidden = feeds.length - maxFeeds;
  const lines = [
    ...feeds.slice(0, maxFeeds),
    ...(hidden > 0 ? [`... and ${hidden} more feeds`] : []),
    '',
    `Events: ${around.out}`,
    ...around.notes.map((note) => `  ${note}`),
    '',
    ...(around.sample === undefined ? [] : ['Latest event:', ...sampleLines(around.sample, columns)]),
    '',
    'Ctrl-C ends it; started again, it goes on where it was.',
  ];
  return lines.slice(0, rows - 1).map((line) => cut(clean(line), columns));
}

function rowOf(status: FeedStatus): string[] {
  const { quota, pace, error } = status;
  return [
    status.feed,
    status.until === undefined ? status.state : `${status.state} until ${status.until.slice(11, 19)}Z`,
    status.lagSeconds === undefined ? '-' : lagText(status.lagSeconds),
    String(status.delivered),
    String(status.pages),
    String(status.retries),
    quota ? `${quota.remaining}/${quota.limit}` : pace ? `${pace.perMinute} a minute` : '-',
    error ? `${error.code}: ${error.message}` : '-',
  ].map(clean);
}

function sampleLines(sample: string, columns: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < sample.length && lines.length < 6; at += columns - 2)
    lines.push(`  ${sample.slice(at, at + columns - 2)}`);
  return lines;
}

function cut(line: string, columns: number): string {
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
}
