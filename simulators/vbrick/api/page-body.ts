import type { Reply } from '../../send-reply.ts';
import type { CollectionName, Selection } from '../content/collections.ts';
import type { VbrickFaults } from '../faults.ts';
import type { LogRow } from '../log/log-row.ts';
import { csvHeader, csvLine, jsonRow } from '../log/rows-text.ts';

/** What an answer contains besides its rows. */
export interface Directions {
  readonly totalRecords: string;
  readonly nextFromDate?: string;
  readonly nextContinuationToken?: string;
}

/** How rows are written into a body. */
export interface BodyOptions {
  readonly selection: Selection;
  readonly faults: VbrickFaults;
  /** Whether the body ends in the middle of its last row. */
  readonly isCut: boolean;
}

const PORTAL_JSON: readonly CollectionName[] = ['groups', 'videos'];

/** Writes a page. */
export function pageBody(
  rows: readonly LogRow[],
  directions: Directions,
  headers: Readonly<Record<string, string>>,
  options: BodyOptions,
): Reply {
  const isJson = isJsonFor(options);
  const texts = rows.map((row) => (isJson ? jsonRow : csvLine)(row, options.faults));
  const whole = isJson ? jsonBody(texts, directions) : csvBody(texts, options.faults);
  const last = texts.at(-1) ?? '';
  const body = options.isCut ? whole.slice(0, whole.lastIndexOf(last) + Math.floor(last.length / 2)) : whole;
  const type = isJson ? 'application/json; charset=utf-8' : 'text/csv';
  return { status: 200, headers: { 'content-type': type, ...headers }, body, rows: rows.length };
}

/** Whether a collection is answered with JSON. */
export function isJsonFor({ selection, faults }: Pick<BodyOptions, 'selection' | 'faults'>): boolean {
  if (faults.json !== 'portal') return faults.json !== undefined;
  return selection.collections.every((name) => PORTAL_JSON.includes(name));
}

function csvBody(lines: readonly string[], faults: VbrickFaults): string {
  const { bom, lf, emptyBody } = faults.csv ?? {};
  const end = lf ? '\n' : '\r\n';
  const all = lines.length === 0 && emptyBody ? [] : [csvHeader(faults), ...lines];
  return `${bom ? '\ufeff' : ''}${all.map((line) => `${line}${end}`).join('')}`;
}

/** A single row is an object, several rows are a list. */
function jsonBody(rows: readonly string[], directions: Directions): string {
  const { totalRecords, nextFromDate = null, nextContinuationToken = '' } = directions;
  const header = JSON.stringify({ totalRecords: Number(totalRecords), nextFromDate, nextContinuationToken });
  return `{"general":${rows.length === 1 ? rows[0] : `[${rows.join(',')}]`},"header":${header}}`;
}
