import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { isOrigin } from '../functions/core/config/connection.ts';
import { DAY, HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../functions/core/time.ts';
import { Http } from '../functions/shell/network/http.ts';
import { Telemetry } from '../functions/shell/telemetry/telemetry.ts';
import { Crash, createWorld, type EffectHook, type World, type WorldOptions } from './memory/world.ts';

// What DESIGN.md promises, each in one scenario that fails when the promise is broken. test/rules has the awkward cases.

const EXACT = { missing: [], invented: [], repeated: [] };

function at(time: string): Instant {
  return parseInstant(`2026-03-02T${time}Z`) as Instant;
}

function worldSince(startFrom: string, options: WorldOptions = {}): World {
  return createWorld({ startFrom: at(startFrom), ...options });
}

/** A run every five minutes, as long as said. */
async function runFor(world: World, time: number): Promise<void> {
  for (const until = world.now + time; world.now < until; world.clock.advance(5 * MINUTE)) await world.run();
}

describe('promise 1: nothing is lost', () => {
  /** Two pages and one flush in each of three windows. */
  function windows(): World {
    // So slow that there are several flushes.
    const world = worldSince('11:00:00', { stream: { longestWindow: 20 * MINUTE }, vendor: { latency: 8 * SECOND } });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    return world;
  }

  /** No checkpoint may say that more is delivered than has been accepted. */
  function watchWatermark(world: World): EffectHook {
    return ({ name, value }) => {
      if (name !== 'write') return;
      const { watermark } = value as { watermark: Instant };
      const below = world.vendor.visible.filter(({ time }) => time < watermark);
      expect(world.census(below).missing).toEqual([]);
    };
  }

  it('whatever step the process dies at: what comes twice is two flushes at most, with the same ids', async () => {
    let effects = 0;
    const counting = windows();
    await counting.run({ onEffect: () => void effects++ });
    expect(effects).toBeGreaterThan(15);

    for (let number = 1; number <= effects; number++) {
      for (const fault of ['crash-before', 'crash-midway', 'crash-after'] as const) {
        const world = windows();
        const watch = watchWatermark(world);
        const dying: EffectHook = (call) => (call.number === number ? fault : watch(call));
        const run = world.run({ onEffect: dying });
        await expect(run).rejects.toThrow(Crash);
        world.clock.advance(6 * MINUTE);
        await world.runUntilCaughtUp({ onEffect: watch });

        const { missing, invented, repeated } = world.census();
        expect([missing, invented], `${fault} ${number}`).toEqual([[], []]);
        expect(repeated.length, `${fault} ${number}`).toBeLessThanOrEqual(40);
        expect(world.ids().length, `${fault} ${number}`).toBe(55 + repeated.length);
      }
    }
  });
});

describe('promise 2: late events are found', () => {
  it('in the overlap, once, also where more was delivered in it than fits into memory', async () => {
    const world = worldSince('09:00:00');
    world.vendor.addMany(360, at('09:00:00'), MINUTE);
    const late = world.vendor.add({ time: at('11:40:00'), name: 'late', visibleAt: at('12:05:00') });
    await runFor(world, 20 * MINUTE);

    expect(world.names().filter((name) => name === 'late')).toHaveLength(1);
    expect(world.census([late])).toMatchObject({ missing: [], repeated: [] });
    expect(world.count('Late')).toBe(1);

    const later = world.vendor.add({ time: at('11:52:00'), name: 'later', visibleAt: at('12:21:00') });
    world.clock.advance(2 * MINUTE);
    const [report] = await world.run({ maxSeenKeys: 10 });
    expect(report?.warnings).toEqual([]);
    expect(world.names().filter((name) => name === 'later')).toHaveLength(1);
    expect(world.census([late, later])).toMatchObject({ missing: [], repeated: [] });
  });
});

describe('promise 3: equal is not the same', () => {
  it.each(['ascending', 'newest-first'] as const)(
    'twins arrive as often as there are, over page edges, resumed runs and re-reads: %s',
    async (order) => {
      const world = worldSince('11:00:00', { vendor: { order, pageSize: 4, latency: 3 * SECOND } });
      for (let minute = 0; minute < 50; minute++) {
        for (let twin = 0; twin <= minute % 3; twin++) {
          world.vendor.add({ time: at('11:00:00') + minute * MINUTE, name: 'failed login' });
        }
      }

      const runs = await world.runUntilCaughtUp({ budget: 30 * SECOND });
      await runFor(world, 20 * MINUTE);

      expect(runs.length).toBeGreaterThan(2);
      expect(world.census()).toEqual(EXACT);
    },
  );
});

describe('promise 4: one worker', () => {
  it('of three at once works; lost answers and a crash cost no more than the lease', async () => {
    const world = worldSince('11:00:00', { vendor: { latency: SECOND } });
    world.vendor.addMany(57, at('11:00:00'), MINUTE);
    const losing: EffectHook = ({ name, nth }) => (name === 'write' && nth % 2 === 1 ? 'lost-after' : undefined);

    const reports = await Promise.all([1, 2, 3].map(() => world.run({ onEffect: losing })));
    expect(reports.map(([report]) => report?.state).sort()).toEqual(['busy', 'busy', 'caught-up']);

    world.clock.advance(5 * MINUTE);
    world.vendor.add({ time: world.now - 3 * MINUTE, name: 'next' });
    const dying: EffectHook = ({ name }) => (name === 'put' ? 'crash-before' : undefined);
    await expect(world.run({ budget: MINUTE, onEffect: dying })).rejects.toThrow(Crash);
    expect((await world.run())[0]?.state).toBe('busy');
    world.clock.advance(MINUTE + 5 * SECOND);
    expect((await world.run())[0]?.state).toBe('caught-up');
    expect((await world.run())[0]?.state).toBe('caught-up');

    expect(world.census()).toEqual(EXACT);
  });
});

describe('promise 5: one bad record stops nobody', () => {
  it('what cannot be mapped, or taken, arrives in another form; what is no page holds the watermark', async () => {
    const world = worldSince('11:00:00', {
      stream: {
        map: ({ value }) => {
          const { name } = value as { name: string };
          if (name === 'unmappable') throw new Error('a name that cannot be');
          return { message: name, event: { action: 'event' } };
        },
      },
    });
    world.vendor.addMany(20, at('11:00:00'), MINUTE);
    const odd = world.vendor.add({ time: at('11:05:30'), name: 'unmappable' });
    const large = world.vendor.add({ time: at('11:06:30'), name: 'large', fields: { all: 'x'.repeat(1_500_000) } });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 22, unmapped: 1, quarantined: 1 });
    const error = world.delivered().find(({ event }) => event.kind === 'pipeline_error');
    expect(error).toMatchObject({
      event: { original: odd.text },
      error: { message: expect.stringContaining('cannot be') },
    });
    expect(world.delivered().filter(({ tidemark }) => tidemark.shortened)).toHaveLength(1);
    expect([...world.table.quarantine.values()]).toEqual([expect.objectContaining({ reason: 'oversized' })]);
    expect([...world.table.quarantine.values()][0]?.text.length).toBeGreaterThanOrEqual(large.text.length);

    const { watermark } = world.checkpoint();
    world.clock.advance(HOUR);
    world.vendor.faults.push({ text: '<html>proxy</html>' });
    expect((await world.run())[0]).toMatchObject({ state: 'failed', error: { code: 'unreadable' } });
    expect(world.checkpoint().watermark).toBe(watermark);
  });
});

describe('promise 6: it knows its deadline', () => {
  it('a run whose time is up stops asking early enough, and the next goes on from there', async () => {
    const world = worldSince('06:00:00', { vendor: { latency: 2 * SECOND } });
    world.vendor.addMany(350, at('06:00:00'), MINUTE);
    const start = world.now;

    const [report] = await world.run({ budget: MINUTE });
    const last = Math.max(...world.vendor.requests.map((request) => request.at));
    const next = await world.runUntilCaughtUp({ budget: MINUTE });

    expect(report).toMatchObject({ state: 'more', delivered: world.vendor.options.pageSize * (report?.pages ?? 0) });
    expect(last - start).toBeLessThan(50 * SECOND);
    expect(next.flat().every(({ state }) => state === 'more' || state === 'caught-up')).toBe(true);
    expect(world.vendor.requests.length).toBeLessThan(45);
    expect(world.census(world.vendor.rows)).toEqual(EXACT);
  });

  it('every run ends in its time with progress, though the vendor answers one request in three', async () => {
    const world = worldSince('06:00:00', { vendor: { latency: 2 * SECOND } });
    world.vendor.addMany(350, at('06:00:00'), MINUTE);
    world.vendor.onRequest = ({ number }) => (number % 3 === 0 ? { latency: DAY } : undefined);

    let runs = 0;
    for (let state = 'more'; state !== 'caught-up' && runs < 60; runs++) {
      const start = world.now;
      const before = world.names().length;
      const [report] = await world.run({ budget: MINUTE });
      state = report?.state ?? '';
      expect(world.now - start).toBeLessThanOrEqual(MINUTE);
      expect(world.names().length).toBeGreaterThan(before);
      expect(world.checkpoint()).not.toHaveProperty('owner');
    }

    expect(runs).toBeGreaterThan(3);
    expect(world.census(world.vendor.rows)).toEqual(EXACT);
  });
});

describe('promise 7: it is a polite client', () => {
  it('keeps the times it is given, leaves the last tenth of a quota, and hammers no login', async () => {
    const world = worldSince('11:00:00');
    world.vendor.addMany(300, at('11:00:00'), 10 * SECOND);
    world.vendor.faults.push({ status: 429, headers: { 'retry-after': '5' } });
    world.vendor.faults.push({ status: 503, headers: { 'retry-after': '1200' } });
    await world.run();
    await runFor(world, 15 * MINUTE);
    const [first, second] = world.vendor.requests.map((request) => request.at);
    expect(world.vendor.requests).toHaveLength(2);
    expect((second as Instant) - (first as Instant)).toBeGreaterThanOrEqual(5 * SECOND);

    Object.assign(world.vendor.quota, { limit: 20 });
    await world.runUntilCaughtUp();
    expect(world.vendor.requests.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(world.vendor.requests[2]?.at).toBeGreaterThanOrEqual((second as Instant) + 1_200 * SECOND);

    world.vendor.onRequest = () => ({ status: 401 });
    const asked = world.vendor.requests.length;
    await runFor(world, 6 * HOUR);
    expect(world.vendor.requests.length - asked).toBeLessThanOrEqual(2 * 12);
  });
});

describe('promise 8: secrets stay secret', () => {
  it('they go to the connection’s own origin only, and are masked wherever they would be written', async () => {
    const seen: string[] = [];
    const listen = async (name: string) => {
      const server = createServer(({ url, headers }, response) => {
        seen.push(`${name} ${url} ${headers.authorization}`);
        response.writeHead(302, { location: foreignOrigin }).end();
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    };
    const foreign = await listen('foreign');
    const foreignOrigin = foreign.origin;
    const own = await listen('own');
    const http = new Http(own.origin, undefined);
    const ask = (url: string) => http.send({ url }, { authorization: 'Bearer hunter2' }, SECOND);

    for (const url of [`${foreign.origin}/next`, `${foreign.origin}/?${own.origin}/`, '//evil.example/']) {
      await expect(ask(url)).rejects.toMatchObject({ code: 'origin' });
    }
    expect((await ask('/redirected')).status).toBe(302);
    http.close();
    for (const { server } of [own, foreign]) server.close();
    expect(seen).toEqual(['own /redirected Bearer hunter2']);

    expect(['http://api.example.com', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1'].some(isOrigin)).toBe(false);
    const written: string[] = [];
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const telemetry = new Telemetry('memory', 'debug');
    telemetry.hide('a"secret token');
    telemetry.log('error', 'refused: a"secret token', { 'a"secret token': ['a%22secret%20token'] });
    stderr.mockRestore();
    expect(written).toHaveLength(1);
    expect(written[0]).not.toMatch(/secret(%20| )token/);
  });
});
