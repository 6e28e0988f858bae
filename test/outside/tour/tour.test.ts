import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { FeedRow, LiveState, SimulatorView } from '../../../cli/ui/api-types.ts';
import { type Browser, openAddress } from '../../local/ui/browser.ts';
import { linesNotIn, readTour, type Switch } from './read-tour.ts';

// A reader who follows the tour must not meet anything else than what it says.

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** A clone has been installed before its tests run. */
const INSTALL = 'npm ci && ';
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\/\?token=\S+/;

test('every command of the tour does what the tour says', async () => {
  const reader = await startReading();
  let browser: Browser | undefined;
  let typed = 0;

  for (const step of readTour()) {
    if (step.does === 'switch') {
      await switchOn(browser as Browser, step);
      continue;
    }
    let printed = '';
    for (const command of step.commands) {
      typed++;
      // The program that goes on in the first terminal, until it is killed.
      if (command.startsWith(INSTALL)) {
        printed += await reader.leaveAtWork(command.slice(INSTALL.length));
        browser = await openAddress(ADDRESS.exec(printed)?.[0] ?? '');
        await feedsUntil(browser, (feeds) => feeds.every(({ lastSuccess }) => lastSuccess !== undefined));
      } else printed += await reader.type(command);
    }
    expect(linesNotIn(printed, step.printed), printed).toEqual([]);
  }

  expect(typed).toBeGreaterThan(15);
});

/** Clicks as the page does, and waits as the tour says: until the feeds feel it. */
async function switchOn(browser: Browser, { simulator: title, fault: name, field, value }: Switch): Promise<void> {
  const { simulators } = await browser.get<{ simulators: SimulatorView[] }>('/api/simulators?');
  const simulator = simulators.find((each) => each.title === title);
  const fault = simulator?.faults.find((each) => each.name === name);
  if (!simulator || !fault) throw new Error(`The page has no fault ${name} of ${title}.`);
  const change = { simulator: simulator.id, name, value: fault.single ? value : { [field]: value } };
  await browser.post('/api/fault', change);
  if (!fault.single) await feedsUntil(browser, (feeds) => feeds.some(({ state }) => state === 'failing'));
}

async function feedsUntil(browser: Browser, fits: (feeds: readonly FeedRow[]) => boolean): Promise<void> {
  await browser.waitFor<LiveState>(({ feeds = [] }) => feeds.length > 0 && fits(feeds));
}

interface Reader {
  /** Types a command and waits for its end. Returns what it has printed. */
  type(command: string): Promise<string>;
  /** Types a command that goes on. Returns what it has printed until it has told the address of the page. */
  leaveAtWork(command: string): Promise<string>;
}

/** A reader in a folder that looks like a fresh clone. */
async function startReading(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-tour-'));
  const names = (await readdir(ROOT)).filter((name) => !name.startsWith('.') && name !== 'tidemark.json');
  for (const name of names) await symlink(join(ROOT, name), join(folder, name));
  const env = { ...process.env, PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
  const start = (command: string) =>
    spawn('bash', ['-c', `${command} 2>&1`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
  const started: ChildProcess[] = [];
  onTestFinished(async () => {
    for (const { pid, exitCode, signalCode } of started)
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  return {
    async type(command) {
      return await text(start(command).stdout);
    },
    async leaveAtWork(command) {
      const child = start(command);
      started.push(child);
      const ended = once(child, 'close');
      let printed = '';
      return await new Promise((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (each: string) => {
          printed += each;
          if (ADDRESS.test(printed)) resolve(printed);
        });
        void ended.then(() => reject(new Error(`It has ended: ${printed}`)));
      });
    },
  };
}

test.each([
  ['the same with other numbers', 'caught-up; 1,234 delivered, 5 more', []],
  ['spaces that a table adds', 'caught-up;   12 delivered,  3 more', []],
  ['another word', 'caught-up; 12 lost, 3 more', ['caught-up; 7 delivered, ... more']],
  ['nothing', '', ['caught-up; 7 delivered, ... more']],
])('an output with %s is compared as a reader would', (_, printed, missing) => {
  expect(linesNotIn(printed, ['caught-up; 7 delivered, ... more'])).toEqual(missing);
});
