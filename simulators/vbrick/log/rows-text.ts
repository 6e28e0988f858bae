import { COLUMNS, type Columns } from '../content/record.ts';
import type { VbrickFaults } from '../faults.ts';
import type { LogRow } from './log-row.ts';
import { oddColumns, oversizedColumns } from './odd-rows.ts';

const QUOTED = /[",\r\n{]/;
const DEFAULT_OVERSIZE_BYTES = 1_100_000;
/** The columns in an order in which another version of Rev might send them. */
const REORDERED = [
  'When',
  'MessageKey',
  'EntityId',
  'EntityKey',
  'CurrentState',
  'PreviousState',
  'Message',
  'Principal',
] as const satisfies readonly (keyof Columns)[];

/** The columns of a row, with the faults that change the row itself. */
export function rowColumns(row: LogRow, { odd, oversized, brokenJson }: VbrickFaults): Columns {
  const { number } = row;
  const { MessageKey, EntityKey, EntityId, ...states } = row.record().columns;
  const columns = { MessageKey, EntityKey, EntityId, When: new Date(row.time).toISOString(), ...states };
  if (odd && number % odd.every === 0) return oddColumns(columns, number, Math.floor(number / odd.every));
  if (oversized && number % oversized.every === 0)
    return oversizedColumns(columns, number, oversized.bytes ?? DEFAULT_OVERSIZE_BYTES);
  return brokenJson && number % brokenJson.every === 0 ? breakJson(columns) : columns;
}

/** The header row. */
export function csvHeader({ csv }: VbrickFaults): string {
  return (csv?.reordered ? REORDERED : COLUMNS).join(',');
}

/** A row as a line of CSV without a line end, or a broken line in its place. */
export function csvLine(row: LogRow, faults: VbrickFaults): string {
  const { csv = {}, brokenRows } = faults;
  const columns = dress(rowColumns(row, faults), csv);
  if (brokenRows && row.number % brokenRows.every === 0) return brokenLine(columns, row.number, brokenRows);
  const values = (csv.reordered ? REORDERED : COLUMNS).map((name) => columns[name]);
  const filler = Array.from({ length: Math.max(0, (csv.columns ?? 0) - values.length) }, () => 'extra');
  return [...values, ...filler].slice(0, csv.columns).map(quote).join(',');
}

/** A row as JSON without the command, as the vendor's portal shows groups and videos. */
export function jsonRow(row: LogRow, faults: VbrickFaults): string {
  const columns = dress(rowColumns(row, faults), faults.csv ?? {});
  const names = COLUMNS.filter((name) => name !== 'Message');
  return JSON.stringify(
    Object.fromEntries(names.map((name) => [name[0]?.toLowerCase() + name.slice(1), columns[name]])),
  );
}

/** Applies the faults of the form of columns. */
function dress(columns: Columns, { dotted, javascriptWhen }: NonNullable<VbrickFaults['csv']>): Columns {
  return {
    ...columns,
    ...(dotted && { EntityKey: columns.EntityKey.replace(':', '.') }),
    ...(javascriptWhen && { When: asJavaScript(columns.When) }),
  };
}

/** `Sat Jan 10 2026 09:03:27 GMT+0000 (Coordinated Universal Time)`: whole seconds. */
function asJavaScript(when: string): string {
  const time = Date.parse(when);
  if (Number.isNaN(time)) return when;
  const [weekday, day, month, year, clock] = new Date(time).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${year} ${clock} GMT+0000 (Coordinated Universal Time)`;
}

function quote(value: string): string {
  return QUOTED.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function breakJson(columns: Columns): Columns {
  const { Principal, Message, PreviousState, CurrentState } = columns;
  const half = (text: string) => text.slice(0, Math.ceil(text.length / 2));
  return {
    ...columns,
    Principal: half(Principal),
    Message: half(Message),
    PreviousState: half(PreviousState),
    CurrentState: half(CurrentState),
  };
}

function brokenLine(
  columns: Columns,
  number: number,
  { every, swallow }: NonNullable<VbrickFaults['brokenRows']>,
): string {
  const { MessageKey, EntityKey, EntityId } = columns;
  if (swallow) return `${MessageKey},${EntityKey},"${EntityId},no end`;
  return Math.floor(number / every) % 2 === 0
    ? `System.NullReferenceException: Object reference not set to an instance of an object. (${number})`
    : `${MessageKey},"${EntityKey}"x,"${EntityId}" "${number}",`;
}
