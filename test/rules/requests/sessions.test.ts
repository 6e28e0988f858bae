import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import {
  type Duration,
  formatInstant,
  HOUR,
  type Instant,
  MINUTE,
  parseInstant,
  SECOND,
} from '../../../functions/core/time.ts';
import type { MemoryLogin } from '../../memory/login.ts';
import { letterVisibility } from '../../memory/source.ts';
import type { Reply } from '../../memory/vendor.ts';
import { Crash, createWorld, type EffectHook, type Fault, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT, loginOf } from '../set-up.ts';

/** Three feeds of a connection whose requests belong to a session, with an hour of events in each. */
function sessionWorld(options: WorldOptions = {}): { world: World; login: MemoryLogin } {
  const world = createWorld({
    login: true,
    startFrom: at('11:00:00'),
    stream: { name: 'one' },
    more: [{ stream: { name: 'two' } }, { stream: { name: 'three' } }],
    ...options,
  });
  for (const [log, vendor] of world.vendors) vendor.addMany(20, at('11:00:00'), MINUTE, { fields: { log } });
  return { world, login: loginOf(world) };
}

/** One feed with a backlog that takes long to read: ten seconds a page. */
function slowWorld(options: WorldOptions = {}): { world: World; login: MemoryLogin } {
  const world = createWorld({
    login: true,
    startFrom: at('11:00:00'),
    vendor: { latency: 10 * SECOND, pageSize: 10 },
    ...options,
  });
  world.vendor.addMany(3_000, at('11:00:00'), SECOND);
  return { world, login: loginOf(world) };
}

function requestsOf(world: World): number {
  return [...world.vendors.values()].reduce((sum, { requests }) => sum + requests.length, 0);
}

function states(reports: readonly { readonly state: string }[]): string[] {
  return reports.map(({ state }) => state);
}

/** Runs every five minutes for so long; how often it signed in. */
async function signInsDuring(world: World, time: Duration, options = {}): Promise<number> {
  const before = loginOf(world).signIns.length;
  for (const end = world.now + time; world.now < end; world.clock.advance(5 * MINUTE)) await world.run(options);
  return loginOf(world).signIns.length - before;
}

/** Seconds between one thing and the next. */
function gaps(times: readonly Instant[]): number[] {
  return times.slice(1).map((time, nth) => Math.round((time - (times[nth] as Instant)) / SECOND));
}

describe('rule 22: one sign-in a run', () => {
  it('is shared by all feeds of the connection', async () => {
    const { world, login } = sessionWorld();

    const reports = await world.run();

    expect(states(reports)).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(login.steps.map(({ step }) => step)).toEqual(['open']);
    expect(world.census()).toEqual(EXACT);
  });

  it('is made again by the next run', async () => {
    const { world, login } = sessionWorld();

    expect(await signInsDuring(world, HOUR)).toBe(12);
    expect(login.steps.length).toBe(12);
  });

  it('costs two writes to the table: that it is made, and what came of it', async () => {
    const { world } = sessionWorld();
    let writes = 0;
    world.onEffect = ({ name }) => void (name === 'writeConnection' && writes++);

    await signInsDuring(world, 15 * MINUTE);

    expect(writes).toBe(6);
    expect(world.table.loadConnection()?.version).toBe(6);
  });

  it('is not made when there is nothing to ask', async () => {
    const { world, login } = sessionWorld({ startFrom: at('12:00:00') });

    const reports = await world.run();

    expect(states(reports)).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(login.steps).toEqual([]);
  });

  it('is not made for a feed that another worker has', async () => {
    const { world, login } = sessionWorld({ vendor: { latency: 10 * SECOND } });
    const first = world.run({ streams: ['one'] });
    await world.clock.wait(SECOND);

    const [second] = await world.run({ streams: ['one'] });
    await first;

    expect(second?.state).toBe('busy');
    expect(login.signIns.length).toBe(1);
  });

  it.each([
    ['that the vendor wants to be left alone', { status: 429, headers: { 'retry-after': '1800' } }, 'paused'],
    ['that its credentials may not read', { status: 403 }, 'forbidden'],
  ] as const)('is not made for a feed %s', async (_, reply, state) => {
    const { world, login } = sessionWorld();
    world.vendor.onRequest = () => reply;
    expect((await world.run({ streams: ['one'] }))[0]?.state).toBe(state);
    world.clock.advance(5 * MINUTE);

    const [held] = await world.run({ streams: ['one'] });

    expect(held).toMatchObject({ state, lagSeconds: 3_900 });
    expect(login.signIns.length).toBe(1);
  });

  it('is not made after the run’s time', async () => {
    const { world, login } = sessionWorld();

    const reports = await world.run({
      budget: 20 * SECOND,
      onEffect: ({ name, nth }) => (name === 'write' && nth === 1 ? { latency: 15 * SECOND } : undefined),
    });

    expect(reports[0]?.state).toBe('more');
    expect(login.signIns).toEqual([]);
  });

  it('is not made when the host wants the run to end', async () => {
    const { world, login } = sessionWorld();

    const [report] = await world.run({ streams: ['one'], stopAt: world.now + 1 });

    expect(report?.state).toBe('stopped');
    expect(login.signIns).toEqual([]);
  });
});

describe('a session is extended before it ends', () => {
  const LIVES = [
    ['ten minutes', 10 * MINUTE, 420],
    ['half an hour', 30 * MINUTE, 1_620],
    ['four minutes', 4 * MINUTE, 120],
    ['a minute', MINUTE, 30],
  ] as const;

  it.each(LIVES)('of %s', async (_, life, rest) => {
    const { world, login } = slowWorld();
    login.life = life;

    const [report] = await world.run({ budget: 45 * MINUTE });

    expect(report?.state).toBe('more');
    expect(login.signIns.length).toBe(1);
    const times = login.steps.map((step) => step.at);
    expect(times.length).toBeGreaterThanOrEqual(2);
    // It is looked at before each request.
    for (const gap of gaps(times)) {
      expect(gap).toBeGreaterThanOrEqual(rest);
      expect(gap).toBeLessThanOrEqual(rest + 11);
    }
  });

  it.each([
    ['nothing', () => undefined],
    ['a time long past', () => at('00:00:00')],
    ['that it ends this moment', (until: Instant) => until - 10 * MINUTE],
  ])('that says %s of its end as if it lasted ten minutes', async (_, tells) => {
    const { world, login } = slowWorld();
    login.tells = tells;

    await world.run({ budget: 20 * MINUTE });

    expect(login.signIns.length).toBe(1);
    expect(login.extensions.length).toBeGreaterThanOrEqual(1);
    for (const gap of gaps(login.steps.map((step) => step.at))) {
      expect(gap).toBeGreaterThanOrEqual(420);
      expect(gap).toBeLessThanOrEqual(431);
    }
  });

  it.each([20 * MINUTE, -5 * MINUTE])('by the vendor’s clock, which is %d us off', async (clockOffset) => {
    const { world, login } = slowWorld();
    Object.assign(login, { clockOffset });

    await world.run({ budget: 20 * MINUTE });

    expect(login.signIns.length).toBe(1);
    for (const gap of gaps(login.steps.map((step) => step.at))) {
      expect(gap).toBeGreaterThanOrEqual(419);
      expect(gap).toBeLessThanOrEqual(432);
    }
  });

  it('and not by a clock that nobody can believe', async () => {
    const { world, login } = slowWorld();
    // It says 2024, and that the session lasts until 2036.
    Object.assign(login, { clockOffset: -730 * 24 * HOUR, tells: () => parseInstant('2036-01-01T00:00:00Z') });

    await world.run({ budget: 20 * MINUTE });

    expect(login.extensions).toEqual([]);
  });

  it('without a storm, whatever is said of its end', async () => {
    const seconds = fc.constantFrom(-3_600, -1, 0, 1, 9, 10, 11, 15, 20, 40, 180, 360, 7_200);
    const ends = fc.option(
      seconds.map((after) => after * SECOND),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(ends, { minLength: 1, maxLength: 20 }), fc.boolean(), async (said, works) => {
        const { world, login } = slowWorld({ vendor: { latency: 3 * SECOND, pageSize: 2 } });
        login.life = HOUR;
        let nth = 0;
        login.tells = () => {
          const after = said[nth++ % said.length];
          return after === undefined ? undefined : world.now + after;
        };
        login.onStep = ({ step }) => (step === 'extend' && !works ? { status: 500 } : undefined);

        await world.run({ budget: 5 * MINUTE });

        expect(login.signIns.length).toBe(1);
        expect(Math.min(9_999, ...gaps(login.steps.map((step) => step.at)))).toBeGreaterThanOrEqual(10);
      }),
      { numRuns: 12 },
    );
  });

  it.each([
    ['is refused', { status: 400 }],
    ['fails', { status: 500 }],
    ['gets no answer', { network: 'reset' }],
    ['is throttled', { status: 429, headers: { 'retry-after': '3600' } }],
  ])('and when that %s, goes on with it, and asks again a minute later', async (_, reply) => {
    const { world, login } = slowWorld();
    login.life = 20 * MINUTE;
    login.tells = (until) => until - 10 * MINUTE;
    login.onStep = ({ step }) => (step === 'extend' ? reply : undefined);

    const [report] = await world.run({ budget: 19 * MINUTE });

    expect(report?.state).toBe('more');
    expect(login.signIns.length).toBe(1);
    expect(login.extensions.length).toBeGreaterThan(5);
    for (const gap of gaps(login.extensions)) {
      expect(gap).toBeGreaterThanOrEqual(60);
      expect(gap).toBeLessThanOrEqual(71);
    }
  });

  it('and one that has ended is followed by a new one', async () => {
    const { world, login } = slowWorld();
    login.onStep = ({ step }) => (step === 'extend' ? { status: 500 } : undefined);

    const [report] = await world.run({ budget: 18 * MINUTE });

    expect(report?.state).toBe('more');
    expect(gaps(login.signIns)).toEqual([expect.toSatisfy((gap) => gap >= 600 && gap <= 611)]);
    expect(world.count('Refused')).toBe(0);
  });
});

describe('rule 22: a refused sign-in is not made again', () => {
  const NO = [401, 403, 400].map((status) => [status, { status, text: 'no such user' }] as const);

  it.each(NO)('in the same run: %d', async (status, reply) => {
    const { world, login } = sessionWorld();
    login.onStep = () => reply;
    let asked = 0;

    const reports = await world.run({ onEffect: ({ name }) => void (name === 'fetch' && asked++) });

    expect(asked).toBe(0);
    expect(states(reports)).toEqual(['refused', 'refused', 'refused']);
    expect(reports[2]?.error).toMatchObject({
      code: 'refused',
      message: `Memory answered ${status} to the sign-in: no such user`,
      remedy: expect.stringContaining('not tried again before 2026-03-02T13:00:00Z'),
    });
    expect(login.signIns.length).toBe(1);
  });

  it.each([{}, { askAgain: true }, { streams: ['two'] }])('within the hour: %j', async (options) => {
    const { world, login } = sessionWorld();
    login.onStep = () => ({ status: 401 });
    await world.run();
    world.clock.advance(5 * MINUTE);

    expect(await signInsDuring(world, 50 * MINUTE, options)).toBe(0);
    const [held] = await world.run(options);
    expect(held).toMatchObject({ state: 'refused', until: expect.stringMatching(/^2026-03-02T13:00:00/) });
    expect(held?.error?.remedy).toContain('not tried again before 2026-03-02T13:00:00Z');
    world.clock.advance(6 * MINUTE);
    expect(await signInsDuring(world, 50 * MINUTE, options)).toBe(1);
  });

  it('and after three in a row not for a day, for five lock the user out', async () => {
    const { world, login } = sessionWorld();
    login.onStep = () => ({ status: 401 });

    for (const end = world.now + 51 * HOUR; world.now < end; world.clock.advance(10 * MINUTE)) await world.run();

    expect(gaps(login.signIns).map((gap) => Math.round(gap / 3_600))).toEqual([1, 1, 24, 24]);
    expect(world.table.loadConnection()).toMatchObject({ refusals: 5 });
    world.secretVersion = 'v2';
    await world.run();
    // The new one has its own three.
    expect(world.table.loadConnection()).toMatchObject({ refusals: 1 });
    expect((world.table.loadConnection()?.notBefore ?? 0) - world.now).toBeLessThanOrEqual(HOUR);
  });

  it('and what was throttled or broken before is no refusal', async () => {
    const { world, login } = sessionWorld();
    for (const reply of [{ status: 429 }, { status: 429 }, { network: 'reset' }, { status: 401 }]) {
      login.replies.push(reply);
      await world.run();
      world.clock.advance(10 * MINUTE);
    }

    expect(world.table.loadConnection()).toMatchObject({ signIn: 'refused', refusals: 1 });
    expect((world.table.loadConnection()?.notBefore ?? 0) - world.now).toBeLessThanOrEqual(HOUR);
  });

  it('and the runs that it keeps from asking say how far behind they are', async () => {
    const { world, login } = sessionWorld();
    await world.run();
    login.onStep = () => ({ status: 401 });
    world.clock.advance(5 * MINUTE);
    await world.run();
    world.clock.advance(5 * MINUTE);
    world.counts.length = 0;

    const reports = await world.run();

    const counted = (name: string) => world.counts.filter(({ metric }) => metric === name).map(({ value }) => value);
    expect(reports.map(({ lagSeconds }) => lagSeconds)).toEqual(counted('LagSeconds'));
    expect(counted('LagSeconds')).toEqual(Array(3).fill(expect.toSatisfy((lag) => lag >= 720 && lag <= 722)));
    expect(counted('RetentionLeftHours')).toEqual([2_160, 2_160, 2_160]);
  });

  it('until the secret has a new version', async () => {
    const { world, login } = sessionWorld();
    login.onStep = ({ secretVersion }) => (secretVersion === 'v1' ? { status: 401 } : undefined);
    await world.run();
    world.clock.advance(MINUTE);

    world.secretVersion = 'v2';
    const reports = await world.run();

    expect(states(reports)).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(world.table.loadConnection()).toMatchObject({ refusals: 0 });
    expect(Object.keys(world.table.loadConnection() ?? {})).not.toContain('notBefore');
    expect(Object.keys(world.table.loadConnection() ?? {})).not.toContain('signIn');
  });

  it('not even when the state of the connection could not be saved at once', async () => {
    const { world, login } = sessionWorld();
    login.onStep = () => ({ status: 401 });

    const reports = await world.run({
      // The record of the attempt is written, and then nothing for a while.
      onEffect: ({ name, nth }) => (name === 'writeConnection' && nth > 1 && nth < 7 ? 'lost-before' : undefined),
    });
    world.clock.advance(5 * MINUTE);

    expect(states(reports)).toEqual(['refused', 'refused', 'refused']);
    expect(await signInsDuring(world, 50 * MINUTE)).toBe(0);
  });

  it('when the second one of a run is refused', async () => {
    const { world, login } = sessionWorld();
    login.requests = 1;
    login.onStep = () => (login.signIns.length > 1 ? { status: 403 } : undefined);

    const reports = await world.run();
    world.clock.advance(5 * MINUTE);

    expect(states(reports)).toEqual(['refused', 'refused', 'refused']);
    expect(reports[0]?.error?.message).toContain('answered 403 to the sign-in');
    expect(login.signIns.length).toBe(2);
    expect(await signInsDuring(world, 50 * MINUTE)).toBe(0);
  });

  const FAULTS: Fault[] = ['crash-before', 'crash-after'];

  it.each(FAULTS)('whenever the process dies: %s', async (fault) => {
    for (let number = 1; ; number++) {
      const { world, login } = sessionWorld();
      login.onStep = () => ({ status: 401 });
      const died = await world
        .run({ onEffect: (call) => (call.number === number ? fault : undefined) })
        .then(() => false, isCrash);
      const first = login.signIns[0];
      world.clock.advance(MINUTE);

      await signInsDuring(world, 55 * MINUTE);

      const times = login.signIns.map((time) => formatInstant(time));
      expect(times.length, `effect ${number}: ${times}`).toBeLessThanOrEqual(2);
      if (first !== undefined) {
        world.clock.advance(5 * MINUTE);
        expect(await signInsDuring(world, 50 * MINUTE), `effect ${number}`).toBe(1);
      }
      if (!died) break;
    }
  });

  function isCrash(thrown: unknown): boolean {
    if (thrown instanceof Crash) return true;
    throw thrown;
  }

  it.each(FAULTS)('and good credentials lose no more than a minute when the process dies once: %s', async (fault) => {
    for (let number = 1; ; number++) {
      const { world } = sessionWorld();
      const died = await world
        .run({ onEffect: (call) => (call.number === number ? fault : undefined) })
        .then(() => false, isCrash);
      world.clock.advance(6 * MINUTE);

      expect(states(await world.run()), `effect ${number}`).not.toContain('refused');
      await world.runUntilCaughtUp({ mostRuns: 3 });

      expect(world.census().missing).toEqual([]);
      if (!died) break;
    }
  });

  it('but are left alone for an hour when it dies twice in a row', async () => {
    const { world, login } = sessionWorld();
    const dying: EffectHook = ({ name }) => (name === 'obtainToken' ? 'crash-after' : undefined);
    for (let time = 0; time < 2; time++) {
      await expect(world.run({ onEffect: dying })).rejects.toThrow(Crash);
      world.clock.advance(6 * MINUTE);
    }

    const [report] = await world.run();

    expect(report?.state).toBe('refused');
    expect(report?.error?.message).toMatch(/ended before the answer was on record/);
    expect(login.signIns.length).toBe(2);
    world.clock.advance(HOUR);
    await world.runUntilCaughtUp({ mostRuns: 3 });
    expect(world.census().missing).toEqual([]);
  });
});

describe('rule 23: a throttled sign-in', () => {
  const UNTIL = [
    ['a time soon', { 'retry-after': '90' }, 90],
    ['a time far away', { 'retry-after': '86400' }, 3_600],
    ['no time', {}, 300],
    ['nonsense', { 'retry-after': 'soon' }, 300],
  ] as const;

  it.each(UNTIL)('is not made before its time: %s', async (_, headers, seconds) => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 429, headers, text: 'slow down' });

    const reports = await world.run();
    const until = parseInstant(reports[0]?.until) as Instant;

    expect(states(reports)).toEqual(['paused', 'paused', 'paused']);
    expect(Math.abs(until - at('12:00:00') - seconds * SECOND)).toBeLessThanOrEqual(SECOND);
    expect(login.signIns.length).toBe(1);
    for (const options of [{}, { askAgain: true }, { streams: ['three'] }]) {
      const [held] = await world.run(options);
      expect(held?.state).toBe('paused');
      expect(Math.abs((parseInstant(held?.until) as Instant) - until)).toBeLessThan(SECOND);
    }
    world.clock.advance(until - world.now - SECOND);
    expect(states(await world.run())).toEqual(['paused', 'paused', 'paused']);
    expect(login.signIns.length).toBe(1);
    world.clock.advance(2 * SECOND);
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(world.table.loadConnection()).toMatchObject({ refusals: 0 });
    expect(Object.keys(world.table.loadConnection() ?? {})).not.toContain('signIn');
    expect(login.signIns.length).toBe(2);
    expect(world.census()).toEqual(EXACT);
  });

  it.each([
    ['the first request is a feed’s', {}],
    ['the first request looks what can be seen', { visibility: letterVisibility }],
  ])('leaves its feeds without a hold of their own, for a new secret is used at once: %s', async (_, options) => {
    const { world, login } = sessionWorld(options);
    world.routes.set('/@visibility', () => ({ text: 'abc' }));
    login.replies.push({ status: 429 });
    await world.run();

    world.secretVersion = 'v2';

    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
  });

  it.each([500, 502, 503])('by a vendor that is down for more than a moment, is not made again: %d', async (status) => {
    const { world, login } = sessionWorld();
    login.replies.push({ status, headers: { 'retry-after': '15' } });

    expect(states(await world.run())).toEqual(['paused', 'paused', 'paused']);
    expect(login.signIns.length).toBe(1);
  });

  it('by a vendor that is down and says for how long, waits as long', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 503, headers: { 'retry-after': '600' } });

    const [report] = await world.run();
    world.clock.advance(9 * MINUTE);
    expect(states(await world.run())).toEqual(['paused', 'paused', 'paused']);
    world.clock.advance(2 * MINUTE);

    expect(report).toMatchObject({ state: 'paused', until: expect.stringMatching(/^2026-03-02T12:10:00/) });
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(login.signIns.length).toBe(2);
  });

  it('by a vendor that is down for a moment, waits in place', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 503, headers: { 'retry-after': '8' } });

    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(gaps(login.signIns)).toEqual([expect.toSatisfy((gap) => gap >= 8 && gap < 10)]);
  });
});

describe('a sign-in that fails by the vendor’s own fault', () => {
  it.each([500, 502, 503, 408, 425])('is tried three times a run: %d', async (status) => {
    const { world, login } = sessionWorld();
    login.onStep = () => ({ status, text: 'oops' });

    const reports = await world.run();

    expect(states(reports)).toEqual(['failed', 'failed', 'failed']);
    expect(reports[1]?.error).toMatchObject({
      code: 'failing',
      message: `Memory answered ${status} to the sign-in: oops`,
    });
    expect(login.signIns.length).toBe(3);
    login.onStep = undefined;
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
  });

  it('and succeeds at last is no failure', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 500 }, { status: 500 });

    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(login.signIns.length).toBe(3);
  });

  it('and is refused then is not tried once more', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 500 }, { status: 401 });

    expect(states(await world.run())).toEqual(['refused', 'refused', 'refused']);
    expect(login.signIns.length).toBe(2);
  });

  it('is not tried again past the run’s time', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 503, headers: { 'retry-after': '9' } });

    // It has until 12:00:08 to begin requests, and until 12:00:11 to end them.
    const reports = await world.run({ budget: 12 * SECOND });

    expect(states(reports)).toEqual(['failed', 'failed', 'failed']);
    expect(login.signIns.length).toBe(1);
  });

  it('is tried again in the time of the run, not of one feed’s slice', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 503, headers: { 'retry-after': '9' } });

    expect(states(await world.run({ budget: 25 * SECOND }))).not.toContain('failed');
    expect(login.signIns.length).toBe(2);
  });

  it('and whose answer got lost is not made again in that run', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ network: 'socket hang up' });

    const reports = await world.run();

    expect(states(reports)).toEqual(['failed', 'failed', 'failed']);
    expect(reports[2]?.error).toMatchObject({ code: 'failing', message: expect.stringContaining('No answer came') });
    expect(login.signIns.length).toBe(1);
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
  });

  it('because the host wants the run to end is no failure', async () => {
    const { world } = sessionWorld();
    const stopAt = world.now + SECOND;

    const [report] = await world.run({
      streams: ['one'],
      stopAt,
      onEffect: ({ name }) => (name === 'obtainToken' ? { latency: 40 * SECOND } : undefined),
    });

    expect(report?.state).toBe('stopped');
  });

  it('with an answer that cannot be read is no broken page of the log', async () => {
    const { world, login } = slowWorld();
    const unreadable: EffectHook = ({ name }) => {
      if (name === 'obtainToken') throw new UnreadableError('an answer without end');
    };
    for (let run = 0; run < 4; run++) {
      const [report] = await world.run({ onEffect: unreadable });
      expect(report).toMatchObject({
        state: 'failed',
        error: { code: 'unreadable', message: 'The answer to the sign-in cannot be read: an answer without end' },
      });
    }

    expect(world.checkpoint()).not.toHaveProperty('broken');
    expect(world.table.loadConnection()).not.toHaveProperty('signingIn');
    Object.assign(login, { life: HOUR, tells: (until: Instant) => until - 50 * MINUTE });
    const extension: EffectHook = (call) => (call.nth > 1 ? unreadable(call) : undefined);
    expect((await world.run({ onEffect: extension, budget: 15 * MINUTE }))[0]?.state).toBe('more');
    expect(login.signIns.length).toBe(1);
  });

  it('is given half a minute', async () => {
    const { world, login } = sessionWorld();

    const reports = await world.run({
      onEffect: ({ name }) => (name === 'obtainToken' ? { latency: 10 * MINUTE } : undefined),
    });

    expect(reports[0]?.error?.code).toBe('failing');
    expect(login.signIns[0]).toBeLessThanOrEqual(at('12:00:31'));
  });

  it('is given no more than the run has', async () => {
    const { world } = sessionWorld();

    const reports = await world.run({
      budget: 12 * SECOND,
      onEffect: ({ name }) => (name === 'obtainToken' ? { latency: 10 * MINUTE } : undefined),
    });

    expect(states(reports)).toEqual(['failed', 'more', 'more']);
  });

  it('keeps an extension within the time of the run, too', async () => {
    const { world, login } = slowWorld({ vendor: { latency: SECOND, pageSize: 2 } });
    Object.assign(login, { life: HOUR, tells: (until: Instant) => until - 50 * MINUTE });

    const [report] = await world.run({
      // The extension is due at 12:07, and no request begins after 12:07:04.
      budget: 7 * MINUTE + 25 * SECOND,
      onEffect: ({ name, nth }) => (name === 'obtainToken' && nth > 1 ? { latency: 10 * MINUTE } : undefined),
    });

    expect(report).toMatchObject({ state: 'more' });
    expect(login.extensions.length).toBe(1);
  });

  it.each([
    ['brings no token', { status: 200 }, 'unreadable', /without a token/],
    ['is not there', { status: 404 }, 'request', /answered 404 to the sign-in/],
    ['leads elsewhere', { status: 302 }, 'request', /answered 302 to the sign-in/],
    ['leaves the choice', { status: 300 }, 'request', /answered 300 to the sign-in/],
  ] as const)('that %s is not tried again, and holds nobody', async (_, reply, code, message) => {
    const { world, login } = sessionWorld();
    login.replies.push(reply);

    const reports = await world.run();

    expect(reports[1]).toMatchObject({ state: 'failed', error: { code, message: expect.stringMatching(message) } });
    expect(reports[1]?.error?.remedy).toMatch(/origin/);
    expect(login.signIns.length).toBe(1);
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
  });
});

describe('a session that the vendor refuses', () => {
  it('is followed by a new one, once', async () => {
    const { world, login } = sessionWorld();
    login.requests = 2;
    login.onStep = () => {
      login.requests = login.signIns.length > 1 ? 1_000 : login.requests;
      return undefined;
    };

    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(login.signIns.length).toBe(2);
    expect(world.census()).toEqual(EXACT);
  });

  it('once for all requests that are under way', async () => {
    let mostRefused = 0;
    for (let ending = 2; ending < 12; ending++) {
      // Equal rows over a page edge are counted by a request of their own, while the next page is being fetched.
      const { world, login } = sessionWorld({ vendor: { pageSize: 4, latency: SECOND } });
      world.vendor.addMany(12, at('11:30:00'), 0, { name: 'equal' });
      let sent = 0;
      const hook: EffectHook = ({ name, nth }) => {
        if (name === 'fetch') sent++;
        if (name === 'fetch' && nth === ending) login.end();
      };

      const reports = await world.run({ onEffect: hook, streams: ['one'] });

      expect(states(reports)).toEqual(['caught-up']);
      expect(login.signIns.length).toBe(2);
      expect(world.census(world.vendor.rows)).toEqual(EXACT);
      mostRefused = Math.max(mostRefused, sent - world.vendor.requests.length);
    }
    expect(mostRefused).toBe(2);
  });

  it('again and again stops the run, and holds from the first time on', async () => {
    const { world, login } = sessionWorld();
    login.honoured = false;

    const reports = await world.run();
    expect(states(reports)).toEqual(['refused', 'refused', 'refused']);
    expect(login.signIns.length).toBe(2);
    expect(requestsOf(world)).toBe(0);

    world.clock.advance(4 * MINUTE);
    const held = await world.run();
    expect(states(held)).toEqual(['refused', 'refused', 'refused']);
    expect(held[0]).toMatchObject({
      until: expect.stringMatching(/^2026-03-02T12:05:00/),
      lagSeconds: expect.any(Number),
    });
    expect(login.signIns.length).toBe(2);
  });

  it('is tried less and less often', async () => {
    const { world, login } = sessionWorld();
    login.honoured = false;

    for (const end = world.now + 6 * HOUR; world.now < end; world.clock.advance(MINUTE)) await world.run();

    // Each time it takes two sign-ins.
    expect(gaps(login.signIns.filter((_, nth) => nth % 2 === 0)).map((gap) => Math.round(gap / 60))).toEqual(
      [5, 10, 20, 40, 60, 60, 60, 60].map((gap) =>
        expect.toSatisfy((minutes) => minutes === gap || minutes === gap + 1),
      ),
    );
  });

  it.each([
    ['a person asks', { askAgain: true }, 'v1'],
    ['the secret has changed', {}, 'v2'],
  ] as const)('until %s', async (_, options, secretVersion) => {
    const { world, login } = sessionWorld();
    login.honoured = false;
    await world.run();

    Object.assign(login, { honoured: true });
    world.secretVersion = secretVersion;

    expect(states(await world.run(options))).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(world.table.loadConnection()).toMatchObject({ refusals: 0 });
  });

  it('as often as it was before, though a run in between could tell nothing', async () => {
    const { world, login } = sessionWorld();
    login.honoured = false;
    await world.run();
    world.clock.advance(6 * MINUTE);
    login.replies.push({ network: 'reset' });
    expect(states(await world.run())).toEqual(['failed', 'failed', 'failed']);

    await world.run();

    // It is the second time in a row.
    expect(world.table.loadConnection()).toMatchObject({ refusals: 2 });
    expect((world.table.loadConnection()?.notBefore ?? 0) - world.now).toBeGreaterThan(9 * MINUTE);
  });

  it('with a new secret is refused for the first time', async () => {
    const { world, login } = sessionWorld();
    login.honoured = false;
    for (let run = 0; run < 3; run++) {
      await world.run();
      world.clock.advance(HOUR);
    }
    expect(world.table.loadConnection()).toMatchObject({ refusals: 3 });
    world.secretVersion = 'v2';

    await world.run();

    expect(world.table.loadConnection()).toMatchObject({ refusals: 1, secretVersion: 'v2' });
    expect((world.table.loadConnection()?.notBefore ?? 0) - world.now).toBeLessThanOrEqual(5 * MINUTE);
  });

  it('after a throttled sign-in is a refusal all the same', async () => {
    const { world, login } = sessionWorld();
    login.replies.push({ status: 429 });
    await world.run();
    world.clock.advance(6 * MINUTE);
    login.honoured = false;
    await world.run();

    expect(states(await world.run())).toEqual(['refused', 'refused', 'refused']);
    login.honoured = true;
    expect(states(await world.run({ askAgain: true }))).toEqual(['caught-up', 'caught-up', 'caught-up']);
  });

  it('at the very end of a run is not followed by a new one', async () => {
    const { world, login } = slowWorld();
    // The run’s last request begins before 12:03:39 and ends after it.
    login.onStep = () => {
      login.requests = 22;
      return undefined;
    };

    const [report] = await world.run({ budget: 4 * MINUTE });

    expect(report?.state).toBe('more');
    expect(login.signIns.length).toBe(1);
  });
});

describe('two invocations of a connection at once', () => {
  function both(world: World, options: Parameters<World['run']>[0] = {}) {
    return Promise.all([
      world.run({ ...options, streams: ['one'] }),
      world.run({ ...options, streams: ['two', 'three'] }),
    ]);
  }

  it('sign in once each, and both are on record', async () => {
    const { world, login } = sessionWorld();

    const [one, two] = await both(world);

    expect(states([...one, ...two])).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(login.signIns.length).toBe(2);
    // The second one sees soon what came of the first one's.
    expect((login.signIns[1] as Instant) - (login.signIns[0] as Instant)).toBeLessThan(2 * SECOND);
    expect(world.table.loadConnection()?.signIns).toHaveLength(2);
    expect(Object.keys(world.table.loadConnection() ?? {})).not.toContain('signingIn');
  });

  it.each([
    ['refused', { status: 401 }],
    ['paused', { status: 429 }],
  ] as const)('make one attempt where the credentials are %s', async (state, reply) => {
    const { world, login } = sessionWorld();
    login.onStep = () => reply;

    const [one, two] = await both(world);

    expect(states([...one, ...two])).toEqual([state, state, state]);
    expect(login.signIns.length).toBe(1);
    expect(world.table.loadConnection()?.signIns).toHaveLength(1);
  });

  it('make one attempt also when they begin in the same instant', async () => {
    const { world, login } = sessionWorld();
    login.onStep = () => ({ status: 401 });

    await Promise.all([world.run({ streams: ['one'] }), world.run({ streams: ['two'] })]);

    expect(login.signIns.length).toBe(1);
  });

  it('wait for each other however long a sign-in takes', async () => {
    const { world, login } = sessionWorld();
    login.onStep = () => ({ status: 401 });

    await both(world, { onEffect: ({ name }) => (name === 'obtainToken' ? { latency: 29 * SECOND } : undefined) });

    expect(login.signIns.length).toBe(1);
  });

  it('wait for one that died as long as it might live, and then sign in', async () => {
    const { world, login } = sessionWorld();
    const dying = world.run({
      streams: ['one'],
      onEffect: ({ name }) => (name === 'obtainToken' ? 'crash-after' : undefined),
    });
    await expect(dying).rejects.toThrow(Crash);

    expect(states(await world.run({ streams: ['two', 'three'] }))).toEqual(['caught-up', 'caught-up']);
    expect(login.signIns.length).toBe(2);
    expect((login.signIns[1] as Instant) - (login.signIns[0] as Instant)).toBeLessThan(50 * SECOND);
    expect((login.signIns[1] as Instant) - (login.signIns[0] as Instant)).toBeGreaterThanOrEqual(45 * SECOND);
  });

  it('do not wait for one that died with a clock that was ahead', async () => {
    const { world, login } = sessionWorld();
    const dying = world.run({
      streams: ['one'],
      clockOffset: 20 * MINUTE,
      onEffect: ({ name }) => (name === 'obtainToken' ? 'crash-after' : undefined),
    });
    await expect(dying).rejects.toThrow(Crash);

    expect(states(await world.run({ streams: ['two'] }))).toEqual(['caught-up']);
    expect(world.now - at('12:00:00')).toBeLessThan(5 * SECOND);
    expect(login.signIns.length).toBe(2);
  });

  it('do not wait for one with another secret', async () => {
    const { world, login } = sessionWorld();
    const dying = world.run({
      streams: ['one'],
      onEffect: ({ name }) => (name === 'obtainToken' ? 'crash-after' : undefined),
    });
    await expect(dying).rejects.toThrow(Crash);
    world.secretVersion = 'v2';
    const before = world.now;

    expect(states(await world.run({ streams: ['two'] }))).toEqual(['caught-up']);
    expect((login.signIns[1] as Instant) - before).toBeLessThan(SECOND);
  });

  it('wait no longer than they live', async () => {
    const { world, login } = sessionWorld();
    const dying = world.run({
      streams: ['one'],
      onEffect: ({ name }) => (name === 'obtainToken' ? 'crash-after' : undefined),
    });
    await expect(dying).rejects.toThrow(Crash);

    let looks = 0;
    const reports = await world.run({
      streams: ['two', 'three'],
      budget: 20 * SECOND,
      onEffect: ({ name }) => void (name === 'loadConnection' && looks++),
    });

    expect(states(reports)).toEqual(['more', 'more']);
    expect(login.signIns.length).toBe(1);
    // It looks once a second, and writes nothing.
    expect(looks).toBeLessThan(20);
    expect(world.table.loadConnection()?.version).toBe(1);
  });

  it('do not end each other’s holds by a success', async () => {
    const { world, login } = slowWorld({ more: [{ stream: { name: 'two' } }] });
    // A refusal of an hour ago is still on record when the long one begins.
    login.replies.push({ status: 429, headers: { 'retry-after': '1' } });
    await world.run({ streams: ['two'] });
    world.clock.advance(MINUTE);
    const long = world.run({ streams: ['events'], budget: 3 * MINUTE });
    await world.clock.wait(30 * SECOND);
    login.replies.push({ status: 401 });
    await world.run({ streams: ['two'] });
    const [report] = await long;
    expect(report?.state).toBe('more');

    expect(world.table.loadConnection()).toMatchObject({ signIn: 'refused' });
    expect(states(await world.run())).toEqual(['refused', 'refused']);
    expect(login.signIns.length).toBe(3);
  });

  it('do not shorten each other’s holds by a refusal of their own', async () => {
    const { world, login } = slowWorld({ more: [{ stream: { name: 'two' } }] });
    const long = world.run({ streams: ['events'], budget: 3 * MINUTE });
    await world.clock.wait(30 * SECOND);
    login.replies.push({ status: 401 });
    await world.run({ streams: ['two'] });
    // A new session of the long one would be good for nothing, but may not even be asked for.
    login.honoured = false;
    const [report] = await long;
    expect(report?.state).toBe('refused');
    world.clock.advance(30 * MINUTE);

    expect(states(await world.run({ askAgain: true }))).toEqual(['refused', 'refused']);
    expect(login.signIns.length).toBe(2);
  });
});

describe('the connection’s state', () => {
  const LOST: Fault[] = ['lost-before', 'lost-after'];

  it.each(LOST)('survives a lost answer to each of its writes, with each sign-in on record once: %s', async (fault) => {
    for (let lost = 1; lost <= 4; lost++) {
      const { world, login } = sessionWorld();

      const reports = await world.run({
        onEffect: ({ name, nth }) => (name === 'writeConnection' && nth === lost ? fault : undefined),
      });

      expect(states(reports)).toEqual(['caught-up', 'caught-up', 'caught-up']);
      expect(login.signIns.length).toBe(1);
      expect(world.table.loadConnection()?.signIns).toHaveLength(1);
      expect(Object.keys(world.table.loadConnection() ?? {})).not.toContain('signingIn');
    }
  });

  it('counts a refusal once, though the answer to its write got lost', async () => {
    const { world, login } = sessionWorld();
    login.onStep = () => ({ status: 401 });

    await world.run({
      onEffect: ({ name, nth }) => (name === 'writeConnection' && nth === 2 ? 'lost-after' : undefined),
    });

    expect(world.table.loadConnection()).toMatchObject({ signIn: 'refused', refusals: 1 });
  });

  it('that cannot be written keeps everybody from signing in, for it would be off the record', async () => {
    const { world, login } = sessionWorld();

    const reports = await world.run({
      onEffect: ({ name }) => (name === 'writeConnection' ? 'lost-before' : undefined),
    });

    expect(states(reports)).toEqual(['failed', 'failed', 'failed']);
    expect(reports[0]?.error?.code).toBe('state');
    expect(login.signIns).toEqual([]);
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(world.table.loadConnection()?.signIns).toHaveLength(1);
  });

  it('holds no sign-in that was given up before it was made', async () => {
    const { world, login } = sessionWorld();

    // It was written, and nobody could tell; later the table is well again.
    await world.run({
      onEffect: ({ name, nth }) => (name === 'writeConnection' && nth <= 5 ? 'lost-after' : undefined),
    });

    expect(login.signIns).toEqual([]);
    expect(world.table.loadConnection()?.signIns ?? []).toEqual([]);
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up', 'caught-up']);
  });
});

describe('a reply of any kind', () => {
  it('never makes a run sign in more often than it may, nor again within a hold', async () => {
    const status = fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 408, 409, 422, 423, 425, 429, 500, 502, 503);
    const after = fc.option(fc.constantFrom('0', '3', '30', '4000', 'x', '-1', 'Mon, 02 Mar 2026 12:20:00 GMT'), {
      nil: undefined,
    });
    const reply: fc.Arbitrary<Reply | undefined> = fc.option(
      fc.oneof(
        fc.record({ status, after }).map(({ status, after }) => ({
          status,
          ...(after !== undefined && { headers: { 'retry-after': after } }),
        })),
        fc.constant({ network: 'reset' }),
      ),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 12 }), async (replies) => {
        const { world, login } = sessionWorld();
        const left = [...replies];
        const answered: { at: Instant; status: number | undefined }[] = [];
        login.onStep = ({ step, at: time }) => {
          if (step !== 'open') return undefined;
          const next = left.shift();
          answered.push({ at: time, status: next?.status });
          return next;
        };
        for (let run = 0; run < 24; run++) {
          const before = login.signIns.length;
          const reports = await world.run();
          expect(login.signIns.length - before).toBeLessThanOrEqual(3);
          expect(reports.every(({ state }) => state !== 'caught-up' || login.signIns.length > before)).toBe(true);
          world.clock.advance(5 * MINUTE);
        }
        for (const [nth, { at: time, status }] of answered.entries()) {
          const next = answered[nth + 1];
          if (next && [400, 401, 403].includes(status ?? 0)) expect(next.at - time).toBeGreaterThanOrEqual(HOUR);
        }
        await world.runUntilCaughtUp({ mostRuns: 3_000 });
        expect(world.census()).toEqual(EXACT);
      }),
      { numRuns: 60 },
    );
  });
});
