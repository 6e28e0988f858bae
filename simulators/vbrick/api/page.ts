import { hash } from '../../random.ts';
import type { Reply } from '../../send-reply.ts';
import type { Selection } from '../content/collections.ts';
import type { VbrickFaults, VbrickSwitches } from '../faults.ts';
import type { AuditLog } from '../log/audit-log.ts';
import type { LogRow, Place } from '../log/log-row.ts';
import { type Directions, pageBody } from './page-body.ts';
import { type Question, readQuestion, type Scroll, scrollText } from './question.ts';
import { failure } from './replies.ts';

/** Behaviour that the vendor's documentation leaves open. */
export interface PageOptions {
  readonly bounds: 'half-open' | 'inclusive' | 'exclusive';
  readonly headerCase: 'mixed' | 'lower';
  /** What the last page has in place of a continuation token. */
  readonly lastToken: 'absent' | 'empty';
  readonly now: () => number;
}

const PAGE_ROWS = 100;
const DEFAULT_SCROLL_SECONDS = 300;
const TOO_MANY_RECORDS = 7;

/** Makes the function that answers a question to an audit endpoint with a page of rows. */
export function createPages(log: AuditLog, switches: VbrickSwitches, options: PageOptions) {
  return function page(url: URL, selection: Selection): Reply {
    const question = readQuestion(url);
    if ('status' in question) return question;
    if (question.scroll && isLapsed(question.scroll, switches, options.now()))
      return failure(switches.faults.scroll?.status ?? 400, 'InvalidContinuationToken', 'The scroll has lapsed.');
    const scroll = question.scroll ?? beginScroll({ log, options }, url.pathname, question, selection);
    const isEmptied = !scroll.isSecondTry && switches.strikes('emptyPages') !== undefined;
    const found = isEmptied ? [] : readRows({ log, options }, question, scroll, selection);
    const shown = found.slice(0, PAGE_ROWS);
    const next = isEmptied
      ? { ...scroll, isSecondTry: true }
      : nextScroll(scroll, shown, found.length > PAGE_ROWS, { faults: switches.faults, now: options.now() });
    return write(shown, scroll, next, selection);
  };

  function write(shown: readonly LogRow[], scroll: Scroll, next: Scroll | undefined, selection: Selection): Reply {
    const directions: Directions = {
      totalRecords: statedTotal(scroll.total - scroll.passed, switches.faults.totals),
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

interface Source {
  readonly log: AuditLog;
  readonly options: PageOptions;
}

/** The scroll of a first page. Counts all rows of the range that are visible now. */
function beginScroll({ log, options }: Source, path: string, question: Question, selection: Selection): Scroll {
  const { fromDate, toDate } = question;
  const query = { ...rangeOf(question, options.bounds), selection, visibleAt: options.now() };
  let total = 0;
  for (const _ of log.rows(query)) total++;
  const times = { visibleAt: query.visibleAt, madeAt: query.visibleAt };
  return { path, fromDate, beginning: fromDate, toDate, ...times, total, passed: 0 };
}

/** Reads one row more than a page shows, if there is a next page. */
function readRows(
  { log, options }: Source,
  question: Question,
  { beginning, visibleAt, after }: Scroll,
  selection: Selection,
): readonly LogRow[] {
  const range = rangeOf({ ...question, from: Date.parse(beginning) }, options.bounds);
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

/** Where the next page begins; undefined after the last page. */
function nextScroll(
  scroll: Scroll,
  shown: readonly LogRow[],
  isMore: boolean,
  { faults, now }: { readonly faults: VbrickFaults; readonly now: number },
): Scroll | undefined {
  const { repeatNext, repeatRows = 0, offsetDates } = faults;
  const { after: _, isSecondTry: __, ...range } = scroll;
  // A page that links to itself, or back to the first, always does so with the same token.
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

function statedTotal(rows: number, totals: string | undefined): string {
  if (totals === 'overshoot') return String(rows + TOO_MANY_RECORDS);
  return String(totals === 'lie' ? hash(rows) % 1000 : rows);
}

function inCase(directions: Directions, headerCase: PageOptions['headerCase']): Readonly<Record<string, string>> {
  const entries = Object.entries(directions) as [string, string][];
  return Object.fromEntries(
    entries.map(([name, value]) => [headerCase === 'lower' ? name.toLowerCase() : name, value]),
  );
}
