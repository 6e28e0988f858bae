import { handlerOf } from '../lib/plan/find-sources.ts';

// Runs in the thread of a measured function: the real handler of `?source=` with a clock set by the caller. It records what the
// handler logs and the processor time that it uses.

type Handler = (input: unknown, context: unknown) => Promise<unknown>;

const name = new URL(import.meta.url).searchParams.get('source') ?? '';
const { handler: real } = (await import(handlerOf(name).href)) as { handler: Handler };

/** The input with the time of the invocation, in milliseconds. */
export interface Timed {
  readonly input: unknown;
  readonly at: number;
}

/** The answer with what was measured. */
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
