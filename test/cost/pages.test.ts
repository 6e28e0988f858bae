import { expect, test } from 'vitest';
import { MEASURED } from '../../tools/cost/measured.ts';
import { checkPlaces, fill } from '../../tools/cost/pages.ts';
import { SOURCES } from '../infra/support/draw.ts';

const TABLE = [['a'], ['---'], ['1']];

test('every table has its place on a page, once', () => {
  const page = '<!-- figures: one -->\n<!-- end -->\n';

  expect(() => checkPlaces([page, 'other'], { one: TABLE })).not.toThrow();
  expect(() => checkPlaces([page, page], { one: TABLE })).toThrow('The figures one have 2 places');
  expect(() => checkPlaces([page], { one: TABLE, two: TABLE })).toThrow('The figures two have 0 places');
});

test('what was between the marks is replaced, and all else stays', () => {
  const page = 'before\n<!-- figures: one -->\nold\n<!-- end -->\nafter\n';
  const filled = fill(page, { one: TABLE });

  expect(filled).toBe('before\n<!-- figures: one -->\n\n| a   |\n| --- |\n| 1   |\n\n<!-- end -->\nafter\n');
  expect(fill(filled, { one: TABLE })).toBe(filled);
  expect(() => fill(page, {})).toThrow('There are no figures one.');
});

test('all streams of all sources have been measured', () => {
  const streams = SOURCES.flatMap(({ id, streams }) => streams.map(({ name }) => `${id}/${name}`));

  expect(Object.keys(MEASURED.streams).toSorted()).toEqual(streams.toSorted());
});
