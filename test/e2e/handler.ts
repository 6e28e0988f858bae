import { handlerOf, rotateHandlerOf } from '../../lib/plan/find-sources.ts';

// Runs in the thread of a bench: the real handler of `?source=` (with `&rotates`, the one that exchanges credentials), and a clock
// that a test sets.

type Handler = (input: unknown, context: unknown) => Promise<unknown>;

const { searchParams } = new URL(import.meta.url);
const name = searchParams.get('source') ?? '';
const file = searchParams.has('rotates') ? rotateHandlerOf(name) : handlerOf(name);
const { handler: real } = (await import(file.href)) as { handler: Handler };

/** The input with the time it was sent, by the machine's clock and by the bench's. */
export interface Timed {
  readonly input: unknown;
  readonly sentAt: number;
  readonly benchAt: number;
  /** Further milliseconds that have passed for the bench, in memory that it shares: they may grow during the invocation. */
  readonly passed?: Float64Array;
}

const now = Date.now;
let clock: Omit<Timed, 'input'> = { sentAt: 0, benchAt: 0 };
Date.now = () => Math.floor(clock.benchAt + now() - clock.sentAt + (clock.passed?.[0] ?? 0));

export function handler({ input, ...timed }: Timed, context: unknown): Promise<unknown> {
  clock = timed;
  return real(input, context);
}
