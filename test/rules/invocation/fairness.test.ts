import { describe, expect, it } from 'vitest';
import { takeCensus } from '../../../functions/core/invocation/census.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { letterVisibility } from '../../memory/source.ts';
import type { Reply } from '../../memory/vendor.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT, loginOf } from '../set-up.ts';

/** From this on, the alarm `not-running` is raised. */
const OVERDUE = HOUR / SECOND;
const EVERY = 5 * MINUTE;
const EVENTS = 576;

/** A feed that is well beside others whose endpoints always give the same answer. */
function worldBeside(reply: Reply, { broken = 1, ...options }: WorldOptions & { broken?: number } = {}): World {
  const names = Array.from({ length: broken }, (_, nth) => `broken-${nth}`);
  const world = createWorld({
    startFrom: at('11:00:00'),
    stream: { name: 'well' },
    more: names.map((name) => ({ stream: { name } })),
    ...options,
  });
  for (const name of names) vendorOf(world, name).onRequest = () => reply;
  return world;
}

function vendorOf(world: World, stream: string) {
  const vendor = world.vendors.get(stream);
  if (!vendor) throw new Error(`no log is named ${stream}`);
  return vendor;
}

/** Runs on a schedule, with an event of the feed that is well every five minutes. */
async function runFor(
  world: World,
  time: number,
  each: (reports: readonly FeedReport[]) => unknown = () => undefined,
): Promise<void> {
  const from = world.now;
  for (let due = from; due < from + time; due += EVERY) {
    world.clock.advance(Math.max(0, due - world.now));
    vendorOf(world, 'well').add({ time: due, name: `event at ${due}` });
    await each(await world.run());
  }
  world.clock.advance(Math.max(0, from + time - world.now));
}

/** How long the longest time was in which an endpoint was not asked. */
function longestWait(world: World, stream: string): number {
  const times = vendorOf(world, stream).requests.map((request) => request.at);
  return Math.max(...times.slice(1).map((time, nth) => time - (times[nth] as Instant)));
}

const ANSWERS: readonly (readonly [string, Reply])[] = [
  ['401', { status: 401 }],
  ['403', { status: 403 }],
  ['429 for a minute', { status: 429, headers: { 'retry-after': '60' } }],
  ['429 for an hour', { status: 429, headers: { 'retry-after': '3600' } }],
  ['429 without a time', { status: 429 }],
  ['503 for ten minutes', { status: 503, headers: { 'retry-after': '600' } }],
  ['500', { status: 500 }],
  ['nothing', { network: 'connection reset' }],
];

describe('rule 34: an endpoint that always answers', () => {
  it.each(ANSWERS)('%s holds its own feed only: in two days, its neighbour misses nothing', async (_, reply) => {
    const world = worldBeside(reply);

    await runFor(world, 48 * HOUR);
    await world.run();

    expect(vendorOf(world, 'well').rows.length).toBe(EVENTS);
    expect(world.census()).toEqual(EXACT);
    expect(longestWait(world, 'well')).toBeLessThanOrEqual(EVERY + MINUTE);
  });

  it.each(ANSWERS.slice(0, 6))('%s starves nobody when several do: each is asked again and again', async (_, reply) => {
    const world = worldBeside(reply, { broken: 4 });

    await runFor(world, 10 * HOUR);

    for (const stream of world.vendors.keys()) expect(longestWait(world, stream)).toBeLessThanOrEqual(2 * HOUR);
    expect(longestWait(world, 'well')).toBeLessThanOrEqual(40 * MINUTE);
  });

  it.each(ANSWERS.slice(0, 4))('%s is left alone: few requests an hour', async (_, reply) => {
    const world = worldBeside(reply);
    await runFor(world, 6 * HOUR);
    const before = vendorOf(world, 'broken-0').requests.length;

    await runFor(world, 10 * HOUR);

    const perHour = (vendorOf(world, 'broken-0').requests.length - before) / 10;
    expect(perHour).toBeGreaterThan(0);
    // One in each run, where the vendor asks for a minute only. A refusal is asked about twice, the second time with the secret read again.
    expect(perHour).toBeLessThanOrEqual(reply.headers?.['retry-after'] === '60' ? 12 : 2);
  });

  it('401 costs few sign-ins, and its neighbour misses nothing, at a vendor that wants them', async () => {
    const [alone, beside] = [0, 1].map((broken) => worldBeside({ status: 401 }, { login: true, broken })) as [
      World,
      World,
    ];
    for (const world of [alone, beside]) {
      world.warm = {};
      await runFor(world, 12 * HOUR);
      await world.run();
    }

    // Once an hour a new session is tried, and it is not used again.
    const more = loginOf(beside).signIns.length - loginOf(alone).signIns.length;
    expect(more).toBeLessThanOrEqual(2 * 12);
    expect(beside.census()).toEqual(EXACT);
  });

  it.each(ANSWERS)('%s is named by an alarm, although its neighbour is well', async (_, reply) => {
    const world = worldBeside(reply);
    const alarms = new Set<string>();
    const states = new Set<string | undefined>();

    await runFor(world, 6 * HOUR, async (reports) => {
      states.add(reports.find(({ feed }) => feed === 'memory/broken-0/acme')?.state);
      const { effects } = world.invoke();
      const feeds = { acme: { well: '5m', 'broken-0': '5m' } };
      const report = await takeCensus(effects, world.source, feeds);
      if ((report.overdue?.seconds ?? 0) > OVERDUE) alarms.add(report.overdue?.feed ?? '');
    });

    expect([...alarms]).toEqual(['memory/broken-0/acme']);
    // A held feed says so in every run, also when it is not asked. These states are counted and logged with the feed's name.
    expect([...states]).toEqual([
      reply.status === 401 ? 'refused' : reply.status === 403 ? 'forbidden' : expect.any(String),
    ]);
    expect(world.count('Throttled') > 0).toBe(reply.status === 429);
  });
});

describe('rule 34: a quota that lets one request through in each run', () => {
  it('goes round: the feed whose turn is longest ago is asked', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      stream: { name: 'a' },
      more: ['b', 'c', 'd'].map((name) => ({ stream: { name } })),
    });
    for (const vendor of world.vendors.values()) Object.assign(vendor, { quota: world.vendor.quota });
    Object.assign(world.vendor.quota, { limit: 20, othersUse: 19 });

    for (let run = 0; run < 8; run++) {
      await world.run();
      world.clock.advance(MINUTE);
    }

    expect([...world.vendors.values()].map(({ requests }) => requests.length)).toEqual([2, 2, 2, 2]);
  });
});

describe('rule 34: an auxiliary read', () => {
  it.each(ANSWERS)('whose endpoint always answers %s holds no feed', async (_, reply) => {
    const world = createWorld({ startFrom: at('11:00:00'), stream: { name: 'well' }, visibility: letterVisibility });
    world.routes.set('/@visibility', () => reply);

    await runFor(world, 3 * HOUR);
    await world.run();

    expect(world.census()).toEqual(EXACT);
  });
});

describe('rule 34: what is known to be the whole holds all', () => {
  /** What the endpoints of a run were asked, when four of them give this answer. */
  async function asksOf(reply: Reply): Promise<number[]> {
    const world = worldBeside(reply, { broken: 4 });
    await world.run({ streams: ['broken-0', 'broken-1', 'broken-2', 'broken-3'] });
    return [...world.vendors.values()].slice(1).map(({ requests }) => requests.length);
  }

  it('such as credentials that a second endpoint refuses', async () => {
    expect(await asksOf({ status: 401 })).toEqual([2, 2, 0, 0]);
  });

  it('such as a quota that is stated to be used up', async () => {
    const quota = { 'x-quota-limit': '10', 'x-quota-remaining': '0', 'x-quota-reset': String(at('12:10:00') / SECOND) };

    expect(await asksOf({ status: 429, headers: { ...quota, 'retry-after': '600' } })).toEqual([1, 0, 0, 0]);
  });

  it('but not a quota that has room, when an endpoint has a limit of its own', async () => {
    const world = worldBeside({
      status: 429,
      headers: {
        ...{ 'x-quota-limit': '10', 'x-quota-remaining': '9', 'x-quota-reset': String(at('12:10:00') / SECOND) },
        'retry-after': '600',
      },
    });

    const reports = await world.run({ streams: ['broken-0', 'well'] });

    expect(reports.map(({ state }) => state).sort()).toEqual(['caught-up', 'paused']);
  });

  it('and a second endpoint that wants a pause ends the run for the others, who come first in the next one', async () => {
    const world = worldBeside({ status: 429, headers: { 'retry-after': '3600' } }, { broken: 2 });
    await world.run({ streams: ['broken-0', 'broken-1'] });
    await world.run({ streams: ['well'] });
    world.clock.advance(2 * HOUR);
    const asked = vendorOf(world, 'well').requests.length;

    const first = await world.run();
    expect(first.map(({ feed, state }) => [feed, state])).toEqual([
      ['memory/broken-0/acme', 'paused'],
      ['memory/broken-1/acme', 'paused'],
      ['memory/well/acme', 'paused'],
    ]);
    expect(vendorOf(world, 'well').requests.length).toBe(asked);
    world.clock.advance(EVERY);
    const [next] = await world.run();

    expect(next).toMatchObject({ feed: 'memory/well/acme', state: 'caught-up' });
  });
});
