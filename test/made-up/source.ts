import * as z from 'zod/mini';
import type { ClientCredentialsAuth } from '../../functions/core/auth.ts';
import { jsonRows } from '../../functions/core/events/json/json-rows.ts';
import type { Answer, Page, Request, Source, Stream } from '../../functions/core/model.ts';
import { jsonBody } from '../../functions/core/requests/request-body.ts';
import { DAY, formatInstant, MINUTE, parseInstant, type Range, SECOND } from '../../functions/core/time.ts';

// A vendor that does not exist, with what none of the real ones has: access tokens from another origin, queries by POST whose pages
// differ in their bodies only, pages by a Link header, and a setting that is required.

/** The authentication of the made-up vendor; a test may say what differs. */
export function tokenAuth(own: Partial<ClientCredentialsAuth> = {}): ClientCredentialsAuth {
  return {
    kind: 'oauth2-client-credentials',
    secret: [{ clientId: 'The id of an API client.', clientSecret: 'Its secret.' }],
    tokenUrlSetting: 'tokenUrl',
    scopes: ['audit.read', 'offline'],
    body: 'form',
    client: { id: 'clientId', secret: 'clientSecret', in: 'body' },
    ...own,
  };
}

export function madeUpSource(auth = tokenAuth()): Source {
  return {
    id: 'memory',
    title: 'Made-Up',
    vendor: 'Tidemark',
    origin: 'https://api.example.com',
    auth,
    settings: z.strictObject({
      tenant: z.string({ error: 'the name of your tenant, such as acme' }),
      tokenUrl: z.optional(z.string()),
    }),
    streams: [
      stream('queried', query, (answer, asked) => {
        const { rows, document } = jsonRows(answer, 'rows');
        const { cursor } = document as { cursor?: number };
        const { text = '{}' } = asked.body ?? {};
        return { rows, ...(cursor !== undefined && { next: post({ ...JSON.parse(text), cursor }) }) };
      }),
      stream(
        'linked',
        ({ from, to }) => ({ url: `/list?from=${from}&to=${to}` }),
        (answer) => {
          const [, next] = /<([^>]+)>; rel="next"/.exec(answer.headers.link ?? '') ?? [];
          return { rows: jsonRows(answer, 'rows').rows, ...(next !== undefined && { next: { url: next } }) };
        },
      ),
    ],
    scope: ({ origin }) => ({ origin }),
  };
}

function query({ from, to }: Range): Request {
  return post({ from, to });
}

/** Every page has this URL. */
function post(question: object): Request {
  return { url: '/query', body: jsonBody(question) };
}

function stream(
  name: string,
  first: (range: Range) => Request,
  read: (answer: Answer, asked: Request) => Page,
): Stream {
  return {
    name,
    title: 'Events',
    docs: 'https://vendor.example/docs',
    enabled: true,
    every: 5 * MINUTE,
    settle: SECOND,
    overlap: MINUTE,
    longestWindow: DAY,
    retention: 90 * DAY,
    precision: SECOND,
    needs: 'nothing',
    first,
    read,
    events: ({ value }) => {
      const { at } = value as { at: string };
      const time = parseInstant(at);
      return [{ ...(time !== undefined && { time }) }];
    },
    map: ({ value }) => ({
      message: (value as { name: string }).name,
      event: { category: ['configuration'], type: ['info'], action: 'event', outcome: 'success' },
    }),
  };
}

/** A row as the vendor writes it; @param at in microseconds */
export function rowText(name: string, at: number): string {
  return JSON.stringify({ name, at: formatInstant(at, 's') });
}
