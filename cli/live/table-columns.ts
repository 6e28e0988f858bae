import type { FeedStatus } from '../../local/runner.ts';
import { plain, widthOf } from '../screen/fit.ts';
import { lineWidth, type Span, type Tone } from '../screen/line.ts';
import { sayNumber } from '../views/columns.ts';
import { behindText, lookOf, quotaText, stateText } from './feed-state.ts';
import type { LiveState } from './live-state.ts';
import { sparkline } from './sparkline.ts';

/** A column of the table of feeds. */
export interface Column {
  readonly title: string;
  readonly side: 'left' | 'right';
  /** A text, which is made to fit, or a drawing that fits. */
  readonly cell: (status: FeedStatus, state: LiveState) => string | readonly Span[];
  readonly tone: (status: FeedStatus) => Tone;
  /** Cells that it takes at least, and at most. */
  readonly min: number;
  readonly max: number;
}

/** A column and the cells that it gets. */
export interface PlacedColumn extends Column {
  readonly width: number;
}

/** Cells between two columns. */
export const GAP = 2;
const TREND_BARS = 12;

const usual = (): Tone => 'plain';
const faint = (): Tone => 'dim';

export const FEED: Column = {
  title: 'FEED',
  side: 'left',
  cell: ({ feed }) => plain(feed),
  tone: (status) => (lookOf(status).rank >= 4 ? 'bad' : 'plain'),
  min: 20,
  max: 80,
};

const STATE: Column = {
  title: 'STATE',
  side: 'left',
  cell: (status, state) => `${lookOf(status).mark} ${stateText(status, state)}`,
  tone: (status) => lookOf(status).tone,
  // A time that runs down must not move the columns beside it.
  min: 20,
  max: 20,
};

const BEHIND: Column = { title: 'BEHIND', side: 'right', cell: behindText, tone: usual, min: 7, max: 18 };

const DELIVERED = count('DELIVERED', ({ delivered }) => delivered);

const RATE: Column = {
  title: 'A MINUTE',
  side: 'right',
  cell: ({ feed }, { now, throughput }) => rateText(throughput.perMinute(now, feed)),
  tone: usual,
  min: 8,
  max: 9,
};

const TREND: Column = {
  title: 'LAST MINUTE',
  side: 'left',
  cell: ({ feed }, { now, throughput }) => sparkline(throughput.series(now, TREND_BARS, feed)),
  tone: usual,
  min: TREND_BARS,
  max: TREND_BARS,
};

const QUOTA: Column = { title: 'QUOTA LEFT', side: 'right', cell: quotaText, tone: faint, min: 10, max: 15 };

const RETRIES = count('RETRIES', ({ retries }) => retries);
const PAGES = count('PAGES', ({ pages }) => pages);
const KNOWN = count('KNOWN', ({ suppressed }) => suppressed);
const QUARANTINED = count('QUARANTINED', ({ quarantined }) => quarantined);

const ERROR: Column = {
  title: 'LAST ERROR',
  side: 'left',
  cell: ({ error }) => (error ? plain(`${error.code}: ${error.message}`) : ''),
  tone: () => 'bad',
  min: 24,
  max: 200,
};

/** As they stand in the table. */
const ORDER = [FEED, STATE, BEHIND, DELIVERED, RATE, TREND, QUOTA, RETRIES, PAGES, KNOWN, QUARANTINED, ERROR];
/** Which are given up last. The first three are always there. */
const WANTED = [FEED, STATE, BEHIND, DELIVERED, TREND, RATE, QUOTA, RETRIES, ERROR, PAGES, QUARANTINED, KNOWN];

/** The columns for which there is room, each with its width: none wider than what is in it. */
export function placeColumns(rows: readonly FeedStatus[], state: LiveState, room: number): PlacedColumn[] {
  const wide = new Map(WANTED.map((column) => [column, neededWidth(column, rows, state)]));
  const names = Math.min(wide.get(FEED) as number, Math.max(FEED.min, Math.floor(room * 0.45)));
  const widths = new Map<Column, number>([[FEED, names]]);
  let left = room - names;
  for (const column of WANTED.slice(1)) {
    const width = column === ERROR ? ERROR.min : (wide.get(column) as number);
    // An error that nobody has takes no room.
    if (column === ERROR && wide.get(ERROR) === ERROR.min) continue;
    if (left < width + GAP) break;
    widths.set(column, width);
    left -= width + GAP;
  }
  for (const column of [FEED, ERROR]) {
    const width = widths.get(column);
    if (width === undefined) continue;
    const more = Math.min(left, Math.max(0, (wide.get(column) as number) - width));
    widths.set(column, width + more);
    left -= more;
  }
  return ORDER.flatMap((column) => {
    const width = widths.get(column);
    return width === undefined ? [] : [{ ...column, width }];
  });
}

function neededWidth(column: Column, rows: readonly FeedStatus[], state: LiveState): number {
  if (column.min === column.max) return column.min;
  const widest = Math.max(column.title.length, ...rows.map((row) => cellWidth(column.cell(row, state))));
  return Math.min(Math.max(widest, column.min), column.max);
}

function cellWidth(cell: string | readonly Span[]): number {
  return typeof cell === 'string' ? widthOf(cell) : lineWidth(cell);
}

function count(title: string, numberOf: (status: FeedStatus) => number): Column {
  const cell = (status: FeedStatus) => sayNumber(numberOf(status));
  return { title, side: 'right', cell, tone: usual, min: title.length, max: 15 };
}

/** Events a minute: with a fraction only where it tells something. */
export function rateText(perMinute: number): string {
  if (perMinute <= 0) return '-';
  return perMinute < 10 ? perMinute.toFixed(1) : sayNumber(Math.round(perMinute));
}
