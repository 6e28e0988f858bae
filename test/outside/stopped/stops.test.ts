import { describe, expect } from 'vitest';
import { until } from '../../e2e/bench.ts';
import { midway, type Program, ROWS, SLOW, test } from '../../e2e/cli/program.ts';
import { difference, readDelivered } from '../../e2e/delivered.ts';
import { STREAM } from '../../e2e/plain.ts';

/** Asks a program to end, and waits until it has. */
async function stop(program: Program, signal: NodeJS.Signals) {
  program.kill(signal);
  return await program.ended;
}

// A program that does not stop at once has something to wait for here: the rest of a backlog, or minutes of silence.
describe('a run that is stopped', () => {
  test.for([
    ['SIGTERM', [], 0],
    ['SIGINT', ['--once'], 130],
  ] as const)(
    'by %s (%j) ends at once, and another goes on without a gap',
    async ([signal, args, expected], { place }) => {
      const here = await place(SLOW);
      const program = here.start(...args);
      await midway(here);

      const code = await stop(program, signal);
      const served = here.vendor.counters.rowsServed;
      here.vendor.setFaults({ twins: 0.1 });
      const rest = await here.run('--once');

      expect(code).toBe(expected);
      expect(served, 'not the whole backlog').toBeLessThan(ROWS);
      const stopped = JSON.parse(program.stdout).feeds[0];
      expect(stopped.state).toBe('stopped');
      expect(stopped.delivered).toBeGreaterThan(0);
      expect(rest.code, rest.stdout + rest.stderr).toBe(0);
      expect(rest.summary.feeds[0]).toMatchObject({ state: 'caught-up', delivered: ROWS - stopped.delivered });
      for (const id of ['lake', 'vault']) {
        const { texts, ids } = await readDelivered(here.out, id);
        expect(difference(texts, here.held())).toEqual({ missing: [], extra: [] });
        expect(new Set(ids).size).toBe(ids.length);
      }
      expect(Date.parse(String(rest.summary.feeds[0].watermark))).toBeGreaterThanOrEqual(here.to);
    },
  );

  test('while the vendor does not answer ends at once', async ({ place }) => {
    const here = await place({ faults: { hang: { next: 99 } } });
    const program = here.start();
    await until('a request', () => here.vendor.counters.requests > 0);

    const code = await stop(program, 'SIGTERM');

    expect(code).toBe(0);
    expect(here.vendor.counters.requests, 'not asked again').toBe(1);
  });

  test('while it waits for the vendor’s quota ends at once', async ({ place }) => {
    const throttle = { next: 99, retryAfter: 300, reset: 300 };
    const here = await place({ faults: { where: STREAM, throttle } });
    const program = here.start('--once');
    await until('the pause', () => program.stderr.includes(': paused.'));

    const code = await stop(program, 'SIGTERM');

    expect(code).toBe(143);
  });
});
