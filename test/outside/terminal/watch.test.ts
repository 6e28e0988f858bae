import { expect, onTestFinished } from 'vitest';
import { startTidemark } from '../../../tools/screenshots/pseudo-terminal.ts';
import { until } from '../../e2e/bench.ts';
import { FEED, test } from '../../e2e/cli/program.ts';

const PLACES = ['--state', 'state', '--out', 'out'];

test('status --watch shows each change of a program that runs, and what was last when it has ended', async ({
  place,
}) => {
  const here = await place({ count: 5 });
  const running = here.start();
  await until('the first run', () => running.stderr.includes(': caught-up.'));
  const terminal = startTidemark(['status', '--watch', '--utc', ...PLACES], {
    folder: here.folder,
    columns: 150,
    rows: 16,
  });
  onTestFinished(() => terminal.close());

  await terminal.shows(/^tidemark status +every 2s +\d\d:\d\d:\d\d$/m);
  await terminal.shows(new RegExp(`${FEED} +\\w+ +\\S+ +20\\d\\d-\\d\\d-\\d\\dT`));
  expect(terminal.rows().at(-1)).toMatch(/^↑↓ scroll {3}q quit/);
  here.vendor.setFaults({ tokenExpired: true } as object);
  await terminal.shows(/ waits until .*refused\)/);

  terminal.resize({ columns: 70, rows: 20 });
  await terminal.until('a drawing of 70 columns', (rows) => rows[0]?.length === 70);
  expect(terminal.screen()).toContain('no access since');

  running.kill('SIGTERM');
  await running.ended;
  await terminal.shows(/nothing runs here now/);
  expect(terminal.screen()).toContain('no access since');
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expect([terminal.wraps(), terminal.isCursorSeen()]).toEqual([true, true]);
});

test('--watch without a terminal says what to use instead', async ({ place }) => {
  const here = await place({ count: 5 });

  const { code, stderr } = await here.command('status', '--watch');

  expect(code).toBe(2);
  expect(stderr).toContain('draws on a terminal');
  expect(stderr).toContain('tidemark status --json');
});
