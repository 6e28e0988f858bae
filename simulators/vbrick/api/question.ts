import type { Reply } from '../../send-reply.ts';
import type { Place } from '../log/log-row.ts';
import { invalid } from './replies.ts';

/** The checked parameters of a request to an audit endpoint; the dates also as they were written. */
export interface Question {
  readonly fromDate: string;
  readonly toDate: string;
  readonly from: number;
  readonly to: number;
  readonly scroll?: Scroll;
}

/** The content of a continuation token: where a page begins, and its range. */
export interface Scroll {
  readonly path: string;
  /** The fromDate that came with the token. */
  readonly fromDate: string;
  /** The fromDate of the first page. */
  readonly beginning: string;
  readonly toDate: string;
  /** Rows that appear later are not part of the scroll. */
  readonly visibleAt: number;
  /** Number of rows in the range. */
  readonly total: number;
  /** Number of rows before this page. */
  readonly passed: number;
  readonly madeAt: number;
  /** The last row before this page; undefined on the first page. */
  readonly after?: Place;
  /** The page before was emptied by a fault; makes the token different. */
  readonly isSecondTry?: boolean;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads the parameters of a request, or returns the answer that names the mistake. */
export function readQuestion({ pathname, searchParams }: URL): Question | Reply {
  const fromDate = searchParams.get('fromDate');
  const toDate = searchParams.get('toDate');
  const token = searchParams.get('nextContinuationToken');
  if (!fromDate || !toDate) return invalid('fromDate and toDate are required.');
  const [from, to] = [readInstant(fromDate), readInstant(toDate)];
  if (from === undefined || to === undefined) return invalid('fromDate and toDate must be ISO 8601 dates.');
  if (!token) return to > from ? { fromDate, toDate, from, to } : invalid('toDate must be later than fromDate.');
  const scroll = readScroll(token);
  if (!scroll) return invalid('nextContinuationToken is not valid.');
  if (scroll.path !== pathname || scroll.fromDate !== fromDate || scroll.toDate !== toDate)
    return invalid('nextContinuationToken belongs to another range.');
  return { fromDate, toDate, from, to, scroll };
}

/** Writes a token that looks like the vendor's. */
export function scrollText(scroll: Scroll): string {
  return Buffer.from(JSON.stringify(scroll)).toString('base64');
}

function readScroll(text: string): Scroll | undefined {
  try {
    const scroll = JSON.parse(Buffer.from(text, 'base64').toString()) as Partial<Scroll> | null;
    return scroll?.path === undefined ? undefined : (scroll as Scroll);
  } catch {
    return undefined;
  }
}

function readInstant(text: string): number | undefined {
  const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
