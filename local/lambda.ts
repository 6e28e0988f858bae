import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

/** A line of log or metrics that a function has written. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What a function answers. */
type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

/** A thread, and whether it has loaded its handler. */
interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<boolean>;
}

/**
 * A function as Lambda would run it: a thread and an environment of its own, one invocation at a time, ended when its time
 * is up, and kept warm between invocations.
 */
export class LocalFunction {
  readonly #handler: URL;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #onLine: (line: LogLine) => void;
  #thread: Thread | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #invocations = 0;
  #stopped = false;

  constructor(handler: URL, environment: Readonly<Record<string, string>>, onLine: (line: LogLine) => void) {
    this.#handler = handler;
    this.#environment = environment;
    this.#onLine = onLine;
  }

  /** Invokes the function after all earlier invocations. Rejects if it throws, dies or exceeds its time. */
  invoke(input: unknown, budgetMs: number): Promise<unknown> {
    const turn = this.#last.then(() => this.#invokeNow(input, budgetMs));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Asks the running invocation to end, waits a little for it, then ends the thread. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#thread?.worker.postMessage('stop');
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.#last, patience]);
    clearTimeout(timer);
    await this.#thread?.worker.terminate();
  }

  async #invokeNow(input: unknown, budgetMs: number): Promise<unknown> {
    if (this.#stopped) throw new Error('the function has been stopped');
    this.#thread ??= this.#start();
    const { worker, ready } = this.#thread;
    // Like Lambda: loading the code does not count against the invocation.
    if (!(await ready)) throw new Error(this.#stopped ? 'the function has been stopped' : 'the function did not start');
    const id = ++this.#invocations;
    const ended = new AbortController();
    const timer = setTimeout(() => void worker.terminate(), budgetMs + 1_000);
    try {
      const exit = once(worker, 'exit', { signal: ended.signal }).then(() => {
        throw new Error(
          this.#stopped ? 'the function has been stopped' : `the function did not end within ${budgetMs} ms`,
        );
      });
      worker.postMessage({ id, input, budgetMs });
      const reply = await Promise.race([this.#reply(worker, id, ended.signal), exit]);
      if ('error' in reply) throw new Error(reply.error);
      return reply.result;
    } finally {
      clearTimeout(timer);
      ended.abort();
    }
  }

  async #reply(worker: Worker, id: number, signal: AbortSignal): Promise<Reply> {
    for (;;) {
      const [reply] = (await once(worker, 'message', { signal })) as [Reply];
      if (reply.id === id) return reply;
    }
  }

  #start(): Thread {
    const worker = new Worker(new URL(`./lambda-worker${extname(import.meta.filename)}`, import.meta.url), {
      workerData: { handler: this.#handler.href },
      env: { ...process.env, ...this.#environment },
      stderr: true,
    });
    worker.on('error', (failure) =>
      this.#onLine({ level: 'error', message: `The function broke: ${failure.message}` }),
    );
    const ready = new Promise<boolean>((resolve) => {
      worker.once('message', () => resolve(true));
      worker.once('exit', () => {
        if (this.#thread?.worker === worker) this.#thread = undefined;
        resolve(false);
      });
    });
    createInterface({ input: worker.stderr }).on('line', (text) => this.#onLine(parseLine(text)));
    return { worker, ready };
  }
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 'warn', message: text };
  }
}
