import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../tools/cost/report.ts';
import { tellCost } from '../../tools/cost/tell-cost.ts';
import { connect, LAKE, SOURCES, SPLUNK } from '../infra/support/draw.ts';

const CLI = fileURLToPath(new URL('../../tools/cost/cli.ts', import.meta.url));

function cost(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

async function report(...args: string[]): Promise<Report> {
  return JSON.parse(await tellCost([...args, '--json'])) as Report;
}

test('prints a table with a sum for each way, what a query costs, and what the prices are', () => {
  const { status, stdout } = cost(
    '--connections',
    '30',
    '--events-per-day',
    '100000',
    '--bytes',
    '1200',
    '--region-note',
  );

  expect(status).toBe(0);
  expect(stdout).toMatch(/^30 connections, 100000 events a day of 1200 bytes\n/);
  expect(stdout).toMatch(/^\| Secrets Manager secrets +\| +30 secrets \| +\$12\.00 \| +\$12\.00 \| +\$12\.00 \|$/m);
  expect(stdout).toMatch(/^\| \*\*total\*\* .*(\*\*\$\d+\.\d\d\*\* +\|.*){3}$/m);
  expect(stdout).toContain('A query of the last seven days of an archive: ');
  expect(stdout).toContain('List prices of us-east-1');
  expect(stdout).toContain('Other Regions');
});

test('--config counts what a configuration draws', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-cost-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'tidemark.json');
  const [source] = SOURCES;
  const connections = [connect(source?.id ?? '', 'one'), connect(source?.id ?? '', 'two')];
  writeFileSync(file, JSON.stringify({ connections, destinations: [LAKE, SPLUNK], deployment: { memoryMb: 1024 } }));

  const { items } = await report('--config', file, '--seconds-per-run', '2');

  const amount = (id: string) => items.find((item) => item.id === id)?.amount ?? Number.NaN;
  // Two connections, and Splunk's token.
  expect(amount('secrets')).toBe(3);
  expect(amount('lambdaSeconds')).toBeCloseTo(amount('lambdaRequests') * 2);
});

test('more of the same costs more, and one record an event never less', async () => {
  const [few, many] = [await report('--events-per-day', '1000'), await report('--events-per-day', '1000000')];

  expect(few.idle.dollars).toBeCloseTo(many.idle.dollars);
  expect(many.packed.dollars).toBeGreaterThan(few.packed.dollars);
  for (const { packed, single } of [few, many]) expect(single.dollars).toBeGreaterThanOrEqual(packed.dollars);
});

test.each([
  [['--connections', 'many'], '--connections: there is "many", wanted a whole number from 1 to 100000.'],
  [['--events-per-day', '-1'], "'--events-per-day"],
  [['--bytes', '1'], '--bytes: there is "1", wanted a whole number from 2 to 1000000.'],
  [['--seconds-per-run', '0'], '--seconds-per-run: there is "0", wanted seconds, above 0 and up to 900.'],
  [['--source', 'nobody'], '--source: there is "nobody", wanted one of '],
  [['--config', '/nowhere/tidemark.json'], '/nowhere/tidemark.json cannot be read'],
  [['--dance'], "Unknown option '--dance'"],
])('%j is refused with the option, what is there and what is wanted', async (args, told) => {
  await expect(tellCost(args)).rejects.toThrow(told);
});

test('what is refused ends with 2, in words', () => {
  const { status, stderr, stdout } = cost('--connections', 'many');

  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('--connections: there is "many"');
  expect(stderr).not.toMatch(/^\s+at /m);
});
