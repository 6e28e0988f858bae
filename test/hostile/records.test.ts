import { expect, test } from 'vitest';
import { recordHash } from '../../functions/core/events/identity.ts';
import { jsonRows } from '../../functions/core/events/json/json-rows.ts';
import type { Feed } from '../../functions/core/model.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { FORMATS } from '../../functions/formats/formats.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { goldenCases, rowEvents } from '../../tools/golden.ts';

const HEADERS = { 'content-type': 'application/json' };
const feeds: readonly Feed[] = (await findSources()).flatMap((source) => {
  const first = goldenCases(source)[0];
  return first ? [first.feed] : [];
});

/** Records that mean to break whoever reads them; each is one row of an answer. */
const EVIL: readonly (readonly [string, string])[] = [
  [
    'a key that is every object’s parent',
    '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"id":"1"}',
  ],
  ['keys that are methods', '{"toString":1,"valueOf":2,"hasOwnProperty":3,"id":"1"}'],
  ['a key that stands twice', '{"id":"1","id":"2","event":"a","event":"b"}'],
  ['lists a hundred thousand deep', `{"id":"1","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['a number of ten thousand digits', `{"id":"1","number":${'9'.repeat(10_000)}}`],
  ['numbers that no double holds', '{"id":"1","number":1e400,"other":-1e400,"small":1e-400}'],
  ['half characters', '{"id":"1","text":"\\ud800","other":"\\udfff\\ud800"}'],
  ['control characters', '{"id":"1","text":"\\u0000\\u001b[2J\\u0085\\u2028\\u202e"}'],
];

test.each(EVIL)('%s: the record arrives whole, in every format, and nobody else is touched', (_, text) => {
  const { rows } = jsonRows({ headers: HEADERS, text: `{"rows":[${text},{"id":"honest"}]}` }, 'rows');

  expect([...rows].map((row) => row.text)).toEqual([text, '{"id":"honest"}']);
  expect(recordHash([...rows][0] as never)).toMatch(/^[0-9a-f]{32}$/);
  for (const feed of feeds) {
    const events = rowEvents(feed, [...rows]);
    expect(events.map(({ event }) => event.original)).toEqual(expect.arrayContaining([text, '{"id":"honest"}']));
    for (const event of events) {
      for (const format of FORMATS) {
        const shapes = [{ format }, { format, hec: {} }];
        for (const shape of shapes) expect(writeEvent(shape, event).text).not.toMatch(/[\r\n]/);
      }
    }
  }
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
  expect(Object.prototype).not.toHaveProperty('admin');
});

test('two records that differ in a doubled key, or in a digit beyond a double, are two', () => {
  const hash = (text: string) => recordHash({ value: JSON.parse(text), text });

  expect(hash('{"id":12345678901234567890}')).not.toBe(hash('{"id":12345678901234567891}'));
  expect(hash('{"a":1e400}')).not.toBe(hash('{"a":2e400}'));
});
