import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KEYS, type PseudoTerminal, startTidemark } from '../../../tools/screenshots/pseudo-terminal.ts';

async function started(): Promise<{ folder: string; terminal: PseudoTerminal }> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-init-'));
  const terminal = startTidemark(['init', '--skip-doctor'], { folder, columns: 140, rows: 50 });
  onTestFinished(async () => {
    await terminal.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, terminal };
}

/** Presses keys once something is shown. */
async function answer(terminal: PseudoTerminal, question: string | RegExp, keys: string): Promise<void> {
  await terminal.shows(question);
  terminal.type(keys);
}

/** Answers everything up to the credentials: the first source, the first destination. */
async function answerAll(terminal: PseudoTerminal): Promise<void> {
  await answer(terminal, 'Which audit logs', ' ');
  await answer(terminal, '◼', KEYS.enter);
  await answer(terminal, 'Your name for the account', KEYS.enter);
  await answer(terminal, 'Further settings', KEYS.enter);
  await answer(terminal, 'Another account', KEYS.enter);
  await answer(terminal, 'Where shall events go', ' ');
  await answer(terminal, /Where shall events go[\s\S]*◼/, KEYS.enter);
  await answer(terminal, 'A name for the destination', KEYS.enter);
  await answer(terminal, 'In which format', KEYS.enter);
  await answer(terminal, /Further settings of S3/, KEYS.enter);
}

test('who breaks the questions off has written nothing, and gets the exit code of an interruption', async () => {
  const { folder, terminal } = await started();

  await answer(terminal, 'Which audit logs', KEYS.interrupt);

  expect(await terminal.ended).toBe(130);
  expect(terminal.screen()).toContain('Nothing was written.');
  expect(await readdir(folder)).toEqual([]);
});

test('a wrong credential is asked for again; who breaks off then is told how to put it in later', async () => {
  const { folder, terminal } = await started();
  await answerAll(terminal);

  await answer(terminal, 'Put in the credentials', KEYS.enter);
  // A source with several credentials asks for each: the first is enough to be too short.
  await terminal.shows(/What you type is not shown\.\n.*\n {2}\w+: *$/m);
  while (!/fewer than 8 characters/.test(terminal.screen())) {
    const asked = terminal.screen();
    terminal.type(`short${KEYS.enter}`);
    await terminal.until('the next question', (rows) => rows.join('\n') !== asked);
  }
  await answer(terminal, /Once more; Ctrl-C leaves it for later\.[\s\S]*\n {2}\w+:/, KEYS.interrupt);

  expect(await terminal.ended).toBe(130);
  expect(terminal.screen()).not.toContain('short');
  const { connections } = JSON.parse(await readFile(join(folder, 'tidemark.json'), 'utf8'));
  expect(terminal.screen()).toContain('The configuration is written. Not stored:');
  expect(terminal.screen()).toContain(`tidemark secret set ${connections[0].source}/${connections[0].id}`);
  expect(await readdir(folder)).not.toContain('.tidemark');
});
