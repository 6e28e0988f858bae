import type { Request, Row } from '../../core/model.ts';

export const HEADERS = { accept: 'application/json' };

/** The first page of a list. The vendor wants offset and limit together, or neither. */
export function firstPage(path: string, query: Readonly<Record<string, string>>, limit: number): Request {
  return { url: `${path}?${new URLSearchParams({ ...query, offset: '0', limit: String(limit) })}`, headers: HEADERS };
}

/**
 * The page after this one, of the same range. It begins after the rows that have come, for the vendor may send fewer than
 * it was asked for; only a page without any is the end.
 */
export function nextPage({ url }: Request, rows: readonly Row[]): Request | undefined {
  if (rows.length === 0) return undefined;
  const [path, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('offset', String(Number(parameters.get('offset')) + rows.length));
  return { url: `${path}?${parameters}`, headers: HEADERS };
}
