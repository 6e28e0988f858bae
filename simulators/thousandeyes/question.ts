import type { Reply } from '../send-reply.ts';
import { invalid } from './replies.ts';

/** The checked parameters of a request to the activity log. Times are milliseconds since 1970. */
export interface Question {
  readonly start: number;
  readonly end: number;
  readonly aid?: string;
  readonly useAllPermittedAids: boolean;
  readonly max?: number;
  readonly cursor?: Cursor;
}

/** Where a page begins: behind a row, or at the start of the range. */
export interface Cursor {
  readonly beyond?: number;
  /** The page before was emptied by a fault; makes the link different. */
  readonly isSecondTry: boolean;
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const WINDOW = /^(\d+)([smhdw]?)$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const CURSOR = /^(?:offset=(\d+))?(;again)?$/;
const DEFAULT_LOOK_BACK_MS = 86_400_000;
const MAX_ROWS = 1000;

/** Reads the parameters of a request, or returns the answer that names the mistake. */
export function readQuestion(parameters: URLSearchParams, now: number): Question | Reply {
  const get = (name: string) => parameters.get(name) ?? undefined;
  const [startDate, endDate, window, all, max] = ['startDate', 'endDate', 'window', 'useAllPermittedAids', 'max'].map(
    get,
  );
  if (window !== undefined && startDate !== undefined)
    return invalid('startDate', 'startDate cannot be combined with window');
  if (window !== undefined && endDate !== undefined)
    return invalid('endDate', 'endDate cannot be combined with window');
  const lookBack = window === undefined ? DEFAULT_LOOK_BACK_MS : readWindow(window);
  if (lookBack === undefined) return invalid('window', 'window must match ^\\d+[smhdw]?$');
  const end = endDate === undefined ? Math.floor(now / 1000) * 1000 : readStamp(endDate);
  if (end === undefined) return invalid('endDate', 'endDate must be ISO 8601 in UTC with seconds');
  const start = startDate === undefined ? end - lookBack : readStamp(startDate);
  if (start === undefined) return invalid('startDate', 'startDate must be ISO 8601 in UTC with seconds');
  if (start > end) return invalid('startDate', 'startDate must not be after endDate');
  if (all !== undefined && all !== 'true' && all !== 'false')
    return invalid('useAllPermittedAids', 'must be a boolean');
  if (max !== undefined && !/^[1-9]\d{0,8}$/.test(max)) return invalid('max', 'max must be a positive integer');
  const cursor = readCursor(get('cursor'));
  if (cursor === 'bad') return invalid('cursor', 'cursor is not valid');
  const aid = get('aid');
  return {
    start,
    end,
    useAllPermittedAids: all === 'true',
    ...(aid !== undefined && { aid }),
    ...(max !== undefined && { max: Math.min(Number(max), MAX_ROWS) }),
    ...(cursor && { cursor }),
  };
}

/** A cursor that looks like the vendor's: base64 of a row id, so that it stays right while events arrive. */
export function cursorText(cursor: Cursor): string {
  const bound = cursor.beyond === undefined ? '' : `offset=${cursor.beyond}`;
  return Buffer.from(`${bound}${cursor.isSecondTry ? ';again' : ''}`).toString('base64');
}

function readCursor(text: string | undefined): Cursor | undefined | 'bad' {
  if (text === undefined) return undefined;
  const parts = CURSOR.exec(Buffer.from(text, 'base64').toString());
  if (!parts || parts[0] === '') return 'bad';
  return { isSecondTry: parts[2] !== undefined, ...(parts[1] !== undefined && { beyond: Number(parts[1]) }) };
}

function readStamp(text: string): number | undefined {
  const time = STAMP.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function readWindow(text: string): number | undefined {
  const parts = WINDOW.exec(text);
  return parts ? Number(parts[1]) * (UNIT_SECONDS[parts[2] as string] as number) * 1000 : undefined;
}
