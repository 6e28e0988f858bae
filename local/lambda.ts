import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

/** A line of log or metrics, as a function writes it. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What a function answers. */
type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

/**
 * One function as Lambda runs it: its own thread and environment, one invocation at a time, a hard end when the time is up,
 * and kept warm in between.
 */
export class LocalFunction {
  readonly #handler: URL;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #onLine: (line: LogLine) => void;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #invocations = 0;
  #stopped = false;

  constructor(handler: URL, environment: Readonly<Record<string, string>>, onLine: (line: LogLine) => void) {
    this.#handler = handler;
    this.#environment = environment;
    this.#onLine = onLine;
  }

  /** Invokes it after the invocations before; rejects when the function throws, dies, or outlives its time. */
  invoke(input: unknown, budgetMs: number): Promise<unknown> {
    const turn = this.#last.then(() => this.#invokeNow(input, budgetMs));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Asks the running invocation to end, waits a little for it, then ends the thread. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#worker?.postMessage('stop');
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.#last, patience]);
    clearTimeout(timer);
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #invokeNow(input: unknown, budgetMs: number): Promise<unknown> {
    if (this.#stopped) throw new Error('the function has been stopped');
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = ++this.#invocations;
    const ended = new AbortController();
    const timer = setTimeout(() => void worker.terminate(), budgetMs + 1_000);
    try {
      worker.postMessage({ id, input, budgetMs });
      const exit = once(worker, 'exit', { signal: ended.signal }).then(() => {
        throw new Error(
          this.#stopped ? 'the function has been stopped' : `the function did not end within ${budgetMs} ms`,
        );
      });
      const reply = await Promise.race([this.#reply(worker, id, ended.signal), exit]);
      if ('error' in reply) throw new Error(reply.error);
      return reply.result;
    } catch (thrown) {
      if (this.#worker === worker && worker.threadId === -1) this.#worker = undefined;
      throw thrown;
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

  #start(): Worker {
    const worker = new Worker(new URL('./lambda-worker.ts', import.meta.url), {
      workerData: { handler: this.#handler.href },
      env: { ...process.env, ...this.#environment },
      stderr: true,
    });
    worker.on('error', (failure) =>
      this.#onLine({ level: 'error', message: `The function broke: ${failure.message}` }),
    );
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    createInterface({ input: worker.stderr }).on('line', (text) => this.#onLine(parseLine(text)));
    return worker;
  }
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 'warn', message: text };
  }
}
