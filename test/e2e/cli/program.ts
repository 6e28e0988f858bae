import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect } from 'vitest';
import { startTable } from '../../../local/services/dynamodb.ts';
import type { RunningSimulator, SimulatorOptions } from '../../../simulators/simulator.ts';
import { SIGNATURES } from '../../local/signatures.ts';
import { describeConnection, type Subject, until } from '../bench.ts';
import { bytesBelow } from '../delivered.ts';
import { feedOf, plain, SOURCE } from '../plain.ts';
import { DESTINATIONS } from '../stage.ts';
import { readItems } from '../table-items.ts';

export const FEED = feedOf('demo');
export const SECRET_NAME = `tidemark/${SOURCE}/demo`;

const CLI = fileURLToPath(new URL('../../../cli/cli.ts', import.meta.url));

/** A `tidemark` at work, as a process of its own. */
export interface Program {
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves to the exit code, or the signal's name where a signal has ended it. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** A folder with a tidemark.json and a secret, and the simulated vendor that it names. */
export interface Place<Running extends RunningSimulator = RunningSimulator> {
  readonly folder: string;
  readonly out: string;
  readonly from: number;
  readonly to: number;
  readonly vendor: Running;
  held(): string[];
  /** Writes a tidemark.json: the usual one with changes to it, or a text. */
  configure(change: string | ((usual: UsualConfig) => unknown)): Promise<void>;
  /** Starts `tidemark run` here with its summary as JSON. */
  start(...args: string[]): Program;
  /** The same, and waits for its end. */
  run(...args: string[]): Promise<Ended>;
  /** Runs another command here, to its end. */
  command(name: string, ...args: string[]): Promise<Ended>;
  /** All files below a folder of this place, as one text, and all items of the table. Only when nothing runs here. */
  everythingKept(): Promise<string>;
}

export interface UsualConfig {
  readonly connections: readonly Record<string, unknown>[];
  readonly destinations: readonly object[];
}

/** How a program ended. */
export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** What stdout holds, when it is one JSON object and nothing else. */
  readonly summary: Summary;
}

export interface Summary {
  readonly ok: boolean;
  readonly out: string;
  readonly feeds: readonly [Record<string, unknown>, ...Record<string, unknown>[]];
}

/** Tests that may have places with a vendor; processes and folders are gone when the test ends. */
export function placeTest<Options extends SimulatorOptions, Running extends RunningSimulator>(
  subject: Subject<Options, Running>,
) {
  return base.extend<{ place: (options?: Options) => Promise<Place<Running>> }>({
    place: async ({ onTestFinished }, use) => {
      await use((options) => makePlace(subject, options, onTestFinished));
    },
  });
}

/** A test that may have places with the plain vendor. */
export const test = placeTest(plain);

export const ROWS = 9_000;
/** A backlog that takes some seconds, and is delivered in several flushes. */
export const SLOW = { count: ROWS, pageSize: 200, faults: { latencyMs: 150, twins: 0.1 } };

/** Waits until some of a slow backlog has been delivered, though not all. */
export async function midway(place: Pick<Place, 'out' | 'vendor'>): Promise<void> {
  await until('a part of the backlog', () => existsSync(join(place.out, 'lake')));
  expect(place.vendor.counters.rowsServed).toBeLessThan(ROWS);
}

async function makePlace<Options extends SimulatorOptions, Running extends RunningSimulator>(
  subject: Subject<Options, Running>,
  given: Options | undefined,
  onEnd: (end: () => Promise<void>) => void,
): Promise<Place<Running>> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-cli-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const { to = Math.floor(Date.now() / 1000) * 1000 - 5_000 } = given ?? {};
  const { from = to - 20 * 60_000 } = given ?? {};
  const options: Options = { ...subject.vendor, from, to, count: 300, ...given };
  const running = await subject.start(options);
  onEnd(() => running.stop());
  const out = join(folder, 'out');
  await mkdir(join(folder, 'state'), { mode: 0o700 });
  const secret = JSON.stringify({ [`tidemark/${subject.source.id}/demo`]: subject.secretOf(options) });
  await writeFile(join(folder, 'state', 'secrets.json'), secret, { mode: 0o600 });
  const timing = { every: '1s', settle: '1s', startFrom: new Date(from).toISOString() };
  const connection = describeConnection(subject.source, running, { timing, settings: subject.settings });
  const usual: UsualConfig = { connections: [connection], destinations: DESTINATIONS };

  const start = (...args: string[]) => begin('run', '--json', ...args);

  function begin(command: string, ...args: string[]): Program {
    const program = startProgram(folder, [command, '--state', 'state', '--out', 'out', ...args]);
    onEnd(async () => {
      program.kill('SIGKILL');
      await program.ended;
    });
    return program;
  }

  const place: Place<Running> = {
    folder,
    out,
    from,
    to,
    vendor: running,
    held: () => subject.held(running, { from, to }),
    configure: (change) =>
      writeFile(
        join(folder, 'tidemark.json'),
        typeof change === 'string' ? change : JSON.stringify(change(structuredClone(usual))),
      ),
    start,
    run: (...args) => ending(start(...args)),
    command: (name, ...args) => ending(begin(name, ...args)),
    async everythingKept() {
      const table = await startTable({
        signatures: SIGNATURES,
        directory: join(folder, 'state', 'table'),
        tableName: 'tidemark',
      });
      const items = await readItems(table.url, 'demo').finally(() => table.close());
      return [items, await bytesBelow(join(folder, 'state', 'table')), await bytesBelow(out)].join('\n');
    },
  };
  await place.configure((config) => config);
  return place;
}

export async function ending(program: Program): Promise<Ended> {
  const code = await program.ended;
  const { stdout, stderr } = program;
  return {
    code,
    stdout,
    stderr,
    get summary() {
      return JSON.parse(stdout) as Summary;
    },
  };
}

/**
 * Starts the command line in a folder.
 *
 * @param given what is in its environment besides, and on its stdin, and the umask that it inherits
 */
export function startProgram(
  folder: string,
  args: readonly string[],
  {
    environment = {},
    stdin = '',
    umask = '022',
  }: { environment?: Readonly<Record<string, string>>; stdin?: string; umask?: string } = {},
): Program {
  const child = spawn('sh', ['-c', 'umask "$1"; shift; exec "$@"', 'sh', umask, process.execPath, CLI, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(stdin);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  return {
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    ended: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string),
    kill: (signal) => void child.kill(signal),
  };
}
