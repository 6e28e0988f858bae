import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FIGURES } from './figures/figures.ts';
import { Lab } from './lab/lab.ts';
import { isReached, type Row } from './report/row.ts';
import { writeTable } from './report/table.ts';
import type { BenchSource } from './sources/find.ts';

// What a user pays: the real bundles with the real SDK clients, measured in a process of their own, against endpoints in another one.

const EVENTS = 100_000;
const SMALL_EVENTS = 20_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    source: { type: 'string' },
    format: { type: 'string' },
    small: { type: 'boolean', default: false },
    events: { type: 'string' },
    rounds: { type: 'string', default: '2' },
    root: { type: 'string', default: fileURLToPath(new URL('../', import.meta.url)) },
    json: { type: 'string' },
  },
});
const names = values.only?.split(',') ?? FIGURES.filter((one) => one.inSmall ?? !values.small).map(({ name }) => name);
const chosen = names.map((name) => {
  const found = FIGURES.find((figure) => figure.name === name);
  if (!found) throw new Error(`There is no figure ${name}; there are ${FIGURES.map((one) => one.name).join(', ')}.`);
  return found;
});

const say = (line: string) => process.stderr.write(`${line}\n`);
const loadBefore = loadavg();
const start = performance.now();
const lab = await Lab.open({ root: resolve(values.root), minify: true });
const rows: Row[] = [];
try {
  const events = Number(values.events ?? (values.small ? SMALL_EVENTS : EVENTS));
  const sources = chooseSources(lab.sources);
  const bench = { lab, sources, events, rounds: values.small ? 1 : Number(values.rounds), isSmall: values.small, say };
  for (const figure of chosen) rows.push(...(await figure.measure(bench)));
} finally {
  await lab.close();
}
const machine = {
  node: process.version,
  cores: cpus().length,
  model: cpus()[0]?.model,
  load: { before: loadBefore, after: loadavg() },
  seconds: Math.round((performance.now() - start) / 1_000),
};
process.stdout.write(`${writeTable(rows)}\n${JSON.stringify(machine)}\n`);
const judged = rows.map((row) => ({ ...row, reached: isReached(row) }));
if (values.json) await writeFile(values.json, `${JSON.stringify({ ...machine, rows: judged }, null, 2)}\n`);

const missed = judged.filter(({ counted, reached }) => counted && reached === false);
if (missed.length > 0) {
  say(`Missed, whatever the machine: ${missed.map(({ figure, name }) => `${figure} of ${name}`).join(', ')}.`);
  process.exitCode = 1;
}

/** The sources and formats that were asked for. The smoke form takes one source: the one with the most formats. */
function chooseSources(sources: readonly BenchSource[]): readonly BenchSource[] {
  const formats = values.format?.split(',');
  const count = (one: BenchSource) => Object.keys(one.formats).length;
  const richest = sources.toSorted((one, other) => count(other) - count(one))[0]?.id;
  const source = values.source ?? (values.small ? richest : undefined);
  const ids = sources.map(({ id }) => id);
  if (source !== undefined && !ids.includes(source))
    throw new Error(`--source is ${source}, wanted one of ${ids.join(', ')}.`);
  return sources
    .filter(({ id }) => source === undefined || id === source)
    .map((one) => ({
      ...one,
      formats: Object.fromEntries(Object.entries(one.formats).filter(([name]) => formats?.includes(name) ?? true)),
    }));
}
