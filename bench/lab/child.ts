import { type ChildProcess, fork } from 'node:child_process';

/** A process that answers one message after the other. */
export class Child<Question extends object, Answer> {
  readonly #process: ChildProcess;
  readonly #name: string;

  private constructor(child: ChildProcess, name: string) {
    this.#process = child;
    this.#name = name;
  }

  /** Starts it. Its first message says that it is ready. */
  static async start<Question extends object, Answer>(
    file: string,
    options: {
      readonly args?: readonly string[];
      readonly execArgv?: readonly string[];
      readonly env?: NodeJS.ProcessEnv;
    },
  ): Promise<{ readonly child: Child<Question, Answer>; readonly first: Answer }> {
    const { args = [], execArgv = [], env = process.env } = options;
    const started = fork(file, args, { execArgv: [...execArgv], env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const child = new Child<Question, Answer>(started, file);
    return { child, first: await child.#next() };
  }

  async ask(question: Question): Promise<Answer> {
    const answer = this.#next();
    this.#process.send(question);
    return await answer;
  }

  /** Ends it; it exits by itself when the channel closes. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.connected) this.#process.disconnect();
    if (this.#process.exitCode === null) await ended;
  }

  #next(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`${this.#name} ended with ${code}.`));
      this.#process.once('exit', onExit);
      this.#process.once('message', (answer: Answer) => {
        this.#process.off('exit', onExit);
        resolve(answer);
      });
    });
  }
}
