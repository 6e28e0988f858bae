import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Row } from '../../../bench/report/row.ts';
import { type BenchSource, findBenchSources } from '../../../bench/sources/find.ts';

const CLI = fileURLToPath(new URL('../../../bench/cli.ts', import.meta.url));
const sources = await findBenchSources();

/** Runs the bench. Resolves to its exit code, what it printed, and its rows. */
async function bench(...args: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const json = join(folder, 'bench.json');
  const { code, stdout } = await promisify(execFile)(process.execPath, [CLI, '--json', json, ...args]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (failed: { code: number; stdout: string }) => failed,
  );
  const { rows } = JSON.parse(await readFile(json, 'utf8')) as { rows: Row[] };
  return { code, stdout, rows };
}

// Each run checks that every row of the log was delivered once, by the function and by its floors.
test.each(sources.map(({ id }) => id))('a backlog of %s is measured', async (id) => {
  const { stdout, rows } = await bench(
    '--only',
    'cpu',
    '--source',
    id,
    '--format',
    'raw',
    '--events',
    '2000',
    '--rounds',
    '1',
  );

  const named = (figure: string) => rows.filter((row) => row.figure === figure && row.name === `${id} raw`);
  expect(named('cpu')[0]?.to).toMatchObject({ name: 'floor raw', ratio: expect.any(Number) });
  expect(named('bytes')[0]?.to?.ratio).toBeCloseTo(1, 2);
  expect(named('billed')[0]?.value).toBeGreaterThan(1);
  expect(stdout).toContain(`cpu       ${id} raw`);
});

test('a missed count fails, whatever the machine; a missed time does not', async () => {
  const { id } = sources.find(({ pageRows }) => pageRows >= 1_000) as BenchSource;

  // With so few events, the calls at the start and at the end of a run are more than what a page may use.
  const { code, rows } = await bench(
    '--only',
    'cpu',
    '--source',
    id,
    '--format',
    'raw',
    '--events',
    '1000',
    '--rounds',
    '1',
  );
  const timed = await bench('--only', 'size', '--source', id, '--rounds', '1');

  expect(rows.find(({ figure }) => figure === 'table')).toMatchObject({ counted: true, target: { most: 0.5 } });
  expect(code).toBe(1);
  expect(timed.rows.filter(({ unit, counted }) => unit === 'ms' && counted)).toEqual([]);
  expect(timed.code).toBe(0);
});
