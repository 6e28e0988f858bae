import { describe, expect, it } from 'vitest';
import type { Request } from '../../../functions/core/model.ts';
import { ceilTo, floorTo, HOUR, MILLISECOND, MINUTE, type Range, SECOND } from '../../../functions/core/time.ts';
import { Crash, createWorld, type EffectCall, type Fault, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT, FEED, IN_FLIGHT, loginOf, mostInFlight, WINDOW, worldOfWindows } from '../set-up.ts';

/** Requests of a vendor that widens ranges to whole minutes. */
function wholeMinutes({ from, to }: Range): Request {
  return { url: `/events?from=${floorTo(from, MINUTE)}&to=${ceilTo(to, MINUTE)}` };
}

const DIVIDED_BY_OFFSET = { stream: { longestWindow: 2 * HOUR }, vendor: { paging: 'offset' } } satisfies WorldOptions;

describe('rule 43: several requests at the same time', () => {
  const READ_AT_ONCE = [
    ['windows in order', {}],
    ['windows, newest first', { vendor: { order: 'newest-first' } }],
    ['windows without order', { vendor: { order: 'shuffled' } }],
    ['windows with paging by offset', { vendor: { paging: 'offset' } }],
    ['a range that is divided into parts', { stream: { longestWindow: 2 * HOUR } }],
    ['a range that is divided, with paging by offset', DIVIDED_BY_OFFSET],
    ['a vendor that widens ranges to whole minutes', { stream: { longestWindow: 2 * HOUR, first: wholeMinutes } }],
  ] satisfies [string, WorldOptions][];
  const OTHERS = [
    ['windows that are read on from their middle', { stream: { cutAfterPages: 1 } }],
    [
      'rows without order, which cannot be divided',
      { stream: { longestWindow: 2 * HOUR }, vendor: { order: 'shuffled' } },
    ],
    [
      'pages that are never as full as was asked for',
      { stream: { longestWindow: 2 * HOUR }, vendor: { paging: 'offset', mostRows: 3 } },
    ],
    [
      'pages by offset that are read on from their middle',
      { stream: { longestWindow: 2 * HOUR, cutAfterPages: 4 }, vendor: { paging: 'offset' } },
    ],
  ] satisfies [string, WorldOptions][];

  it.each([...READ_AT_ONCE, ...OTHERS])('bring the same events, once each: %s', async (_, options) => {
    const [one, four] = [worldOfWindows({ ...options, requestsInFlight: 1 }), worldOfWindows(options)];
    for (const world of [one, four]) await world.run();

    expect([...four.ids()].sort()).toEqual([...one.ids()].sort());
    expect(four.census()).toEqual(EXACT);
    expect(four.checkpoint().watermark).toBe(one.checkpoint().watermark);
    expect(mostInFlight(one)).toBe(1);
    expect(mostInFlight(four)).toBeLessThanOrEqual(IN_FLIGHT);
  });

  it.each(READ_AT_ONCE)('take less than half of the time: %s', async (_, options) => {
    const [one, four] = [worldOfWindows({ ...options, requestsInFlight: 1 }), worldOfWindows(options)];
    const start = one.now;
    for (const world of [one, four]) await world.run();

    expect(mostInFlight(four)).toBe(IN_FLIGHT);
    expect(four.now - start).toBeLessThan((one.now - start) / 2);
  });

  it.each([
    ['a link to the next page', { order: 'newest-first' }, 0.11],
    ['a link to the next page, and large pages', {}, 0.2],
    ['an offset', { paging: 'offset' }, 0.14],
    ['an offset, and large pages', { paging: 'offset' }, 0.4],
  ] satisfies [string, WorldOptions['vendor'], number][])(
    'are in flight from the first page to the last, also where a part ends: %s',
    async (_, vendor, share) => {
      const world = createWorld({
        startFrom: at('02:00:00'),
        requestsInFlight: IN_FLIGHT,
        vendor: { latency: SECOND, pageSize: 20, precision: MILLISECOND, ...vendor },
        stream: { longestWindow: 3 * HOUR },
      });
      world.answerShare = share;
      world.vendor.addMany(1_200, at('02:00:00'), 29 * SECOND);

      const [report] = await world.run();

      expect(report).toMatchObject({ state: 'caught-up', delivered: 1_200 });
      const { requests } = world.vendor;
      // Sixty pages, and what the ends of the parts cost.
      expect(requests.length).toBeLessThanOrEqual(76);
      const times = requests.map(({ at: asked }) => asked);
      const open = (time: number) => times.filter((asked) => asked <= time && time < asked + SECOND).length;
      const [begin, end] = [Math.min(...times) + 1.5 * SECOND, Math.max(...times) - 2 * SECOND];
      const moments = Array.from({ length: Math.floor((end - begin) / SECOND) }, (_, n) => begin + n * SECOND);
      expect(moments.length).toBeGreaterThan(12);
      expect(moments.map(open)).toEqual(moments.map(() => IN_FLIGHT));
    },
  );

  it.each([
    ['windows', {}],
    ['pages by offset', DIVIDED_BY_OFFSET],
  ] satisfies [string, WorldOptions][])('ask for nothing twice: %s', async (_, options) => {
    const world = worldOfWindows(options);
    await world.run();

    expect(new Set(world.vendor.requests.map(({ url }) => url)).size).toBe(world.vendor.requests.length);
  });

  it('are no more than allowed when pages are suddenly less full, and nothing is left out', async () => {
    const world = worldOfWindows(DIVIDED_BY_OFFSET);
    const ends: number[] = [];
    let most = 0;
    world.vendor.onRequest = ({ number, at: asked }) => {
      if (number === 6) world.vendor.options.mostRows = 3;
      // No two answers come at the same time.
      const latency = SECOND + number * 17 * MILLISECOND;
      ends.push(asked + latency);
      most = Math.max(most, ends.filter((end) => end > asked).length);
      return { latency };
    };
    await world.run();

    expect(most).toBe(IN_FLIGHT);
    expect(world.census()).toEqual(EXACT);
  });

  it('deliver the events of windows in the order of time', async () => {
    const world = worldOfWindows();
    await world.run();

    expect(world.names()).toEqual(Array.from({ length: 88 }, (_, row) => `event ${row}`));
  });

  it('ask only so often about rows that are all of one minute', async () => {
    const world = worldOfWindows({ stream: { longestWindow: 2 * HOUR, first: wholeMinutes } });
    for (let row = 0; row < 40; row++) world.vendor.add({ time: at('10:00:00') + row * SECOND, name: `more ${row}` });
    await world.run();

    expect(world.census()).toEqual(EXACT);
    // So many parts at most, each with the two pages of that minute.
    expect(world.vendor.requests.length).toBeLessThanOrEqual(300);
  });

  it('fail where the failure is: everything before is delivered and committed, and nothing behind it', async () => {
    const world = worldOfWindows();
    const broken = at('10:30:00');
    world.vendor.onRequest = ({ from, to }) => (from <= broken && broken < to - SECOND ? { status: 400 } : undefined);

    const [report] = await world.run();

    expect(report?.state).toBe('failed');
    const before = world.vendor.rows.filter(({ time }) => time < broken);
    expect(world.names()).toEqual(before.map((row) => JSON.parse(row.text).name));
    expect(world.checkpoint().watermark).toBe(broken);
    world.vendor.onRequest = undefined;
    await world.run();
    expect(world.census()).toEqual(EXACT);
  });

  it('stop together when the vendor wants to be left alone, and go on where they were', async () => {
    const world = worldOfWindows();
    world.vendor.faults.push({ status: 429, headers: { 'retry-after': '60' }, when: ({ number }) => number === 9 });

    const [report] = await world.run();

    expect(report?.state).toBe('paused');
    const refused = world.vendor.requests.find(({ status }) => status === 429) as { at: number };
    const told = refused.at + SECOND;
    expect(world.vendor.requests.filter(({ at: asked }) => asked > told)).toEqual([]);
    world.clock.advance(MINUTE);
    await world.run();
    expect(world.census()).toEqual(EXACT);
  });

  it('wait together for a short time', async () => {
    const world = worldOfWindows();
    world.vendor.faults.push({ status: 429, headers: { 'retry-after': '7' }, when: ({ number }) => number === 9 });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 88, retries: 1 });
    const refused = world.vendor.requests.find(({ status }) => status === 429) as { at: number };
    const told = refused.at + SECOND;
    const during = world.vendor.requests.filter(({ at: asked }) => asked > told && asked < told + 7 * SECOND);
    expect(during).toEqual([]);
    expect(world.census()).toEqual(EXACT);
  });

  it('go on with a new secret, each after one refusal', async () => {
    const world = worldOfWindows();
    world.vendor.onRequest = ({ secretVersion, number }) => {
      if (number === 8) world.secretVersion = 'v2';
      return number > 8 && secretVersion === 'v1' ? { status: 401 } : undefined;
    };

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 88 });
    expect(world.vendor.requests.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(IN_FLIGHT);
    expect(world.table.loadConnection()?.refusals ?? 0).toBe(0);
    expect(world.census()).toEqual(EXACT);
  });

  it('stop with a secret that is good for nothing any more, each after two refusals', async () => {
    const world = worldOfWindows();
    world.vendor.onRequest = ({ number }) => (number > 8 ? { status: 401 } : undefined);

    const [report] = await world.run();

    expect(report?.state).toBe('refused');
    expect(world.vendor.requests.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(2 * IN_FLIGHT);
  });

  it('sign in once when their session has ended', async () => {
    const world = worldOfWindows({ login: true });
    const login = loginOf(world);
    world.vendor.onRequest = ({ number }) => {
      if (number === 10) login.end();
      return undefined;
    };

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 88 });
    expect(login.signIns).toHaveLength(2);
    expect(world.census()).toEqual(EXACT);
  });

  it.each([10, 20, 40])('leave the last tenth of a quota of %i to others', async (limit) => {
    const world = worldOfWindows();
    world.vendor.quota.limit = limit;

    while ((await world.run())[0]?.state !== 'caught-up') world.clock.advance(MINUTE);

    const byMinute = Map.groupBy(world.vendor.requests, ({ at: asked }) => floorTo(asked, MINUTE));
    const most = Math.max(...[...byMinute.values()].map(({ length }) => length));
    expect(most).toBeLessThanOrEqual(limit - limit / 10);
    expect(world.census()).toEqual(EXACT);
  });
});

describe('rule 43: a crash while several windows are read', () => {
  const KINDS = [
    ['windows', { stream: { longestWindow: WINDOW } }],
    ['windows without order', { stream: { longestWindow: WINDOW }, vendor: { order: 'shuffled' } }],
    ['parts', { stream: { longestWindow: 2 * HOUR } }],
    ['pages by offset', DIVIDED_BY_OFFSET],
  ] satisfies [string, WorldOptions][];

  /** So slow that there are several flushes. */
  function slowWorld({ vendor, stream }: WorldOptions): World {
    const world = createWorld({
      startFrom: at('11:00:00'),
      requestsInFlight: IN_FLIGHT,
      vendor: { latency: 12 * SECOND, pageSize: 4, ...vendor },
      stream: { overlap: 20 * MINUTE, ...stream },
    });
    world.vendor.addMany(64, at('11:00:00'), 50 * SECOND);
    return world;
  }

  function faultsOf({ name }: EffectCall): Fault[] {
    const faults: Fault[] = ['crash-before', 'crash-after'];
    return name === 'put' || name === 'remember' ? [...faults, 'crash-midway'] : faults;
  }

  /** The ids of what was delivered and not remembered: these may come again. */
  function inDoubt(world: World): string[] {
    const remembered = new Set<string>();
    const { seal } = world.invoke().effects;
    for (const { keys } of world.table.loadSeen(FEED, '', '~', world.now)) {
      for (const key of Buffer.from(keys).toString('hex').match(/.{16}/g) ?? []) remembered.add(key);
    }
    return world.ids().filter((id) => !remembered.has(Buffer.from(seal(id)).toString('hex')));
  }

  it.each(KINDS)(
    'loses nothing, whatever step it comes at, and repeats at most what was on its way: %s',
    async (_, options) => {
      const calls: EffectCall[] = [];
      await slowWorld(options).run({ onEffect: (call) => void calls.push(call) });
      expect(calls.filter(({ name }) => name === 'put').length).toBeGreaterThan(2);
      for (const call of calls) {
        for (const fault of faultsOf(call)) {
          const world = slowWorld(options);
          const crashed = world.run({ onEffect: ({ number }) => (number === call.number ? fault : undefined) });
          await expect(crashed, `${call.name} ${call.number} ${fault}`).rejects.toThrow(Crash);
          const mayRepeat = inDoubt(world);
          const { watermark } = world.table.load(FEED) ?? { watermark: 0 };
          expect(world.census(world.vendor.rows.filter(({ time }) => time < watermark)).missing).toEqual([]);
          world.clock.advance(10 * MINUTE);
          await world.runUntilCaughtUp();

          const { missing, invented } = world.census();
          expect({ missing, invented }, `${call.name} ${call.number} ${fault}`).toEqual({ missing: [], invented: [] });
          const repeated = world.ids().filter((id, n, all) => all.indexOf(id) !== n);
          expect(repeated.filter((id) => !mayRepeat.includes(id))).toEqual([]);
        }
      }
    },
  );
});
