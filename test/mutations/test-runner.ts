import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('run-tests.ts', import.meta.url));

/** No run takes longer: a bug that makes the engine go round in circles has been found, too, but nobody would see it. */
const LONGEST_MS = 120_000;

/** What a test runner is asked. */
export interface TestsAsked {
  readonly file: string;
  /** Only the test with this name, which begins with the names of its suites. */
  readonly name: string | undefined;
}

/** What it answers. */
export interface TestsRun {
  /** The name of the first test that failed. */
  readonly failed?: string | undefined;
  readonly passed: number;
}

/** A test runner that stays, in a process of its own: starting it takes longer than most tests, and compiling what they load, too. */
export class TestRunner {
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs a file of tests, or one test of it. */
  async run(file: string, name?: string): Promise<TestsRun> {
    this.#process ??= this.#start();
    const asked: TestsAsked = { file, name };
    const started = this.#process;
    const ended = new AbortController();
    const answer = once(started, 'message', { signal: ended.signal });
    const exit = once(started, 'exit', { signal: ended.signal });
    const longest = setTimeout(() => kill(started), LONGEST_MS);
    started.send(asked);
    try {
      const run = await Promise.race([answer.then(([said]) => said as TestsRun), exit.then(() => undefined)]);
      if (run) return run;
      this.#process = undefined;
      throw new Error(`${file}: the test runner has ended`);
    } finally {
      clearTimeout(longest);
      ended.abort();
      await Promise.allSettled([answer, exit]);
    }
  }

  async stop(): Promise<void> {
    const started = this.#process;
    if (!started) return;
    this.#process = undefined;
    const exit = once(started, 'exit');
    started.disconnect();
    await exit;
  }

  #start(): ChildProcess {
    // In a group of its own, with the processes that the runner starts: one that goes round in circles hears no message.
    return fork(PROGRAM, [], {
      cwd: this.#folder,
      detached: true,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }
}

function kill({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
