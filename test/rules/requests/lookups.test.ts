import { describe, expect, it } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import type { Lookup } from '../../../functions/core/model.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { letterVisibility } from '../../memory/source.ts';
import type { Reply } from '../../memory/vendor.ts';
import { Crash, createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

/** A lookup that asks `/@<name>` for a text. */
function lookup(name: string, own: Partial<Lookup> = {}): Lookup {
  return {
    name,
    age: DAY,
    wanted: () => true,
    first: () => ({ url: `/@${name}` }),
    read: ([answer]) => ({ found: answer?.text }),
    ...own,
  };
}

/** Without the customer nothing can be asked. */
const CUSTOMER = lookup('customer', { remedy: 'Set settings.customer.', age: 10 * DAY });
const NAMES = lookup('names');

/** What answers at a path, how often, and when it was asked. */
class Route {
  reply: Reply = {};
  readonly urls: string[] = [];
  readonly times: Instant[] = [];

  constructor(world: World, path: string, reply: Reply) {
    this.reply = reply;
    world.routes.set(path, (_, url) => {
      this.urls.push(url);
      this.times.push(world.now);
      return this.reply;
    });
  }
}

function lookupWorld(
  lookups: readonly Lookup[] = [CUSTOMER, NAMES],
  options: WorldOptions = {},
): { world: World; customer: Route; names: Route } {
  const world = createWorld({ startFrom: at('11:00:00'), ...options, source: { lookups, ...options.source } });
  world.vendor.addMany(20, at('11:00:00'), MINUTE);
  const customer = new Route(world, '/@customer', { text: 'c-1' });
  return { world, customer, names: new Route(world, '/@names', { text: 'Ann' }) };
}

async function runFor(world: World, time: Duration, options = {}): Promise<void> {
  for (const end = world.now + time; world.now < end; world.clock.advance(5 * MINUTE)) await world.run(options);
}

/** The URLs that are asked during a run, in order. */
async function asked(world: World, options: Parameters<World['run']>[0] = {}): Promise<string[]> {
  const urls: string[] = [];
  await world.run({
    ...options,
    onEffect: ({ name, about }) => void (name === 'fetch' && urls.push(about.split('?')[0] ?? '')),
  });
  return urls;
}

/** Feeds that cannot ask without the customer, and show all that was found. */
const SHOWING: WorldOptions = {
  stream: {
    first: ({ from, to }, { found = {} }) => {
      if (found.customer === undefined) throw new Error('asked before the customer was known');
      return { url: `/events?from=${from}&to=${to}&customer=${found.customer}` };
    },
    map: (_, __, { found }) => ({ message: JSON.stringify(found), event: { category: ['configuration'] } }),
  },
};

describe('rule 12: what is to be found out about a connection', () => {
  it('is found out before anything is asked, and reaches what asks and what maps', async () => {
    const { world } = lookupWorld(undefined, SHOWING);

    expect((await asked(world)).slice(0, 3)).toEqual(['/@customer', '/@names', '/events']);

    expect(world.vendor.requests.every(({ url }) => url.includes('customer=c-1'))).toBe(true);
    expect(world.names()[0]).toBe('{"customer":"c-1","names":"Ann"}');
    expect(world.names().length).toBe(20);
  });

  it('is asked for at the same time where the connection allows it, after what it depends on', async () => {
    const others = ['accounts', 'names', 'places'].map((name) =>
      lookup(name, { wanted: ({ found }) => found?.customer !== undefined }),
    );
    const { world, customer, names } = lookupWorld([...others, CUSTOMER], { ...SHOWING, requestsInFlight: 2 });
    customer.reply = { text: 'c-1', latency: SECOND };
    names.reply = { text: 'Ann', latency: SECOND };
    const accounts = new Route(world, '/@accounts', { text: 'A', latency: SECOND });
    const places = new Route(world, '/@places', { text: 'P', latency: SECOND });
    const start = world.now;
    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 20 });
    const seconds = [customer, accounts, names, places].map(({ times }) =>
      times.map((time) => Math.floor((time - start) / SECOND)),
    );
    expect(seconds).toEqual([[0], [1], [1], [2]]);
    expect(JSON.parse(world.names()[0] ?? '')).toEqual({ customer: 'c-1', accounts: 'A', names: 'Ann', places: 'P' });
  });

  it('leaves no request on its way when another one has failed', async () => {
    const { world, customer, names } = lookupWorld([CUSTOMER, NAMES], { requestsInFlight: 2 });
    customer.reply = { status: 400 };
    names.reply = { text: 'Ann', latency: 3 * SECOND };
    const start = world.now;

    const [report] = await world.run();

    expect(report?.state).toBe('failed');
    expect(world.now - start).toBeGreaterThanOrEqual(3 * SECOND);
    expect(names.times).toHaveLength(1);
    world.clock.advance(5 * MINUTE);
    customer.reply = { text: 'c-1' };
    expect((await world.run())[0]?.state).toBe('caught-up');
    // What the other one has found was kept.
    expect(names.times).toHaveLength(1);
  });

  it('is found out once for all feeds, and kept with the connection', async () => {
    const { world, customer, names } = lookupWorld(undefined, { more: [{ stream: { name: 'two' } }] });

    await runFor(world, 20 * 60 * MINUTE);

    expect(customer.times.length).toBe(1);
    expect(names.times.length).toBe(1);
  });

  it('is asked again when it has become too old', async () => {
    const { world, customer, names } = lookupWorld();
    await runFor(world, 71 * HOUR);

    expect(customer.times.length).toBe(1);
    expect(names.times.map((time) => Math.round((time - at('12:00:00')) / HOUR))).toEqual([0, 24, 48]);
  });

  it('is asked again when the secret has changed', async () => {
    const { world, customer, names } = lookupWorld();
    await world.run();
    customer.reply = { text: 'c-2' };

    world.secretVersion = 'v2';
    await world.run();
    await world.run();

    expect([customer.times.length, names.times.length]).toEqual([2, 2]);
    expect(world.table.loadConnection()?.found?.customer).toMatchObject({ json: '"c-2"', secretVersion: 'v2' });
  });

  it('may take several questions', async () => {
    const paged = lookup('names', {
      first: () => ({ url: '/@names?page=0' }),
      read: (answers) =>
        answers.length < 3
          ? { next: { url: `/@names?page=${answers.length}` } }
          : { found: answers.map(({ text }) => text) },
    });
    const { world, names } = lookupWorld([paged]);

    await world.run();

    expect(names.urls).toEqual(['/@names?page=0', '/@names?page=1', '/@names?page=2']);
    expect(world.table.loadConnection()?.found?.names?.json).toBe('["Ann","Ann","Ann"]');
  });

  it('may build on what was found before it', async () => {
    const byCustomer = lookup('names', {
      wanted: ({ found }) => found?.customer !== undefined,
      first: ({ found }) => ({ url: `/@names?of=${found?.customer}` }),
    });
    const { world, names } = lookupWorld([CUSTOMER, byCustomer]);

    await runFor(world, 25 * HOUR);

    expect(names.urls).toEqual(['/@names?of=c-1', '/@names?of=c-1']);
  });

  it('is not asked where it is not wanted', async () => {
    const wanted = { wanted: ({ settings }: { settings: object }) => !('customer' in settings) };
    const { world, customer } = lookupWorld([{ ...CUSTOMER, ...wanted }], { settings: { customer: 'c-9' } });

    await world.run();

    expect(customer.times).toEqual([]);
    expect(world.names().length).toBe(20);
  });

  it('may be that there is nothing to find', async () => {
    const { world, names } = lookupWorld([lookup('names', { read: () => ({ found: undefined }) })], {
      stream: { map: (_, __, { found }) => ({ message: JSON.stringify(found), event: {} }) },
    });

    await runFor(world, 5 * HOUR);

    expect(names.times.length).toBe(1);
    expect(world.names()[0]).toBe('{"names":null}');
  });

  it.each([
    [
      'a name as a key of ours',
      { at: 5, from: 'x', until: 1e300, to: '2026-03-02T12:00:00Z', floor: -1, notBefore: 0.5 },
    ],
    ['a key that is no field', JSON.parse('{"__proto__":{"a":1},"constructor":2}')],
    ['text of any kind', ['\u0000', '\ud800', '"|=\n', 'é', '2026-03-02T12:00:00Z']],
    ['nothing', [null, '', 0, false, {}, []]],
  ])('comes back from the table as it was: %s', async (_, value) => {
    const seen: unknown[] = [];
    const { world } = lookupWorld([lookup('at', { read: () => ({ found: value }) })], {
      stream: {
        first: ({ from, to }, { found }) => {
          seen.push(found?.at);
          return { url: `/events?from=${from}&to=${to}` };
        },
      },
    });
    world.routes.set('/@at', () => ({ text: '' }));

    await runFor(world, 10 * MINUTE);

    expect(seen.length).toBe(2);
    for (const one of seen) expect(JSON.stringify(one)).toBe(JSON.stringify(value));
  });

  it('is not lost by another invocation that could not find it out', async () => {
    const { world, names } = lookupWorld([CUSTOMER, NAMES], { more: [{ stream: { name: 'two' } }] });
    let nth = 0;
    world.routes.set('/@names', () => (nth++ === 0 ? { text: 'Ann' } : { status: 500 }));

    // The first one finds it out and saves it; the second one began before that.
    await Promise.all([
      world.run({ streams: ['events'] }),
      world.run({
        streams: ['two'],
        onEffect: ({ name, about }) => (name === 'fetch' && about === '/@names' ? { latency: SECOND } : undefined),
      }),
    ]);

    expect(nth).toBe(2);
    expect(names.times).toEqual([]);
    expect(world.table.loadConnection()?.found).toMatchObject({
      customer: { json: '"c-1"' },
      names: { json: '"Ann"' },
    });
  });

  it('is kept though two invocations write at once, and answers get lost', async () => {
    const { world } = lookupWorld([CUSTOMER, NAMES], {
      more: [{ stream: { name: 'two' } }],
      visibility: letterVisibility,
      login: true,
    });
    world.routes.set('/@visibility', () => ({ text: 'abc' }));
    const losing = {
      onEffect: ({ name, nth }: { name: string; nth: number }) =>
        name === 'writeConnection' && nth === 2 ? 'lost-after' : undefined,
    } as const;

    await Promise.all([world.run({ streams: ['events'], ...losing }), world.run({ streams: ['two'], ...losing })]);

    const { found, visibility, signIns } = world.table.loadConnection() ?? {};
    expect(found).toMatchObject({ customer: { json: '"c-1"' }, names: { json: '"Ann"' } });
    expect(visibility).toMatchObject({ seen: 'abc' });
    expect(signIns?.length).toBe(2);
  });

  it('is asked again after a crash, and nothing else comes of that', async () => {
    const { world, customer } = lookupWorld(undefined, SHOWING);
    await expect(world.run({ onEffect: ({ name }) => (name === 'put' ? 'crash-before' : undefined) })).rejects.toThrow(
      Crash,
    );
    world.clock.advance(6 * MINUTE);
    await runFor(world, 20 * MINUTE);

    expect(customer.times.length).toBe(2);
    expect(world.census()).toEqual(EXACT);
  });

  it('takes its turns when it takes long, and the feeds still get theirs', async () => {
    const slow = lookup('customer', {
      remedy: 'Wait.',
      read: (answers) => (answers.length < 8 ? { next: { url: '/@customer' } } : { found: 'c-1' }),
    });
    const { world, customer } = lookupWorld([slow], {
      more: Array.from({ length: 9 }, (_, nth) => ({ stream: { name: `more-${nth}` } })),
    });
    customer.reply = { text: 'c-1', latency: 10 * SECOND };

    const reports = await world.run();

    expect(customer.times.length).toBe(8);
    expect(reports.map(({ state }) => state)).toEqual(Array(10).fill('caught-up'));
  });
});

describe('rule 12: scope', () => {
  const SCOPED: WorldOptions = { source: { scope: ({ found }) => ({ customer: String(found?.customer) }) } };

  it('changes when what was found does, and not otherwise', async () => {
    const { world, customer } = lookupWorld([{ ...CUSTOMER, age: HOUR }], SCOPED);
    await runFor(world, 3 * HOUR);
    expect(world.count('ScopeChanged')).toBe(0);

    customer.reply = { text: 'c-2' };
    await runFor(world, 2 * HOUR);

    expect(world.count('ScopeChanged')).toBe(1);
    expect(world.checkpoint().scope).toBe('{"customer":"c-2"}');
  });

  it('does not change while it cannot be found out', async () => {
    const { world, customer } = lookupWorld([{ ...CUSTOMER, age: HOUR }], SCOPED);
    await runFor(world, HOUR);
    customer.reply = { status: 500 };
    world.secretVersion = 'v2';
    await runFor(world, 3 * HOUR);

    expect(world.count('ScopeChanged')).toBe(0);
  });
});

describe('rule 12: what no feed can do without', () => {
  it.each([
    ['is forbidden', { status: 403 }, 'request', /^Set settings.customer\.$/],
    ['is not there', { status: 404 }, 'request', /^Set settings.customer\.$/],
    ['cannot be read', { text: 'unreadable' }, 'unreadable', /^Set settings.customer\.$/],
    ['fails', { status: 500 }, 'failing', /^Look at .* Set settings.customer\.$/],
    ['gets no answer', { network: 'reset' }, 'failing', /^Look at .* Set settings.customer\.$/],
  ] as const)('and %s fails the feeds with the remedy', async (_, reply, code, remedy) => {
    const reading = lookup('customer', {
      ...CUSTOMER,
      read: ([answer]) => {
        if (answer?.text === 'unreadable') throw new UnreadableError('no customer in it');
        return { found: answer?.text };
      },
    });
    const { world, customer } = lookupWorld([reading], { more: [{ stream: { name: 'two' } }] });
    customer.reply = reply;

    const reports = await world.run();

    expect(reports.map(({ state, error }) => [state, error?.code])).toEqual([
      ['failed', code],
      ['failed', code],
    ]);
    expect(reports[0]?.error?.message).toMatch(/^Memory did not provide the customer: /);
    expect(reports[1]?.error?.remedy).toMatch(remedy);
    expect(customer.times.length).toBe(code === 'failing' ? 5 : 1);
    expect(world.vendor.requests.length).toBe(0);
    customer.reply = { text: 'c-1' };
    await world.runUntilCaughtUp();
    expect(world.census()).toEqual(EXACT);
  });

  it('and is throttled pauses them', async () => {
    const { world, customer } = lookupWorld();
    customer.reply = { status: 429, headers: { 'retry-after': '900' } };

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'paused', until: expect.stringMatching(/^2026-03-02T12:15:00/) });
    expect(customer.times.length).toBe(1);
  });

  it('and is refused is a matter of the credentials', async () => {
    const { world, customer } = lookupWorld(undefined, { more: [{ stream: { name: 'two' } }] });
    customer.reply = { status: 401 };

    const reports = await world.run();

    expect(reports.map(({ state }) => state)).toEqual(['refused', 'refused']);
    expect(reports[0]?.error?.remedy).toBe('Put working credentials into the secret.');
    expect(customer.times.length).toBe(2);
  });

  it('goes on with what was found before, and asks again an hour later', async () => {
    for (const reply of [{ status: 403 }, { status: 500 }, { status: 401 }, { network: 'reset' }, { status: 429 }]) {
      const { world, customer } = lookupWorld([{ ...CUSTOMER, age: 2 * HOUR }], SHOWING);
      await runFor(world, 2 * HOUR);
      expect(customer.times.length).toBe(1);
      customer.reply = reply;
      const rows = world.vendor.addMany(20, world.now, MINUTE);
      await runFor(world, 5 * HOUR);

      expect(customer.times.length).toBe(6);
      expect(world.census(rows)).toMatchObject({ missing: [] });
      customer.reply = { text: 'c-2' };
      await runFor(world, 2 * HOUR);
      expect(world.vendor.requests.at(-1)?.url).toContain('customer=c-2');
      expect(customer.times.length).toBe(7);
    }
  });
});

describe('rule 12: what feeds can do without', () => {
  const FAILURES: [string, Reply][] = [
    ['forbidden', { status: 403 }],
    ['refused', { status: 401 }],
    ['not there', { status: 404 }],
    ['broken', { status: 500 }],
    ['silent', { network: 'reset' }],
    ['slow', { latency: 10 * MINUTE }],
    ['throttled', { status: 429 }],
    ['unreadable', { text: 'unreadable' }],
    ['elsewhere', { status: 302, headers: { location: 'https://evil.example' } }],
  ];
  const reading = lookup('names', {
    read: ([answer]) => {
      if (answer?.text === 'unreadable') throw new TypeError('no names in it');
      return { found: answer?.text };
    },
  });

  it.each(FAILURES)('stops none, and is asked once an hour: %s', async (_, reply) => {
    const { world, names } = lookupWorld([CUSTOMER, reading], SHOWING);
    names.reply = reply;

    const [first] = await world.run();
    expect(first).toMatchObject({ state: 'caught-up', delivered: 20 });
    expect(world.now - at('12:00:00')).toBeLessThan(6 * SECOND);
    world.clock.advance(5 * MINUTE);
    await runFor(world, 175 * MINUTE);

    expect(names.times.length).toBe(3);
    expect(world.names()[0]).toBe('{"customer":"c-1"}');
    names.reply = { text: 'Bob' };
    world.vendor.add({ time: world.now });
    await runFor(world, 25 * HOUR);
    expect(world.names().at(-1)).toBe('{"customer":"c-1","names":"Bob"}');
    expect(names.times.length).toBe(5);
  });

  it('stops none, however short its own age is', async () => {
    const { world, names } = lookupWorld([{ ...NAMES, age: 5 * MINUTE }]);
    names.reply = { status: 500 };

    await runFor(world, 3 * HOUR);

    expect(names.times.length).toBe(3);
  });

  it('keeps what was found before', async () => {
    const { world, names } = lookupWorld([CUSTOMER, NAMES], SHOWING);
    await runFor(world, DAY);
    names.reply = { status: 500 };
    world.vendor.add({ time: world.now + MINUTE, name: 'late' });
    await runFor(world, HOUR);

    expect(world.names().at(-1)).toBe('{"customer":"c-1","names":"Ann"}');
    world.secretVersion = 'v2';
    world.vendor.add({ time: world.now + MINUTE, name: 'later' });
    await runFor(world, HOUR);
    expect(world.names().at(-1)).toBe('{"customer":"c-1","names":"Ann"}');
  });

  it('gets a quarter of the time at most, and the next one its turn in the next run', async () => {
    const endless = lookup('endless', { read: () => ({ next: { url: '/@endless' } }) });
    const { world, names } = lookupWorld([endless, NAMES]);
    const slow = new Route(world, '/@endless', { latency: 4 * SECOND });

    const [first] = await world.run({ budget: MINUTE });
    expect(first).toMatchObject({ state: 'caught-up', delivered: 20 });
    expect(slow.times.length).toBe(3);
    expect(names.times).toEqual([]);
    world.clock.advance(5 * MINUTE);
    await world.run({ budget: MINUTE });

    expect(slow.times.length).toBe(3);
    expect(names.times.length).toBe(1);
  });

  it('does not spend a sign-in when it is refused', async () => {
    const { world, names } = lookupWorld([NAMES], { login: true });
    names.reply = { status: 401 };

    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect(world.login?.signIns.length).toBe(1);
  });

  it('is not taken for failing when it is the sign-in that fails', async () => {
    const { world, names } = lookupWorld([NAMES], { login: true });
    for (const reply of [{ status: 401 }, { status: 429 }, { network: 'reset' }]) {
      world.clock.advance(61 * MINUTE);
      world.login?.replies.push(reply);
      await world.run();
    }
    expect(names.times).toEqual([]);

    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect(names.times.length).toBe(1);
  });

  it('that learns that the quota is nearly used up leaves the feeds their one request', async () => {
    // It has another question, which it does not ask any more.
    const { world, names } = lookupWorld([lookup('names', { read: () => ({ next: { url: '/@names' } }) })]);
    const quota = {
      'x-quota-limit': '100',
      'x-quota-remaining': '1',
      'x-quota-reset': String(at('12:30:00') / SECOND),
    };
    names.reply = { text: 'Ann', headers: quota };
    world.vendor.onRequest = () => ({ headers: quota });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'paused', pages: 1, delivered: 10 });
    expect(names.times.length).toBe(1);
  });

  it('asks nothing more while its endpoint wants to be left alone, and the feeds go on', async () => {
    const { world, names } = lookupWorld([NAMES, lookup('others')]);
    const others = new Route(world, '/@others', { text: 'x' });
    names.reply = { status: 429, headers: { 'retry-after': '900' } };

    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect([names.times.length, others.times.length]).toEqual([1, 0]);
  });

  it('tells the feeds when the quota of the account is used up', async () => {
    const { world, names } = lookupWorld([NAMES, lookup('others')]);
    const others = new Route(world, '/@others', { text: 'x' });
    const reset = String(at('12:10:00') / SECOND);
    const quota = { 'x-quota-limit': '100', 'x-quota-remaining': '0', 'x-quota-reset': reset };
    names.reply = { status: 429, headers: { ...quota, 'retry-after': '900' } };

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'paused', until: expect.stringMatching(/^2026-03-02T12:15:00/) });
    expect(others.times).toEqual([]);
    expect(world.vendor.requests.length).toBe(0);
  });

  it('is too large to be kept: it would push all else out of the table', async () => {
    const { world, names } = lookupWorld([CUSTOMER, NAMES]);
    names.reply = { text: 'é'.repeat(70_000) };
    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect(JSON.stringify(world.table.loadConnection()).length).toBeLessThan(1_000);
    expect(world.logs).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringMatching(/the lookup names is too large/) }),
    );
    names.reply = { text: 'x'.repeat(100_000) };
    world.clock.advance(61 * MINUTE);
    await world.run();
    expect(JSON.stringify(world.table.loadConnection()).length).toBeGreaterThan(100_000);
  });

  it('gives way when the host wants the run to end', async () => {
    const { world, names } = lookupWorld([NAMES]);
    names.reply = { status: 500, latency: 3 * SECOND };

    const [report] = await world.run({ stopAt: world.now + SECOND });

    expect(report?.state).toBe('stopped');
    expect(world.table.loadConnection()?.found).toBeUndefined();
  });
});
