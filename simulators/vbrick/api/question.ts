import type { Reply } from '../../send-reply.ts';
import type { Place } from '../log/log-row.ts';
import { invalid } from './replies.ts';

/** A checked question to an audit endpoint: the dates as they were written, and what they mean. */
export interface Question {
  readonly fromDate: string;
  readonly toDate: string;
  readonly from: number;
  readonly to: number;
  readonly scroll?: Scroll;
}

/** Where a page begins, and which range it belongs to: what a continuation token holds. */
export interface Scroll {
  readonly path: string;
  /** The fromDate that the token was given with, and that of the first page. */
  readonly fromDate: string;
  readonly beginning: string;
  readonly toDate: string;
  /** What is shown later does not get into a scroll that has begun. */
  readonly visibleAt: number;
  /** How many rows the range has, and how many of them come before this page. */
  readonly total: number;
  readonly passed: number;
  readonly madeAt: number;
  /** The last row before this page; none on the first. */
  readonly after?: Place;
  /** Follows an empty page: only makes the token differ. */
  readonly isSecondTry?: boolean;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads the parameters of a request, or says what is wrong with them. */
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

/** A token as the vendor's look. */
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
