import type { Reply } from '../../send-reply.ts';
import type { HeldRow } from '../../simulator.ts';
import type { FrameSwitches } from '../faults.ts';
import { type AskedPage, type Columns, type PageLimits, readPaging, readSorting, sortRows } from './paging.ts';
import { json } from './replies.ts';

/** A range of time, and when its records are looked at; all in milliseconds. */
export interface HeldSpan {
  readonly from: number;
  readonly to: number;
  readonly visibleAt: number;
}

/** A log: `page` answers clients, `held` tells tests everything that it holds. */
export interface Log {
  page(parameters: URLSearchParams): Reply;
  held(span: HeldSpan): Generator<HeldRow>;
}

/** How the rows of a list are ordered and written. */
export interface Writing<Row> {
  readonly columns: Columns<Row>;
  text(row: Row): string;
}

/** Answers with one page of rows. The rows are made only if the request is valid. */
export type Pager = <Row extends { readonly id: number }>(
  parameters: URLSearchParams,
  writing: Writing<Row>,
  rows: (asked: AskedPage) => readonly Row[],
) => Reply;

/** Makes the pager of all lists: they are bare arrays without total, next link or cursor. */
export function createPager(limits: PageLimits, switches: FrameSwitches): Pager {
  let turn = 0;
  return (parameters, writing, rows) => {
    const mixed = switches.faults.unstableTies ? ++turn : undefined;
    const sorting = readSorting(parameters, writing.columns);
    const isNatural = sorting.isNatural && mixed === undefined;
    const asked = { ...readPaging(parameters, limits), ...sorting, isNatural };
    const ordered = sortRows(rows(asked), asked, writing.columns, mixed);
    const shown = ordered.slice(asked.offset, asked.offset + asked.limit);
    return json(`[${shown.map((row) => writing.text(row)).join(',')}]`, shown.length);
  };
}
