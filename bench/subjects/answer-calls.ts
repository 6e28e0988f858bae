import type { Call, Measured } from './messages.ts';

/** Answers the calls that come from the process that started this one, each with what it took. */
export function answerCalls(program: (input: unknown) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ input, at }: Call) => {
    setClock(at);
    const start = performance.now();
    const before = process.cpuUsage();
    const result = await program(input).then(
      (answer) => ({ answer }),
      (thrown: Error) => ({ error: thrown.stack ?? String(thrown) }),
    );
    const { user, system } = process.cpuUsage(before);
    const measured: Measured = {
      ...result,
      processor: (user + system) / 1_000,
      wall: performance.now() - start,
      peak: process.resourceUsage().maxRSS / 1_024,
    };
    process.send?.(measured);
  });
  process.send?.('ready');
}

const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;

/** The clock of the program: set to this time, and going on from there. */
function setClock(at: number): void {
  ahead = at - now();
}
