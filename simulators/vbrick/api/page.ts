import { hash } from '../../random.ts';
import type { Reply } from '../../send-reply.ts';
import type { AuditLog } from '../log/audit-log.ts';
import type { Selection } from '../content/collections.ts';
import type { VbrickFaults, VbrickSwitches } from '../faults.ts';
import type { LogRow, Place } from '../log/log-row.ts';
import { type Directions, pageBody } from './page-body.ts';
import { type Question, readQuestion, type Scroll, scrollText } from './question.ts';
import { failure } from './replies.ts';

/** How the audit endpoints answer, where the vendor's documentation leaves it open. */
export interface PageOptions {
  readonly bounds: 'half-open' | 'inclusive' | 'exclusive';
  readonly headerCase: 'mixed' | 'lower';
  /** What the last page says instead of a continuation token. */
  readonly lastToken: 'absent' | 'empty';
  readonly now: () => number;
}

const PAGE_ROWS = 100;
const DEFAULT_SCROLL_SECONDS = 300;
const TOO_MANY_RECORDS = 7;

/** Makes what answers a question to an audit endpoint with a page of rows. */
export function createPages(log: AuditLog, switches: VbrickSwitches, options: PageOptions) {
  return function page(url: URL, selection: Selection): Reply {
    const question = readQuestion(url);
    if ('status' in question) return question;
    if (question.scroll && isLapsed(question.scroll, switches, options.now()))
      return failure(switches.faults.scroll?.status ?? 400, 'InvalidContinuationToken', 'The scroll has lapsed.');
    const scroll = question.scroll ?? beginScroll(log, url, question, selection, options);
    const isEmptied = !scroll.isSecondTry && switches.strikes('emptyPages') !== undefined;
    const found = isEmptied ? [] : readRows(log, question, scroll, selection, options.bounds);
    const shown = found.slice(0, PAGE_ROWS);
    const next = isEmptied
      ? { ...scroll, isSecondTry: true }
      : nextScroll(scroll, shown, found.length > PAGE_ROWS, switches.faults, options.now());
    return write(shown, scroll, next, selection);
  };

  function write(shown: readonly LogRow[], scroll: Scroll, next: Scroll | undefined, selection: Selection): Reply {
    const directions: Directions = {
      totalRecords: sayTotal(scroll.total - scroll.passed, switches.faults.totals),
      ...(next && { nextFromDate: next.fromDate, nextContinuationToken: scrollText(next) }),
      ...(!next && options.lastToken === 'empty' && { nextFromDate: scroll.fromDate, nextContinuationToken: '' }),
    };
    const { json, cutRow } = switches.faults;
    const isCut = cutRow && shown.length > 0 && switches.strikes('cutRow') !== undefined;
    const headers = json === 'all-without-headers' ? {} : inCase(directions, options.headerCase);
    return pageBody(shown, directions, headers, { selection, faults: switches.faults, isCut: isCut === true });
  }
}

function isLapsed({ madeAt }: Scroll, { faults, strikes }: VbrickSwitches, now: number): boolean {
  const isStruck = strikes('scroll') !== undefined;
  return isStruck || now - madeAt > (faults.scroll?.seconds ?? DEFAULT_SCROLL_SECONDS) * 1000;
}

/** The first page of a range: all that is shown by now is counted. */
function beginScroll(
  log: AuditLog,
  { pathname }: URL,
  question: Question,
  selection: Selection,
  { bounds, now }: PageOptions,
): Scroll {
  const { fromDate, toDate } = question;
  const query = { ...rangeOf(question, bounds), selection, visibleAt: now() };
  let total = 0;
  for (const _ of log.rows(query)) total++;
  const times = { visibleAt: query.visibleAt, madeAt: query.visibleAt };
  return { path: pathname, fromDate, beginning: fromDate, toDate, ...times, total, passed: 0 };
}

/** One row more than a page shows: whether there is a next one. */
function readRows(
  log: AuditLog,
  question: Question,
  { beginning, visibleAt, after }: Scroll,
  selection: Selection,
  bounds: PageOptions['bounds'],
): readonly LogRow[] {
  const range = rangeOf({ ...question, from: Date.parse(beginning) }, bounds);
  const found: LogRow[] = [];
  for (const row of log.rows({ ...range, selection, visibleAt, ...(after && { after }) })) {
    found.push(row);
    if (found.length > PAGE_ROWS) break;
  }
  return found;
}

function rangeOf({ from, to }: Question, bounds: PageOptions['bounds']) {
  return { from: from + (bounds === 'exclusive' ? 1 : 0), to: to + (bounds === 'inclusive' ? 1 : 0) };
}

/** Where the next page begins; none after the last. */
function nextScroll(
  scroll: Scroll,
  shown: readonly LogRow[],
  isMore: boolean,
  { repeatNext, repeatRows = 0, offsetDates }: VbrickFaults,
  now: number,
): Scroll | undefined {
  const { after: _, isSecondTry: __, ...range } = scroll;
  // A page that leads to itself, or back to the first, leads there with the same token for ever.
  if (repeatNext === 'cycle' && scroll.after) return { ...range, fromDate: scroll.beginning, passed: 0 };
  if (!isMore) return repeatNext === 'self' ? scroll : undefined;
  const count = Math.max(1, shown.length - repeatRows);
  const { time, id } = shown[count - 1] as Place;
  const date = new Date(time).toISOString();
  return {
    ...range,
    fromDate: offsetDates ? date.replace('Z', '+00:00') : date,
    passed: scroll.passed + count,
    madeAt: repeatNext ? scroll.madeAt : now,
    after: { time, id },
  };
}

function sayTotal(rows: number, totals: string | undefined): string {
  if (totals === 'overshoot') return String(rows + TOO_MANY_RECORDS);
  return String(totals === 'lie' ? hash(rows) % 1000 : rows);
}

function inCase(directions: Directions, headerCase: PageOptions['headerCase']): Readonly<Record<string, string>> {
  const entries = Object.entries(directions) as [string, string][];
  return Object.fromEntries(
    entries.map(([name, value]) => [headerCase === 'lower' ? name.toLowerCase() : name, value]),
  );
}
