import { describe, expect } from 'vitest';
import type { VbrickFaults } from '../../../../simulators/vbrick/faults.ts';
import { expectExactlyOnce, SECRET, type StartVbrick, test, vbrick } from './stage.ts';

const MINUTE_MS = 60_000;
const ALL = vbrick.source.streams.map(({ name }) => name);
const WRONG = { ...SECRET, secret: 'not-the-secret-1f0b' };
const PERSON = { username: 'svc-siem', password: 'a-password-of-a-person-é' };

describe('signing in', () => {
  test('happens once for all feeds, and again when the session is over', async ({ start }) => {
    const bench = await start({ streams: ALL });

    await bench.runAll();
    expect(bench.vendor.counters.logins).toEqual({ successful: 1, failed: 0, throttled: 0 });
    bench.travel(5 * MINUTE_MS);
    await bench.runAll();
    expect(bench.vendor.counters.logins.successful).toBe(1);
    bench.travel(6 * MINUTE_MS);
    await bench.runAll();

    expect(bench.vendor.counters.logins.successful).toBe(2);
    expect(bench.vendor.counters.byStatus['401']).toBeUndefined();
    expect(bench.vendor.counters.byPath['/api/v2/user/extend-session']).toBeUndefined();
    await expectExactlyOnce(bench, ALL);
  });

  test('a new secret is signed in with within a quarter of an hour, though the session of the old one lasts', async ({
    start,
  }) => {
    const bench = await start({ vendor: { password: PERSON.password } });
    await bench.run();
    await bench.setSecret(PERSON);
    for (let minutes = 0; minutes < 15; minutes += 5) {
      bench.travel(5 * MINUTE_MS);
      await bench.run();
    }

    expect(await bench.run()).toMatchObject({ state: 'caught-up' });
    expect(bench.vendor.counters.byPath['/api/v2/user/login']).toBe(1);
    expect(bench.vendor.counters.logins.successful).toBe(2);
  });

  test('with a name and a password does as well', async ({ start }) => {
    const bench = await start({ vendor: { password: PERSON.password } });
    await bench.setSecret(PERSON);

    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 120 });
    expect(bench.vendor.counters.byPath['/api/v2/user/login']).toBe(1);
    await expectExactlyOnce(bench);
  });

  test('is made good use of: a session that is too short for a run is extended', async ({ start }) => {
    // A session of ten minutes lasts for ten requests.
    const bench = await start({ msPerRequest: MINUTE_MS, minutes: 600, vendor: { count: 5_000 } });

    const report = await bench.run({ budgetMs: 100 * 3_600_000 });

    expect(report).toMatchObject({ state: 'caught-up', delivered: 2_000, retries: 0 });
    expect(bench.vendor.counters.byPath['/api/v2/user/extend-session']).toBeGreaterThan(0);
    expect(bench.vendor.counters.logins).toEqual({ successful: 1, failed: 0, throttled: 0 });
    expect(bench.vendor.counters.byStatus['401']).toBeUndefined();
    await expectExactlyOnce(bench);
  });

  test('that works while its answer gets lost is not repeated in that run', async ({ start }) => {
    const bench = await start({ streams: ALL, vendor: { faults: { loginLost: { next: 1 } } } });

    const failed = await bench.runAll();
    const after = { ...bench.vendor.counters.logins };
    const report = await bench.runAll();

    for (const { state, error } of Object.values(failed)) {
      expect([state, error?.code, error?.stage]).toEqual(['failed', 'failing', 'receiving']);
    }
    expect(after).toEqual({ successful: 1, failed: 0, throttled: 0 });
    expect(bench.vendor.counters.logins.successful).toBe(2);
    expect(new Set(Object.values(report).map(({ state }) => state))).toEqual(new Set(['caught-up']));
    await expectExactlyOnce(bench, ALL);
  });

  test('that fails by the vendor’s own fault is tried again, three times at most', async ({ start }) => {
    const bench = await start({ vendor: { faults: { loginError: { next: 5, status: 503 } } } });

    const failed = await bench.run();
    const tried = bench.vendor.counters.logins.failed;
    const report = await bench.run();

    expect(failed).toMatchObject({ state: 'failed', error: { code: 'failing' } });
    expect(tried).toBe(3);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 120 });
    expect(bench.vendor.counters.logins).toEqual({ successful: 1, failed: 5, throttled: 0 });
    await expectExactlyOnce(bench);
  });
});

describe('a sign-in that is refused', () => {
  test('is not repeated, in that run or the next, whoever asks; a new secret is used at once', async ({ start }) => {
    const bench = await start({ streams: ALL });
    await bench.setSecret(WRONG);

    const first = await bench.runAll();
    const rest = [await bench.runAll(), await bench.runAll({ askAgain: true })];

    for (const { state, delivered, error } of [first, ...rest].flatMap((reports) => Object.values(reports))) {
      expect([state, delivered, error?.code]).toEqual(['refused', 0, 'refused']);
      expect(error?.message).toContain('401');
      expect(error?.remedy).toContain('Put working credentials into the secret');
    }
    // Without a session nothing else is asked for but what needs none.
    expect(bench.vendor.counters.requests).toBe(1);
    await bench.setSecret(SECRET);
    const mended = await bench.runAll();
    expect(new Set(Object.values(mended).map(({ state }) => state))).toEqual(new Set(['caught-up']));
    expect(bench.vendor.counters.logins).toEqual({ successful: 1, failed: 1, throttled: 0 });
    await expectExactlyOnce(bench, ALL);
  });

  test('with a right secret is held all the same, and tried again in an hour', async ({ start }) => {
    const bench = await start({ vendor: { faults: { loginRefused: { next: 1 } } } });

    await bench.run();
    bench.travel(50 * MINUTE_MS);
    expect(await bench.run({ askAgain: true })).toMatchObject({ state: 'refused' });
    bench.travel(11 * MINUTE_MS);
    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 120 });
    expect(bench.vendor.counters.logins).toEqual({ successful: 1, failed: 1, throttled: 0 });
  });

  test('for want of a licence is told as what it is', async ({ start }) => {
    const bench = await start({ vendor: { licences: 0 } });

    const { state, error } = await bench.run();
    await bench.run();

    expect(state).toBe('refused');
    expect(error?.message).toContain('All user licenses are in use');
    expect(bench.vendor.counters.logins.failed).toBe(1);
  });

  test('never locks the user out, however often it is run within an hour', async ({ start }) => {
    expect(await refusalsOf(start, 50, 1)).toBe(1);
  });

  test('never locks the user out, however many hours pass', async ({ start }) => {
    expect(await refusalsOf(start, 50, 5)).toBeLessThan(5);
  });

  /** How many sign-ins are refused in so many runs with a wrong password; a right one works at once after that. */
  async function refusalsOf(start: StartVbrick, runs: number, minutesApart: number): Promise<number> {
    const bench = await start({ vendor: { password: PERSON.password, lockAfter: 5 } });
    await bench.setSecret({ ...PERSON, password: 'mistyped' });
    for (let run = 0; run < runs; run++) {
      expect(await bench.run({ askAgain: run % 3 === 0 })).toMatchObject({ state: 'refused' });
      bench.travel(minutesApart * MINUTE_MS);
    }
    const { failed } = bench.vendor.counters.logins;
    await bench.setSecret(PERSON);
    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 120 });
    return failed;
  }
});

describe('a sign-in that is throttled', () => {
  test.for([
    [undefined, 5],
    [600, 10],
  ] as const)('(Retry-After: %s) is left alone for %i minutes', async ([retryAfter, minutes], { start }) => {
    const loginThrottled = { next: 1, ...(retryAfter !== undefined && { retryAfter }) };
    const bench = await start({ vendor: { faults: { loginThrottled } } });

    const paused = await bench.run();
    bench.travel((minutes - 1) * MINUTE_MS);
    const held = await bench.run({ askAgain: true });
    const asked = { ...bench.vendor.counters.logins };
    bench.travel(MINUTE_MS);
    const report = await bench.run();

    expect(paused).toMatchObject({ state: 'paused', delivered: 0 });
    expect(held.state).toBe('paused');
    expect(asked).toEqual({ successful: 0, failed: 0, throttled: 1 });
    expect(report).toMatchObject({ state: 'caught-up', delivered: 120 });
    await expectExactlyOnce(bench);
  });
});

describe('a session that ends before its time', () => {
  test('between two runs is replaced by the second one', async ({ start }) => {
    const bench = await start();
    await bench.run();
    bench.vendor.setFaults({ tokenRequests: 0 });
    const refused = await bench.run();
    bench.vendor.setFaults({});
    bench.travel(6 * MINUTE_MS);

    expect(await bench.run()).toMatchObject({ state: 'caught-up', retries: 0 });
    // The kept one was refused, and so was the one that took its place: there is no third.
    expect(refused).toMatchObject({ state: 'refused', error: { code: 'refused' } });
    expect(bench.vendor.counters.logins).toEqual({ successful: 3, failed: 0, throttled: 0 });
    await expectExactlyOnce(bench);
  });

  test('is replaced once', async ({ start }) => {
    const bench = await start({ vendor: { count: 1_500, faults: { tokenRequests: 4 } } });

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 600, retries: 1 });
    expect(bench.vendor.counters.logins).toEqual({ successful: 2, failed: 0, throttled: 0 });
    await expectExactlyOnce(bench);
  });

  test.for([{ tokenRequests: 2 }, { tokenExpired: true }] as VbrickFaults[])(
    'again and again (%j) is replaced once a run, and less and less often',
    async (faults, { start }) => {
      const bench = await start({ vendor: { count: 1_500, faults } });

      const first = await bench.run();
      const afterFirst = bench.vendor.counters.logins.successful;
      const held = await bench.run();
      const afterSecond = bench.vendor.counters.logins.successful;
      bench.vendor.setFaults({});
      bench.travel(10 * MINUTE_MS);
      await bench.catchUp();

      expect(first).toMatchObject({ state: 'refused', error: { code: 'refused' } });
      expect(held).toMatchObject({ state: 'refused', until: expect.any(String) });
      expect([afterFirst, afterSecond]).toEqual([2, 2]);
      await expectExactlyOnce(bench);
    },
  );
});
