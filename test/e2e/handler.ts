import { handlerOf, rotateHandlerOf } from '../../lib/plan/find-sources.ts';
import { clockOf, type Timed } from './timed.ts';

// Runs in the thread of a bench: the real handler of `?source=` (with `&rotates`, the one that exchanges credentials), and a clock
// that a test sets.

type Handler = (input: unknown, context: unknown) => Promise<unknown>;

const { searchParams } = new URL(import.meta.url);
const name = searchParams.get('source') ?? '';
const file = searchParams.has('rotates') ? rotateHandlerOf(name) : handlerOf(name);
const { handler: real } = (await import(file.href)) as { handler: Handler };

let clock: Omit<Timed, 'input'> = { sentAt: 0, benchAt: 0 };
Date.now = () => clockOf(clock);

export function handler({ input, ...timed }: Timed, context: unknown): Promise<unknown> {
  clock = timed;
  return real(input, context);
}
