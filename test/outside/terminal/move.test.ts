import { expect, onTestFinished } from 'vitest';
import { KEYS, startTidemark } from '../../../tools/screenshots/pseudo-terminal.ts';
import { FEED, test } from '../../e2e/cli/program.ts';

test('a move says what it would do and asks; who does not say yes has changed nothing', async ({ place }) => {
  const here = await place({ count: 40 });
  const first = await here.run('--once');
  expect(first.code, first.stderr).toBe(0);
  const watermark = async () => (await here.command('status', '--json')).summary.feeds[0].watermark;
  const before = await watermark();
  const to = new Date(here.from).toISOString();
  const args = ['move', '--feed', FEED, '--to', to, '--state', 'state', '--out', 'out'];

  /** Answers the question with some keys; returns the exit code and the screen. */
  async function answered(keys: string) {
    const terminal = startTidemark(args, { folder: here.folder, columns: 140 });
    onTestFinished(() => terminal.close());
    await terminal.shows('Move it?');
    expect(terminal.screen()).toMatch(/reads [\dms ]+ again: 40 events of it were delivered/);
    terminal.type(keys);
    const code = await terminal.ended;
    return { code, screen: terminal.screen(), isCursorSeen: terminal.isCursorSeen() };
  }

  expect(await answered(KEYS.interrupt)).toMatchObject({ code: 130, isCursorSeen: true });
  expect(await answered(KEYS.enter), 'the answer of who only presses Enter is no').toMatchObject({
    code: 1,
    screen: expect.stringContaining('Nothing was changed.'),
  });
  expect(await watermark()).toBe(before);

  expect(await answered('y')).toMatchObject({ code: 0, screen: expect.stringContaining('moved') });
  expect(Date.parse(String(await watermark()))).toBeLessThan(Date.parse(String(before)));
});
