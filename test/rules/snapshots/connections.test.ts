import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { inventoryStream, inventoryWorld, MemoryInventory } from '../../memory/inventory.ts';
import { MemoryQuota } from '../../memory/quota.ts';
import type { World } from '../../memory/world.ts';
import { at } from '../set-up.ts';

const KEYS = { streams: ['keys'] } as const;

/** A log and two lists of one connection. */
function mixedWorld(options: Parameters<typeof inventoryWorld>[0] = {}) {
  const { world, keys } = inventoryWorld({
    startFrom: at('11:00:00'),
    ...options,
    source: { ...options.source, snapshots: [inventoryStream('locks')] },
  });
  const locks = new MemoryInventory(world, 'locks');
  for (const list of [keys, locks]) list.add(25);
  world.vendor.addMany(55, at('11:00:00'), MINUTE);
  return { world, keys, locks };
}

function statesOf(reports: readonly { feed: string; state: string }[]): Record<string, string> {
  return Object.fromEntries(reports.map(({ feed, state }) => [feed.split('/')[1], state]));
}

function namesOf(world: World, stream: string): string[] {
  const own = world.delivered().filter(({ tidemark }) => tidemark.feed === `memory/${stream}/acme`);
  return own.map(({ message = '' }) => message);
}

/** A list whose answers tell a quota. */
function withQuota(world: World, list: MemoryInventory, limits: Partial<MemoryQuota>): void {
  const quota = Object.assign(new MemoryQuota(), limits);
  list.onRequest = () => quota.refuse(world.now) ?? { headers: quota.headers() };
}

describe('rule 22: snapshot feeds and event feeds in one invocation', () => {
  it('share it, the most lagging first', async () => {
    const { world } = mixedWorld();
    for (const streams of [['events', 'keys', 'locks'], ['keys', 'events'], ['keys']]) {
      await world.run({ streams });
      world.clock.advance(5 * MINUTE);
    }
    const asked: string[] = [];

    const reports = await world.run({
      onEffect: ({ name, about }) => void (name === 'fetch' && asked.push(/^\/(\w+)/.exec(about)?.[1] ?? '')),
    });

    expect([...new Set(asked)]).toEqual(['locks', 'events', 'keys']);
    expect(statesOf(reports)).toEqual({ events: 'caught-up', keys: 'caught-up', locks: 'caught-up' });
  });

  it('in slices: a list too long for its slice keeps nobody waiting, and begins again in what the others leave', async () => {
    const { world, keys } = mixedWorld();
    keys.add(400);
    keys.latency = SECOND;
    await world.run({ streams: ['events', 'locks'] });

    const reports = await world.run({ budget: 2 * MINUTE });

    expect(statesOf(reports)).toEqual({ events: 'caught-up', keys: 'caught-up', locks: 'caught-up' });
    expect(keys.requests.filter(({ page }) => page === 0)).toHaveLength(2);
    expect(reports.find(({ feed }) => feed.includes('keys'))?.pages).toBe(keys.requests.length);
    expect(namesOf(world, 'keys')).toEqual(['400 keys']);
  });

  it('and one that fails stops no other', async () => {
    const { world, keys } = mixedWorld();
    keys.onRequest = () => ({ status: 400 });

    expect(statesOf(await world.run())).toEqual({ events: 'caught-up', keys: 'failed', locks: 'caught-up' });
  });
});

describe('a snapshot feed whose credentials may not read it', () => {
  it('is left alone for an hour; the other feeds of the connection go on', async () => {
    const { world, keys } = mixedWorld();
    keys.onRequest = () => ({ status: 403 });
    const states: string[] = [];
    for (let run = 0; run < 13; run++) {
      const reports = await world.run();
      states.push(statesOf(reports).keys ?? '');
      expect(statesOf(reports)).toMatchObject({ events: 'caught-up', locks: 'caught-up' });
      const report = reports.find(({ feed }) => feed.includes('keys'));
      expect(report).toMatchObject({
        error: { code: 'forbidden' },
        until: expect.any(String),
        lagSeconds: expect.any(Number),
      });
      world.clock.advance(5 * MINUTE);
    }

    expect(states).toEqual(Array(13).fill('forbidden'));
    expect(keys.requests).toHaveLength(2);
    expect((keys.requests[1]?.at ?? 0) - (keys.requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(HOUR);
  });

  it.each([
    [
      'a new secret',
      (world: World) => {
        world.secretVersion = 'v2';
      },
      false,
    ],
    ['a person who asks again', () => undefined, true],
  ] as const)('until %s', async (_, mend, askAgain) => {
    const { world, keys } = mixedWorld();
    keys.onRequest = ({ page }) => (page === 1 ? { status: 403 } : undefined);
    await world.run(KEYS);
    keys.onRequest = undefined;
    world.clock.advance(5 * MINUTE);
    expect(statesOf(await world.run(KEYS))).toEqual({ keys: 'forbidden' });
    mend(world);

    expect(statesOf(await world.run({ ...KEYS, askAgain }))).toEqual({ keys: 'caught-up' });
  });
});

describe('a snapshot feed whose credentials are refused', () => {
  it('reads the secret again once, and stops no other feed', async () => {
    const { world, keys } = mixedWorld();
    keys.onRequest = () => ({ status: 401 });

    const reports = await world.run({ streams: ['keys', 'locks'] });

    expect(statesOf(reports)).toEqual({ keys: 'refused', locks: 'caught-up' });
    expect(keys.requests).toHaveLength(2);
    expect(world.table.loadConnection()?.refusals ?? 0).toBe(0);
  });

  it('goes on within the run with a secret that was replaced a moment ago', async () => {
    const { world, keys } = mixedWorld();
    keys.onRequest = ({ secretVersion }) => (secretVersion === 'v1' ? { status: 401 } : undefined);

    const [report] = await world.run({
      ...KEYS,
      onEffect: ({ name, nth }) => {
        if (name === 'fetch' && nth === 2) world.secretVersion = 'v2';
      },
    });

    expect(report).toMatchObject({ state: 'caught-up', retries: 1, delivered: 1 });
  });
});

describe('rule 23: a snapshot feed and the vendor’s pauses', () => {
  it('waits in place when that is short', async () => {
    const { world, keys } = mixedWorld();
    keys.replies.push({}, { status: 429, headers: { 'retry-after': '5' } });

    const [report] = await world.run(KEYS);

    expect(report).toMatchObject({ state: 'caught-up', pages: 3, retries: 1 });
    expect((keys.requests[2]?.at ?? 0) - (keys.requests[1]?.at ?? 0)).toBeGreaterThanOrEqual(5 * SECOND);
    expect(world.count('Throttled')).toBe(1);
  });

  it('ends when it is long, compares nothing, asks nothing before that time, and says how far behind it is', async () => {
    const { world, keys } = mixedWorld();
    await world.run(KEYS);
    world.clock.advance(HOUR);
    keys.things.set('new', {});
    keys.replies.push({}, { status: 429, headers: { 'retry-after': '1800' } });

    const [paused] = await world.run(KEYS);
    const asked = keys.requests.length;
    world.clock.advance(25 * MINUTE);
    const [held] = await world.run(KEYS);
    world.clock.advance(6 * MINUTE);
    const before = keys.requests.length;
    const [report] = await world.run(KEYS);

    expect(paused).toMatchObject({ state: 'paused', fetched: 0, until: expect.any(String) });
    expect(held).toMatchObject({ state: 'paused', until: paused?.until, pages: 0 });
    expect(held?.lagSeconds).toBeGreaterThanOrEqual(3_600 + 25 * 60);
    expect([asked, before]).toEqual([5, 5]);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 1 });
  });

  it('a quota too small for the list, of which others leave one request at a time, slows it and never starves it', async () => {
    const { world, keys } = mixedWorld();
    withQuota(world, keys, { limit: 20, othersUse: 19 });
    const reports = await world.runUntilCaughtUp({ ...KEYS, mostRuns: 10 });

    expect(reports.length).toBeGreaterThan(1);
    expect(world.names()).toEqual(['25 keys']);
    expect(world.snapshotCheckpoint('keys')).not.toHaveProperty('waitsInPlace');
  });

  it('but a pause before the first page is kept, not sat out', async () => {
    const { world, keys } = mixedWorld();
    keys.onRequest = () => ({ status: 429, headers: { 'retry-after': '60' } });
    await world.run(KEYS);
    world.clock.advance(2 * MINUTE);
    const start = world.now;

    const [report] = await world.run(KEYS);

    expect(report?.state).toBe('paused');
    expect(world.now - start).toBeLessThan(10 * SECOND);
    expect(keys.requests).toHaveLength(2);
  });

  it('the host’s wish to end is heard between pages', async () => {
    const { world, keys } = mixedWorld();
    keys.latency = SECOND;

    const [report] = await world.run({ ...KEYS, stopAt: world.now + 1.5 * SECOND });

    expect(report).toMatchObject({ state: 'stopped', pages: 2, delivered: 0 });
    expect(await world.run(KEYS)).toMatchObject([{ state: 'caught-up' }]);
  });
});

describe('a snapshot feed’s connection', () => {
  it('is as it was found out to be, for its requests and for its events', async () => {
    const { world, keys } = inventoryWorld({
      source: {
        lookups: [
          {
            name: 'customer',
            age: HOUR,
            wanted: () => true,
            first: () => ({ url: '/@customer' }),
            read: ([answer]) => ({ found: answer?.text }),
          },
        ],
        scope: ({ found }) => ({ customer: String(found?.customer) }),
      },
      stream: {
        first: ({ found }) => ({ url: found?.customer === 'c-1' ? '/keys-0' : '/@none' }),
        read: (answer, _, { found }) => ({
          rows: [{ value: { key: found?.customer, value: answer.text }, text: answer.text }],
          asks: [],
        }),
        mapBaseline: (_, { found }) => ({ message: `of ${found?.customer}`, event: { kind: 'state' } }),
        mapChange: ({ key }, { found }) => ({ message: `${key} of ${found?.customer}`, event: {} }),
      },
    });
    world.routes.set('/@customer', () => ({ text: 'c-1' }));
    keys.add(1);
    await world.run(KEYS);
    keys.add(1, 'new');
    world.clock.advance(HOUR);
    await world.run(KEYS);

    expect(world.names()).toEqual(['of c-1', 'c-1 of c-1']);
    expect(world.snapshotCheckpoint('keys').scope).toBe('{"customer":"c-1"}');
  });

  it('warns of what its credentials may see', async () => {
    const { world } = mixedWorld({
      visibility: {
        first: () => ({ url: '/@visibility' }),
        read: () => ({ seen: 'little' }),
        compare: () => ({ warning: 'It sees little.' }),
      },
    });
    world.routes.set('/@visibility', () => ({ text: '' }));

    expect(await world.run(KEYS)).toMatchObject([{ state: 'caught-up', warnings: ['It sees little.'] }]);
  });

  it('counts lag, and no hours until a retention that it has not', async () => {
    const { world, keys } = mixedWorld();
    await world.run(KEYS);
    keys.onRequest = () => ({ status: 500 });
    world.clock.advance(3 * HOUR);
    await world.run(KEYS);

    const lags = world.counts.filter(({ metric }) => metric === 'LagSeconds').map(({ value }) => value);
    expect(lags).toHaveLength(2);
    expect(lags[1]).toBeGreaterThanOrEqual(3 * 3_600);
    expect(world.counts.filter(({ metric }) => metric === 'RetentionLeftHours')).toEqual([]);
  });
});
