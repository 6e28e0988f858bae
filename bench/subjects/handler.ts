import { answerCalls } from './answer-calls.ts';

// The measured function: the bundle in the first argument, called as Lambda calls it.

const BUDGET_MS = 900_000;

interface Bundle {
  readonly handler: (input: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;
}

// Lambda takes the log through a pipe: it costs the function no more than this.
process.stderr.write = () => true;

const { handler } = (await import(process.argv[2] ?? '')) as Bundle;

answerCalls((input) => {
  const start = performance.now();
  return handler(input, { getRemainingTimeInMillis: () => BUDGET_MS - (performance.now() - start) });
});
