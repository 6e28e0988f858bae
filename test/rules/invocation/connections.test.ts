import { describe, expect, it } from 'vitest';
import { HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { EffectHook, World } from '../../memory/world.ts';
import { addToEach, at, EXACT, threeFeeds } from '../set-up.ts';

function vendorOf(world: World, stream: string) {
  const vendor = world.vendors.get(stream);
  if (!vendor) throw new Error(`no log is named ${stream}`);
  return vendor;
}

function requestsOf(world: World): number {
  return [...world.vendors.values()].reduce((sum, { requests }) => sum + requests.length, 0);
}

/** The streams in the order in which they were first asked. */
function orderOf(asked: readonly string[]): string[] {
  return [...new Set(asked.map((url) => /^\/(\w+)/.exec(url)?.[1] ?? ''))];
}

describe('rule 22: one invocation serves the feeds of a connection', () => {
  it('the one first whose turn is longest ago', async () => {
    const world = threeFeeds();
    for (const streams of [['one', 'two', 'three'], ['one', 'two'], ['two']]) {
      await world.run({ streams });
      world.clock.advance(5 * MINUTE);
    }
    const asked: string[] = [];

    await world.run({ onEffect: ({ name, about }) => void (name === 'fetch' && asked.push(about)) });

    expect(orderOf(asked)).toEqual(['three', 'one', 'two']);
  });

  it('in slices: a backlog in one of them does not keep the others waiting', async () => {
    const world = threeFeeds({ vendor: { latency: SECOND } });
    addToEach(world, 20, MINUTE);
    vendorOf(world, 'one').addMany(3_000, at('11:00:00'), SECOND);

    const reports = await world.run({ budget: 2 * MINUTE });

    expect(reports.map(({ feed, state }) => [feed, state])).toEqual([
      ['memory/one/acme', 'more'],
      ['memory/two/acme', 'caught-up'],
      ['memory/three/acme', 'caught-up'],
    ]);
    // What the others left of the time is the backlog's.
    expect(reports[0]?.pages).toBeGreaterThan(60);
    expect(vendorOf(world, 'one').requests.length).toBe(reports[0]?.pages);
    expect(world.census(vendorOf(world, 'two').rows)).toMatchObject({ missing: [] });
  });

  it('and one that fails stops no other', async () => {
    const world = threeFeeds();
    addToEach(world, 20, MINUTE);
    vendorOf(world, 'one').onRequest = () => ({ status: 400 });
    vendorOf(world, 'two').onRequest = () => ({ status: 403 });

    const reports = await world.run();

    expect(reports.map(({ state }) => state)).toEqual(['failed', 'forbidden', 'caught-up']);
  });

  it('with one reading of the secret', async () => {
    const world = threeFeeds();
    // Somebody replaces it while the invocation goes on: what it has in hand works, so it does not look.
    const replacing: EffectHook = ({ name, nth }) => {
      if (name === 'fetch' && nth === 2) world.secretVersion = 'v2';
    };

    await world.run({ onEffect: replacing });

    const versions = [...world.vendors.values()].flatMap(({ requests }) => requests.map((one) => one.secretVersion));
    expect(versions.length).toBeGreaterThanOrEqual(3);
    expect(new Set(versions)).toEqual(new Set(['v1']));
  });

  it('with one look at what the credentials may see', async () => {
    let looked = 0;
    const world = threeFeeds({
      visibility: { first: () => ({ url: '/@visibility' }), read: () => ({ seen: 'all' }), compare: () => ({}) },
    });
    world.routes.set('/@visibility', () => {
      looked++;
      return { text: 'all' };
    });

    await world.run();

    expect(looked).toBe(1);
  });

  it('and each keeps its own lease', async () => {
    const world = threeFeeds({ vendor: { latency: 10 * SECOND } });
    vendorOf(world, 'one').addMany(50, at('11:00:00'), MINUTE);
    const first = world.run({ streams: ['one'] });
    await world.clock.wait(SECOND);

    const reports = await world.run();

    expect(reports.map(({ feed, state }) => `${feed} ${state}`).sort()).toEqual([
      'memory/one/acme busy',
      'memory/three/acme caught-up',
      'memory/two/acme caught-up',
    ]);
    expect((await first)[0]?.state).toBe('caught-up');
    expect(world.census(vendorOf(world, 'one').rows)).toEqual(EXACT);
  });
});

describe('rule 22: credentials that two endpoints refuse stop all feeds of the connection', () => {
  function refusedWorld(): World {
    const world = threeFeeds();
    addToEach(world, 20, MINUTE);
    for (const vendor of world.vendors.values()) {
      vendor.onRequest = ({ secretVersion }) => (secretVersion === 'v1' ? { status: 401 } : undefined);
    }
    return world;
  }

  it('each asked once more with the secret read again, and the others not at all', async () => {
    const world = refusedWorld();

    const reports = await world.run();

    expect(reports.map(({ state, error }) => [state, error?.code])).toEqual(Array(3).fill(['refused', 'refused']));
    expect([...world.vendors.values()].map(({ requests }) => requests.length)).toEqual([2, 2, 0]);
  });

  it('but not those that an endpoint accepts', async () => {
    const world = refusedWorld();
    for (const vendor of world.vendors.values()) vendor.onRequest = undefined;
    vendorOf(world, 'two').onRequest = () => ({ status: 401 });

    const reports = await world.run();

    expect(reports.map(({ feed, state }) => [feed, state])).toEqual([
      ['memory/one/acme', 'caught-up'],
      ['memory/two/acme', 'refused'],
      ['memory/three/acme', 'caught-up'],
    ]);
    expect(world.table.loadConnection()?.refusals ?? 0).toBe(0);
  });

  it('uses a secret that was replaced a moment ago within the same run', async () => {
    const world = refusedWorld();
    const replacing: EffectHook = ({ name, nth }) => {
      if (name === 'fetch' && nth === 1) world.secretVersion = 'v1';
      if (name === 'fetch' && nth === 2) world.secretVersion = 'v2';
    };

    const reports = await world.run({ onEffect: replacing });

    expect(reports.map(({ state }) => state)).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(requestsOf(world)).toBeLessThanOrEqual(3 * 3 + 1);
  });

  it('asks again ever more rarely, at least hourly, and says every time how far behind it is', async () => {
    const world = refusedWorld();
    const times: Instant[] = [];
    let lags = 0;
    for (const until = world.now + 8 * HOUR; world.now < until; world.clock.advance(MINUTE)) {
      const before = requestsOf(world);
      const reports = await world.run();
      if (requestsOf(world) > before) times.push(world.now);
      expect(reports.every(({ state }) => state === 'refused')).toBe(true);
      lags += reports.filter(({ lagSeconds }) => lagSeconds !== undefined).length;
    }

    const gaps = times.slice(1).map((time, nth) => Math.round((time - (times[nth] as Instant)) / MINUTE));
    expect(gaps.slice(0, 6).map((gap) => [1, 5, 10, 20, 40, 60].findIndex((most) => gap <= most + 1))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(61);
    expect(Math.min(...gaps.slice(5))).toBeGreaterThanOrEqual(59);
    // A feed that has never taken its lease has no watermark to be behind.
    expect(lags).toBeGreaterThanOrEqual(8 * 60);
    expect(world.counts.filter(({ metric }) => metric === 'LagSeconds').length).toBe(lags);
  });

  it.each([
    ['a new secret', replaceSecret],
    ['a person who asks again', mendAndAsk],
  ] as const)('until %s', async (_, mend) => {
    const world = refusedWorld();
    for (let run = 0; run < 3; run++) {
      world.clock.advance(6 * MINUTE);
      await world.run();
    }
    world.clock.advance(MINUTE);
    const before = requestsOf(world);
    const held = await world.run();
    expect(held.every(({ state, until }) => state === 'refused' && until !== undefined)).toBe(true);
    expect(requestsOf(world)).toBe(before);

    const reports = await mend(world);

    expect(reports.map(({ state }) => state)).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(world.table.loadConnection()).toMatchObject({ refusals: 0 });
    expect(world.table.loadConnection()).not.toHaveProperty('notBefore');
  });

  async function replaceSecret(world: World) {
    world.secretVersion = 'v2';
    return await world.run();
  }

  /** The vendor has unlocked the account: the secret is what it was. */
  async function mendAndAsk(world: World) {
    for (const vendor of world.vendors.values()) vendor.onRequest = undefined;
    return await world.run({ askAgain: true });
  }

  it('says how the feeds went also when the connection’s state cannot be saved', async () => {
    const world = refusedWorld();

    const reports = await world.run({
      onEffect: ({ name }) => (name === 'writeConnection' ? 'lost-before' : undefined),
    });

    expect(reports.map(({ state }) => state)).toEqual(['refused', 'refused', 'refused']);
  });

  it('says what was delivered also when the connection’s state cannot be saved', async () => {
    const world = refusedWorld();
    await world.run();
    world.secretVersion = 'v2';

    const reports = await world.run({
      onEffect: ({ name }) => (name === 'writeConnection' ? 'lost-before' : undefined),
    });

    expect(world.names()).toHaveLength(60);
    expect(reports.map(({ delivered }) => delivered)).toEqual([20, 20, 20]);
  });
});
