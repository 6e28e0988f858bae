import { handlerOf } from '../lib/plan/find-sources.ts';

// The inside of a measured function's thread: the real handler of `?source=`, a clock that says what it is told, and a note of all
// that it writes down and of the processor's time that it takes.

type Handler = (input: unknown, context: unknown) => Promise<unknown>;

const name = new URL(import.meta.url).searchParams.get('source') ?? '';
const { handler: real } = (await import(handlerOf(name).href)) as { handler: Handler };

/** What is sent instead of the bare input: what time it is, in milliseconds. */
export interface Timed {
  readonly input: unknown;
  readonly at: number;
}

/** What comes back instead of the bare answer. */
export interface Measured {
  readonly answer: unknown;
  /** Lines of log and metrics. */
  readonly written: readonly string[];
  /** Microseconds. */
  readonly processor: number;
}

const now = Date.now;
let clock = { sentAt: 0, at: 0 };
Date.now = () => clock.at + (now() - clock.sentAt);

let written: string[] = [];
process.stderr.write = (text: string | Uint8Array) => written.push(String(text).trimEnd()) > 0;

export async function handler({ input, at }: Timed, context: unknown): Promise<Measured> {
  clock = { sentAt: now(), at };
  written = [];
  const before = process.threadCpuUsage();
  const answer = await real(input, context);
  const { user, system } = process.threadCpuUsage(before);
  return { answer, written, processor: user + system };
}
