import { hash } from '../../random.ts';
import { DAY_MS } from '../moments.ts';
import { Refusal } from './replies.ts';

/** Limits of a page. */
export interface PageLimits {
  readonly pageSize: number;
  /** Maximum rows of a page, whatever the client asks for. */
  readonly cap: number;
  /** Larger offsets are refused. */
  readonly deepestOffset: number;
}

/** The columns that rows can be ordered by. The first one is the natural order. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number>>;

/** The rows of an answer that are asked for. */
export interface Paging {
  readonly offset: number;
  readonly limit: number;
}

/** The order that is asked for. */
export interface Sorting {
  readonly column: string;
  readonly newestFirst: boolean;
  /** True for the natural order and its reverse. */
  readonly isNatural: boolean;
}

/** A page as it is asked for. */
export type AskedPage = Paging & Sorting;

const WHOLE_NUMBER = /^\d{1,9}$/;

/** Reads offset and limit, which must be sent together. */
export function readPaging(parameters: URLSearchParams, limits: PageLimits): Paging {
  const [offset, limit] = [parameters.get('offset'), parameters.get('limit')];
  if ((offset === null) !== (limit === null)) throw new Refusal(400, 'offset and limit must be sent together');
  if (offset === null || limit === null) return { offset: 0, limit: Math.min(limits.pageSize, limits.cap) };
  if (!WHOLE_NUMBER.test(offset)) throw new Refusal(400, 'offset must be a whole number');
  if (!WHOLE_NUMBER.test(limit) || Number(limit) === 0) throw new Refusal(400, 'limit must be a positive whole number');
  if (Number(offset) > limits.deepestOffset) throw new Refusal(400, `offset must not exceed ${limits.deepestOffset}`);
  return { offset: Number(offset), limit: Math.min(Number(limit), limits.cap) };
}

/** Reads order and order_by: without them the newest row comes first. */
export function readSorting(parameters: URLSearchParams, columns: Columns<never>): Sorting {
  const names = Object.keys(columns);
  const [order, column] = [parameters.get('order') ?? 'desc', parameters.get('order_by') ?? (names[0] as string)];
  if (order !== 'asc' && order !== 'desc') throw new Refusal(400, 'order must be asc or desc');
  if (!names.includes(column)) throw new Refusal(400, `order_by must be one of ${names.join(', ')}`);
  return { column, newestFirst: order === 'desc', isNatural: column === names[0] };
}

/** Sorts rows that are in their natural order. With `turn`, equal rows come in another order each turn. */
export function sortRows<Row extends { readonly id: number }>(
  rows: readonly Row[],
  { column, newestFirst, isNatural }: Sorting,
  columns: Columns<Row>,
  turn?: number,
): readonly Row[] {
  const upward = isNatural ? rows : sorted(rows, columns[column] as Columns<Row>[string], turn);
  return newestFirst ? upward.toReversed() : upward;
}

function sorted<Row extends { readonly id: number }>(
  rows: readonly Row[],
  columnOf: Columns<Row>[string],
  turn: number | undefined,
): readonly Row[] {
  const place = (row: Row) => (turn === undefined ? 0 : hash(row.id, turn));
  const keyed = rows.map((row) => ({ row, value: columnOf(row), place: place(row) }));
  keyed.sort((one, other) => compare(one.value, other.value) || one.place - other.place);
  return keyed.map(({ row }) => row);
}

function compare(one: string | number, other: string | number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Longer ranges are read day by day. */
const WHOLE_MS = 8 * DAY_MS;

/** The rows of [from, to) in their natural order. Of a long range, only as many days as the page needs. */
export function readEnough<Row>(
  { from, to }: { readonly from: number; readonly to: number },
  { offset, limit, newestFirst, isNatural }: AskedPage,
  read: (from: number, to: number) => readonly Row[],
): readonly Row[] {
  if (!isNatural || to - from <= WHOLE_MS) return read(from, to);
  const parts: (readonly Row[])[] = [];
  const [first, last] = [Math.floor(from / DAY_MS), Math.floor(to / DAY_MS)];
  for (let step = 0, found = 0; step <= last - first && found < offset + limit; step++) {
    const day = newestFirst ? last - step : first + step;
    const part = read(Math.max(from, day * DAY_MS), Math.min(to, (day + 1) * DAY_MS));
    parts.push(part);
    found += part.length;
  }
  return (newestFirst ? parts.toReversed() : parts).flat();
}
