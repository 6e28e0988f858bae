import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costFigures } from '../../local/cost/cost-figures.ts';
import { inputFigures } from '../../local/cost/input-figures.ts';
import { MEASURED } from '../../local/cost/measured.ts';
import { fill } from '../../local/cost/pages.ts';
import { scaleFigures } from '../../local/cost/scale-figures.ts';
import { SOURCES } from '../infra/draw.ts';

const TABLE = [['a'], ['---'], ['1']];

test('every table has its place on a page, once', () => {
  const pages = ['cost', 'scaling'].map((name) =>
    readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'),
  );
  const marks = pages.flatMap((page) => [...page.matchAll(/<!-- figures: ([\w-]+) -->/g)].map(([, name]) => name));
  const figures = { ...costFigures(SOURCES), ...inputFigures(), ...scaleFigures(SOURCES) };

  expect(marks.toSorted()).toEqual(Object.keys(figures).toSorted());
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
