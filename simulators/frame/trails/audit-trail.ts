import { hash } from '../../random.ts';
import type { Reply } from '../../send-reply.ts';
import type { HeldRow } from '../../simulator.ts';
import type { Timeline } from '../../timeline.ts';
import type { HeldSpan, Log, Pager, Writing } from '../api/log.ts';
import { type AskedPage, readEnough } from '../api/paging.ts';
import { type Bounds, isWithin, type Range, readRange } from '../api/range.ts';
import type { FrameSwitches } from '../faults.ts';
import { createWindowReader, DAY_MS, HOUR_MS, type Moment, momentsIn } from '../moments.ts';
import { type AuditRow, auditRow } from './audit-content.ts';
import { rowText } from './odd-rows.ts';

/** Behaviour that the vendor's documentation leaves open. */
export interface AuditOptions {
  readonly seed: number;
  readonly bounds: Bounds;
  /** How long rows are kept. */
  readonly auditDays: number;
}

const FIELDS = { time: 'inserted_at', filled: 'user_first_name' };
/** Rows that are inserted between pages have ids from here on. */
const FIRST_INSERTED = 2 ** 40;

/** What the audit trail works on. */
interface AuditTrailParts {
  readonly timeline: Timeline;
  readonly switches: FrameSwitches;
  readonly options: AuditOptions;
  readonly clock: () => number;
  readonly pager: Pager;
}

/** `audit-trails`. */
export class AuditTrail implements Log {
  readonly #parts: AuditTrailParts;
  readonly #read: (from: number, to: number) => readonly Moment[];
  /** Rows that were inserted between pages. */
  readonly #inserted: Moment[] = [];

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
    const { timeline, switches } = parts;
    this.#read = createWindowReader(
      (from, to) => momentsIn(timeline, from, to),
      () => [switches.faults.late, switches.faults.twins],
    );
  }

  page(parameters: URLSearchParams): Reply {
    const writing: Writing<Moment> = {
      columns: {
        inserted_at: ({ micros }) => micros,
        kind: (moment) => auditRow(moment).kind,
        user_email: (moment) => auditRow(moment).user_email ?? '',
        user_idp: (moment) => auditRow(moment).user_idp,
      },
      text: (moment) => this.#text(moment),
    };
    return this.#parts.pager(parameters, writing, (asked) => this.#rowsOf(parameters, asked));
  }

  *held({ from, to, visibleAt }: HeldSpan): Generator<HeldRow> {
    const end = Math.min(to, visibleAt + 1);
    for (let start = Math.max(from, this.#oldest()); start < end; start += HOUR_MS) {
      const stop = Math.min(end, start + HOUR_MS);
      const range = { from: start * 1000, to: stop * 1000 };
      for (const moment of merged(momentsIn(this.#parts.timeline, start, stop), this.#inserted)) {
        const { id, micros, shownAt } = moment;
        if (!isWithin(micros, range, 'half-open') || shownAt > visibleAt) continue;
        yield { id, time: Math.floor(micros / 1000), shownAt, text: this.#text(moment) };
      }
    }
  }

  reset(): void {
    this.#inserted.length = 0;
  }

  #oldest(): number {
    return this.#parts.clock() - this.#parts.options.auditDays * DAY_MS;
  }

  #text(moment: Moment): string {
    return rowText(auditRow(moment), moment.id, FIELDS, this.#parts.switches.faults);
  }

  #rowsOf(parameters: URLSearchParams, asked: AskedPage): readonly Moment[] {
    const now = this.#parts.clock();
    const range = readRange(parameters, ['from_date', 'to_date'], {
      from: this.#oldest() * 1000,
      to: (now + 1) * 1000,
    });
    // The oldest kept row moves with the clock: rounded to whole hours, so that all pages of a window use one cached reading.
    const from = Math.max(range.from / 1000, Math.floor(this.#oldest() / HOUR_MS) * HOUR_MS);
    const to = Math.min(range.to / 1000, now) + 1;
    const kept = this.#oldest() * 1000;
    const wanted = (moment: Moment) =>
      moment.shownAt <= now && moment.micros >= kept && this.#isAskedFor(moment, range, parameters);
    const rows = readEnough({ from, to }, asked, (start, end) => this.#read(start, end).filter(wanted));
    this.#insertWhilePaging(rows, asked);
    return this.#inserted.length === 0 ? rows : merged(rows, this.#inserted.filter(wanted));
  }

  #isAskedFor(moment: Moment, range: Range, parameters: URLSearchParams): boolean {
    if (!isWithin(moment.micros, range, this.#parts.options.bounds)) return false;
    const [kind, search] = [parameters.get('kind'), parameters.get('search')];
    if (kind === null && search === null) return true;
    const row = auditRow(moment);
    return holds(row.kind, kind) && searchedIn(row).some((value) => holds(value, search));
  }

  /** Inserts a row beside the first one of the range, which the client has already read: all offsets shift by one. */
  #insertWhilePaging(rows: readonly Moment[], { offset, newestFirst }: AskedPage): void {
    const first = newestFirst ? rows.at(-1) : rows[0];
    if (offset === 0 || !first || !this.#parts.switches.strikes('insertWhilePaging')) return;
    const number = this.#inserted.length;
    this.#inserted.push({
      id: FIRST_INSERTED + number,
      micros: first.micros + (newestFirst ? -1 : 1),
      shownAt: this.#parts.clock(),
      seed: hash(this.#parts.options.seed, FIRST_INSERTED, number),
    });
  }
}

function merged(rows: readonly Moment[], more: readonly Moment[]): readonly Moment[] {
  return more.length === 0 ? rows : [...rows, ...more].sort((one, other) => one.micros - other.micros);
}

function searchedIn(row: AuditRow): readonly string[] {
  return [`${row.user_first_name} ${row.user_last_name}`, row.user_email ?? '', row.user_idp, row.kind];
}

function holds(value: string, part: string | null): boolean {
  return part === null || value.toLowerCase().includes(part.toLowerCase());
}
