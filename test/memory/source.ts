import * as z from 'zod/mini';
import type { Auth } from '../../functions/core/auth.ts';
import { jsonRows } from '../../functions/core/events/json/json-rows.ts';
import type {
  Answer,
  AnyStream,
  Identity,
  Page,
  Request,
  Row,
  Source,
  Stream,
  Visibility,
} from '../../functions/core/model.ts';
import {
  DAY,
  type Duration,
  type Instant,
  MINUTE,
  parseInstant,
  type Range,
  SECOND,
} from '../../functions/core/time.ts';

/** A stream over a vendor in memory: settle 2 minutes, overlap 30 minutes, a day a window at most. */
export function memoryStream(name: string, precision: Duration, offsets: boolean, own: Partial<Stream> = {}): Stream {
  return {
    name,
    title: 'Events',
    docs: 'https://memory.example/docs',
    enabled: true,
    every: 5 * MINUTE,
    settle: 2 * MINUTE,
    overlap: 30 * MINUTE,
    longestWindow: DAY,
    retention: 90 * DAY,
    precision,
    needs: 'nothing',
    first: ({ from, to }: Range) => ({ url: `/${name}?from=${from}&to=${to}` }),
    read: (answer, asked) => readPage(answer, asked, offsets),
    recordKey: ({ value }) => {
      const { id } = value as { id?: unknown };
      return typeof id === 'string' ? { id } : undefined;
    },
    events: (row) => [identify(row)],
    map: (row) => ({
      message: String((row.value as { name?: unknown }).name),
      event: { category: ['configuration'], type: ['info'], action: 'event', outcome: 'success' },
    }),
    ...own,
  };
}

/** The request after a page of so many rows, as `readPage` makes it. */
export function pageAfter({ url: asked }: Request, rows: number): Request {
  const url = new URL(asked, 'https://memory.example');
  url.searchParams.set('offset', String(Number(url.searchParams.get('offset') ?? 0) + rows));
  return { url: `${url.pathname}${url.search}` };
}

/** A token that is sent as it is. */
export const TOKEN_AUTH: Auth = { kind: 'header', scheme: 'Bearer', field: 'token', secret: [{ token: 'any' }] };

/** A source of such streams. Its scope is what the connection's settings say. */
export function memorySource(streams: readonly AnyStream[], visibility?: Visibility): Source {
  return {
    id: 'memory',
    title: 'Memory',
    vendor: 'Tidemark',
    origin: 'https://memory.example',
    auth: TOKEN_AUTH,
    settings: z.record(z.string(), z.unknown()),
    streams,
    scope: ({ origin, settings }) => ({ origin, ...(settings as Record<string, string>) }),
    quota: (answer) => {
      const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map(
        (what) => answer.headers[`x-quota-${what}`],
      );
      if (limit === undefined) return undefined;
      return { limit: Number(limit), remaining: Number(remaining), resetAt: Number(reset) * SECOND };
    },
    ...(visibility && { visibility }),
  };
}

/** A visibility that asks `/@visibility` and takes the answer's text for what can be seen; fewer letters than before have shrunk it. */
export const letterVisibility: Visibility = {
  first: () => ({ url: '/@visibility' }),
  read: ([answer]) => ({ seen: answer?.text ?? '' }),
  compare: (seen, before) => {
    const lost = [...String(before ?? '')].filter((letter) => !String(seen).includes(letter));
    return {
      ...(String(seen).length < 3 && { warning: `only ${seen} can be seen` }),
      ...(lost.length > 0 && { shrank: `${lost.join()} can no longer be seen` }),
    };
  },
};

function readPage(answer: Answer, asked: Request, offsets: boolean): Page {
  const { rows, document } = jsonRows(answer, 'rows');
  const { next, answeredTo, total } = document as { next?: unknown; answeredTo?: Instant; total?: number };
  const more = offsets ? rows.length > 0 : typeof next === 'number';
  return {
    rows,
    ...(more && { next: offsets ? pageAfter(asked, rows.length) : pageAtCursor(asked, String(next)) }),
    ...(answeredTo !== undefined && { answeredTo }),
    ...(total !== undefined && { total }),
  };
}

function pageAtCursor({ url: asked }: Request, cursor: string): Request {
  const url = new URL(asked, 'https://memory.example');
  url.searchParams.set('cursor', cursor);
  return { url: `${url.pathname}${url.search}` };
}

function identify({ value }: Row): Identity {
  const time = parseInstant((value as { date?: unknown }).date);
  return time === undefined ? {} : { time };
}
