import { readFile } from 'node:fs/promises';
import type { Source } from '../../functions/core/model.ts';
import { fillPage } from '../fill-page.ts';
import { exampleSources } from './example-sources.ts';
import { costFigures } from './figures/cost-figures.ts';
import type { Figures } from './figures/figures.ts';
import { inputFigures } from './figures/input-figures.ts';
import { scaleFigures } from './figures/scale-figures.ts';
import { aligned } from './report.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGES = ['docs/cost.md', 'docs/scaling.md'];

/** Returns the pages about cost and scale with the calculator's current figures. */
export async function costPages(sources: readonly Source[]): Promise<Record<string, string>> {
  const examples = exampleSources(sources);
  const figures = { ...costFigures(examples), ...inputFigures(sources), ...scaleFigures(examples) };
  const pages = await Promise.all(PAGES.map((path) => readFile(new URL(path, ROOT), 'utf8')));
  checkPlaces(pages, figures);
  return Object.fromEntries(pages.map((page, at) => [PAGES[at], fill(page, figures)]));
}

/** Checks that each table has exactly one place on a page. */
export function checkPlaces(pages: readonly string[], figures: Figures): void {
  const marks = pages.flatMap((page) => [...page.matchAll(/<!-- figures: ([\w-]+) -->/g)].map(([, name]) => name));
  for (const name of Object.keys(figures)) {
    const places = marks.filter((mark) => mark === name).length;
    if (places !== 1) throw new Error(`The figures ${name} have ${places} places, wanted one.`);
  }
}

/** Writes each table between its two marks. */
export function fill(page: string, figures: Figures): string {
  return fillPage(page, Object.fromEntries(Object.entries(figures).map(([name, rows]) => [name, aligned(rows)])));
}
