import { expect, test } from 'vitest';
import type { Source } from '../../functions/core/model.ts';
import { exampleSources } from '../../tools/cost/example-sources.ts';
import { inputFigures } from '../../tools/cost/figures/input-figures.ts';
import { runOf } from '../../tools/cost/flow.ts';
import { isMeasured, MEASURED } from '../../tools/cost/measured.ts';
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

test('all streams of the measured sources have been measured, and nothing else is kept', () => {
  const streams = SOURCES.filter(isMeasured).flatMap(({ id, streams }) => streams.map(({ name }) => `${id}/${name}`));

  expect(Object.keys(MEASURED.streams).toSorted()).toEqual(streams.toSorted());
});

const unmeasured = { ...(SOURCES[0] as Source), id: 'memory' };

test('a source that nobody has measured is called so, and changes no example', () => {
  const more = [...SOURCES, unmeasured];

  const rows = inputFigures(more).streams?.filter(([name]) => name?.startsWith('memory/'));
  expect(rows).toEqual(unmeasured.streams.map(({ name }) => [`memory/${name}`, 'not measured', ...Array(7).fill('')]));
  expect(exampleSources(more)).toEqual(exampleSources(SOURCES));
});

test('what is not known is not guessed: who asks for its cost is told how to measure it', () => {
  const runs = { source: 'memory', streams: ['acts'], aDay: 288, overlaps: [] };

  expect(() => runOf(runs, MEASURED)).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining('bench:requests -- --source memory --write') }),
  );
});
