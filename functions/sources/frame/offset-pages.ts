import { bareJsonRows } from '../../core/events/json/large-json-rows.ts';
import type { Answer, Page, Request, Row } from '../../core/model.ts';

export const HEADERS = { accept: 'application/json' };

/** The first page of a list. The vendor wants offset and limit together, or neither. */
export function firstPage(path: string, query: Readonly<Record<string, string>>, limit: number): Request {
  return { url: `${path}?${new URLSearchParams({ ...query, offset: '0', limit: String(limit) })}`, headers: HEADERS };
}

/** A page that is a list of records. */
export function readPage(answer: Answer, asked: Request): Page {
  const rows = bareJsonRows(answer);
  const next = nextPage(asked, rows);
  return { rows, ...(next && { next }) };
}

/**
 * The page after this one, of the same range. It begins after the rows that were received, because the vendor may send fewer than
 * it was asked for. Only a page without rows is the end.
 */
export function nextPage(asked: Request, rows: readonly Row[]): Request | undefined {
  return rows.length === 0 ? undefined : pageBehind(asked, () => rows.length);
}

/** The page after one that is full. */
export function pageAfter(asked: Request): Request {
  return pageBehind(asked, (limit) => limit);
}

function pageBehind({ url }: Request, rowsOf: (limit: number) => number): Request {
  const [path, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  const rows = rowsOf(Number(parameters.get('limit')));
  parameters.set('offset', String(Number(parameters.get('offset')) + rows));
  return { url: `${path}?${parameters}`, headers: HEADERS };
}
