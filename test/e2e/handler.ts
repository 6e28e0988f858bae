import { handlerOf, rotateHandlerOf } from '../../lib/plan/find-sources.ts';
import { benchTime, type Timed } from './bench-time.ts';

// Runs in the thread of a bench: the real handler of `?source=` (with `&rotates`, the one that exchanges credentials), and a clock
// that a test sets.

type Handler = (input: unknown, context: unknown) => Promise<unknown>;

const { searchParams } = new URL(import.meta.url);
const name = searchParams.get('source') ?? '';
const file = searchParams.has('rotates') ? rotateHandlerOf(name) : handlerOf(name);
const { handler: real } = (await import(file.href)) as { handler: Handler };

const now = Date.now;
let clock: Omit<Timed, 'input'> = { sentAt: 0, benchAt: 0 };
Date.now = () => benchTime(clock, now());

export function handler({ input, ...timed }: Timed, context: unknown): Promise<unknown> {
  clock = timed;
  return real(input, context);
}
