import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Request } from '../../functions/core/model.ts';
import { IncompleteError, Paging } from '../../functions/core/requests/paging.ts';
import { formBody, jsonBody } from '../../functions/core/requests/request-body.ts';

const request: fc.Arbitrary<Request> = fc.record(
  {
    url: fc.constantFrom('/log', '/log?page=2', '/search'),
    method: fc.constantFrom('GET', 'POST', 'get', 'post'),
    headers: fc.dictionary(fc.constantFrom('x-cursor', 'X-Page', 'accept'), fc.constantFrom('1', '2')),
    body: fc.oneof(
      fc.record({ cursor: fc.nat(3) }).map(jsonBody),
      fc.record({ cursor: fc.constantFrom('0', '1') }).map(formBody),
    ),
  },
  { requiredKeys: ['url'] },
);

/** What tells one page from another, made apart from the code that is tested. */
function pageOf({ url, method, headers = {}, body }: Request): string {
  const names = Object.keys(headers).filter((name) => name !== 'accept');
  const lines = names.map((name) => `${name.toLowerCase()}=${headers[name]}`).sort();
  const verb = (method ?? (body ? 'POST' : 'GET')).toUpperCase();
  return [verb, url, ...lines, body?.contentType ?? '', body?.text ?? ''].join('|');
}

/** Whether paging takes the third request for the first one. */
function isCircle(first: Request, third: Request): boolean {
  const paging = new Paging(first);
  const turn = (next: Request, row: string) => paging.turn({ rows: [row], next, spansInstants: () => false });
  turn({ url: '/between' }, 'a');
  try {
    turn(third, 'b');
    return false;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(IncompleteError);
    return true;
  }
}

test('pages are told apart by the whole request: method, URL, body and the headers that choose a page', () => {
  fc.assert(
    fc.property(request, request, (first, third) => {
      expect(isCircle(first, third)).toBe(pageOf(first) === pageOf(third));
    }),
    { numRuns: 2_000 },
  );
});

test('POST pages with the same URL and different bodies are no circle, with the same body they are', () => {
  const first = { url: '/query', body: jsonBody({ cursor: 0 }) };

  expect(isCircle(first, { url: '/query', body: jsonBody({ cursor: 1 }) })).toBe(false);
  expect(isCircle(first, { url: '/query', body: jsonBody({ cursor: 0 }), method: 'POST' })).toBe(true);
});

test('the form of the answer is no other page', () => {
  const plain = { url: '/log' };

  expect(isCircle(plain, { url: '/log', headers: { Accept: 'text/csv', 'user-agent': 'x' } })).toBe(true);
  expect(isCircle(plain, { url: '/log', headers: { 'x-cursor': '1' } })).toBe(false);
});
