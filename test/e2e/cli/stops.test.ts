import { describe, expect } from 'vitest';
import { until } from '../bench.ts';
import { difference, readDelivered } from '../delivered.ts';
import { STREAM } from '../plain.ts';
import { midway, type Program, ROWS, SLOW, test } from './program.ts';

/** Asks a program to end, and says how long it took. */
async function stop(program: Program, signal: NodeJS.Signals) {
  const began = performance.now();
  program.kill(signal);
  const code = await program.ended;
  return { code, tookMs: performance.now() - began };
}

// One at a time, unlike the other tests here: how long a stop takes is what is measured.
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

      const { code, tookMs } = await stop(program, signal);
      here.vendor.setFaults({ twins: 0.1 });
      const rest = await here.run('--once');

      expect(code).toBe(expected);
      expect(tookMs).toBeLessThan(2_000);
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

    const { code, tookMs } = await stop(program, 'SIGTERM');

    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(2_000);
  });

  test('while it waits for the vendor’s quota ends at once', async ({ place }) => {
    const throttle = { next: 99, retryAfter: 300, reset: 300 };
    const here = await place({ faults: { where: STREAM, throttle } });
    const program = here.start('--once');
    await until('the pause', () => program.stderr.includes(': paused.'));

    const { code, tookMs } = await stop(program, 'SIGTERM');

    expect(code).toBe(143);
    expect(tookMs).toBeLessThan(2_000);
  });
});
