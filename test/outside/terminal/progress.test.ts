import { expect, onTestFinished } from 'vitest';
import { startTidemark } from '../../../tools/screenshots/pseudo-terminal.ts';
import { test } from '../../e2e/cli/program.ts';

const HOUR = 3_600_000;
const PLACES = ['--state', 'state', '--out', 'out'];

test('what takes longer than two seconds is seen in one line, which gives way to the result', async ({ place }) => {
  const [from, to] = [Date.now() - 9 * HOUR, Date.now() - 5 * HOUR];
  const here = await place({ count: 5, from, to });
  const first = await here.run('--once');
  expect(first.code, first.stderr).toBe(0);
  here.vendor.setFaults({ latencyMs: 3_500 });
  const range = ['--from', new Date(from).toISOString(), '--to', new Date(to).toISOString()];
  const terminal = startTidemark(['verify', ...range, ...PLACES], { folder: here.folder, columns: 70 });
  onTestFinished(() => terminal.close());

  await terminal.shows(/^verify +\ds so far$/m);
  expect(terminal.rows().filter((row) => row.includes('so far'))).toHaveLength(1);

  await terminal.ended;
  await terminal.shows('complete: nothing is missing');
  expect(terminal.screen()).not.toContain('so far');
});
