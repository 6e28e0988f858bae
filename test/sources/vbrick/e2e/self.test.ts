import { describe, expect } from 'vitest';
import type { EcsEvent } from '../../../../functions/core/ecs-event.ts';
import { OURS, UNEXPECTED } from '../../../../functions/core/requests/access/own-sign-ins.ts';
import { SERVICE_USER } from '../../../../simulators/vbrick/content/tenant.ts';
import type { VbrickOptions } from '../../../../simulators/vbrick/simulator.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { type StartVbrick, test, type VbrickBench } from './stage.ts';

const MINUTE_MS = 60_000;
/** Longer than the vendor's sessions last: a run after this time signs in. */
const PAST_SESSION = 11 * MINUTE_MS;

describe('our own sign-ins', () => {
  test.for(['milliseconds', 'seconds'] as const)(
    'in the log (in %s) are marked as such',
    async (precision, { start }) => {
      const bench = await startShown(start, { precision });

      await runEvery(bench, PAST_SESSION, 4);

      // The last one shows itself only after the run that made it.
      expect(await marksOfOurs(bench)).toEqual([OURS, OURS, OURS]);
      expect(await strangersMarked(bench)).toBe(0);
    },
  );

  test('are marked whatever became of them: lost answers, failed sign-ins, sessions that ended early', async ({
    start,
  }) => {
    const bench = await startShown(start);

    bench.vendor.setFaults({ loginLost: { next: 1 } });
    await bench.run();
    bench.travel(5 * MINUTE_MS);
    bench.vendor.setFaults({ tokenExpired: true });
    await bench.run();
    bench.travel(61 * MINUTE_MS);
    bench.vendor.setFaults({ loginRefused: { next: 1 } });
    await bench.run();
    bench.travel(61 * MINUTE_MS);
    bench.vendor.setFaults({});
    await runEvery(bench, PAST_SESSION, 2);

    expect(bench.vendor.counters.logins).toEqual({ successful: 5, failed: 1, throttled: 0 });
    expect(await marksOfOurs(bench)).toEqual(Array(5).fill(OURS));
  });

  test('of a warm function are as few as sessions, and marked as such', async ({ start }) => {
    const bench = await startShown(start, { sessionMinutes: 30 });

    await runEvery(bench, 5 * MINUTE_MS, 12);

    // The second session begins at 30 minutes.
    expect(bench.vendor.counters.logins).toEqual({ successful: 2, failed: 0, throttled: 0 });
    expect(await marksOfOurs(bench)).toEqual([OURS, OURS]);
  });

  test('are told by the vendor’s clock, whatever ours says', async ({ start }) => {
    const bench = await startShown(start);
    bench.setClock(() => bench.now() - 20 * MINUTE_MS);

    await runEvery(bench, PAST_SESSION, 3);

    expect(await marksOfOurs(bench)).toEqual([OURS, OURS]);
  });

  test('are left out where they are not wanted, and those of a thief are not', async ({ start }) => {
    const bench = await startShown(start, {}, { includeSelf: false });

    await bench.run();
    bench.vendor.setFaults({ stolenKey: { next: 1 } });
    bench.travel(PAST_SESSION);
    await runEvery(bench, PAST_SESSION, 3);

    expect(await marksOfOurs(bench)).toEqual([UNEXPECTED]);
    expect(held(bench)).toHaveLength(4);
  });
});

describe('the sign-in of somebody with our key', () => {
  test.for([0, 20, 59, 180, 600])(
    '%i seconds after ours is marked as unexpected, and ours is not',
    async (seconds, { start }) => {
      const bench = await startShown(start);
      await runEvery(bench, 15 * MINUTE_MS, 1);
      bench.travel(15 * MINUTE_MS);
      bench.vendor.setFaults({ stolenKey: { next: 1, secondsLater: seconds } });
      await runEvery(bench, 15 * MINUTE_MS, 3);

      expect(await marksOfOurs(bench)).toEqual([OURS, OURS, UNEXPECTED, OURS]);
      const { events } = await readDelivered(bench.out, 'lake');
      expect(events.filter(({ tags }) => tags?.includes(UNEXPECTED))).toHaveLength(1);
    },
  );

  test('and of anybody else is not taken for ours where nobody knows which account that is', async ({ start }) => {
    const bench = await startShown(start, { faults: { where: '/users/me', error: { next: 99, status: 404 } } });

    await runEvery(bench, PAST_SESSION, 3);

    expect(await marksOfOurs(bench)).not.toContain(UNEXPECTED);
    expect(await strangersMarked(bench)).toBe(0);
  });
});

/** A bench whose log shows sign-ins a second after they were made. */
function startShown(start: StartVbrick, vendor: VbrickOptions = {}, settings: object = {}): Promise<VbrickBench> {
  return start({ settings, timing: { settle: '5s' }, vendor: { loginShownSeconds: 1, ...vendor } });
}

async function runEvery(bench: VbrickBench, stepMs: number, times: number): Promise<void> {
  for (let run = 0; run < times; run++) {
    expect(await bench.run()).toMatchObject({ state: 'caught-up' });
    bench.travel(stepMs);
  }
  bench.travel(-stepMs);
}

/** The sign-ins of our account that the log shows by now. */
function held(bench: VbrickBench): string[] {
  const texts = bench.held({ from: bench.to, to: bench.now() + 1 });
  return texts.filter((text) => text.includes(SERVICE_USER.id));
}

async function marksOfOurs(bench: VbrickBench): Promise<string[]> {
  const { events } = await readDelivered(bench.out, 'lake');
  const ours = events.filter(({ event }) => event.original?.includes(SERVICE_USER.id)).toSorted(byTime);
  return ours.map(({ tags = [] }) => tags.filter((tag) => tag === OURS || tag === UNEXPECTED).join() || 'none');
}

async function strangersMarked(bench: VbrickBench): Promise<number> {
  const { events } = await readDelivered(bench.out, 'lake');
  const strangers = events.filter(({ event }) => !event.original?.includes(SERVICE_USER.id));
  expect(strangers.length).toBeGreaterThan(100);
  return strangers.filter(({ tags = [] }) => tags.includes(OURS) || tags.includes(UNEXPECTED)).length;
}

function byTime(one: EcsEvent, other: EcsEvent): number {
  return Date.parse(one['@timestamp']) - Date.parse(other['@timestamp']);
}
