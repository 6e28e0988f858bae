import { describe, expect, it } from 'vitest';
import type { ConfiguredFeeds } from '../../../functions/core/invocation/census.ts';
import { findLeftFeeds, type LeftFeed, listLeftFeeds } from '../../../functions/core/invocation/left-feeds.ts';
import { tellFinding } from '../../../functions/core/invocation/tell-finding.ts';
import { DAY, type Duration, formatTime, HOUR, type Instant, MINUTE } from '../../../functions/core/time.ts';
import { createWorld, type RunOptions, type World } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

const BOTH = { acme: { one: '5m', two: '5m' } };
const ONE = { acme: { one: '5m' } };
const RENAMED = { globex: { one: '5m', two: '5m' } };

/** Two feeds of one connection that have run. */
async function worldOfTwo(): Promise<World> {
  const world = createWorld({
    startFrom: at('11:00:00'),
    stream: { name: 'one' },
    more: [{ stream: { name: 'two' } }],
  });
  for (const [log, vendor] of world.vendors) vendor.addMany(10, at('11:00:00'), MINUTE, { fields: { log } });
  await world.run();
  await census(world, BOTH);
  return world;
}

interface Counted extends RunOptions {
  readonly retired?: readonly string[];
}

async function census(world: World, configured: ConfiguredFeeds, options: Counted = {}): Promise<LeftFeed[]> {
  const { effects } = world.invoke(options);
  const { source, destinations, write } = world;
  const owner = `census-${world.now}`;
  return await findLeftFeeds({
    effects,
    source,
    configured,
    retired: options.retired ?? [],
    tell: (leaving) =>
      tellFinding({ effects, source, destinations, write, owner }, leaving, {
        act: 'feed-left',
        watermark: leaving.watermark,
      }),
  });
}

/** Censuses every quarter of an hour; what the last of them found. */
async function censuses(world: World, time: Duration, ...parts: readonly ConfiguredFeeds[]): Promise<LeftFeed[]> {
  let last: LeftFeed[] = [];
  for (const until = world.now + time; world.now < until; world.clock.advance(15 * MINUTE)) {
    for (const part of parts) last = await census(world, part);
  }
  return last;
}

function namesOf(left: readonly LeftFeed[]): string[] {
  return left.map(({ feed }) => feed);
}

/** The feeds of which the SIEM was told that they left, each time that it was told. */
function told(world: World): unknown[] {
  return world
    .delivered()
    .filter(({ tidemark }) => tidemark.act === 'feed-left')
    .map(({ tidemark }) => tidemark.feed);
}

function latest(world: World): number | undefined {
  return world.counts.findLast(({ metric }) => metric === 'FeedsLeft')?.value;
}

describe('rule 37: a stream that is switched off', () => {
  it('is named by the next census, with the time up to which it was read, and told once', async () => {
    const world = await worldOfTwo();
    const { watermark } = world.checkpoint('two');
    expect(latest(world)).toBeUndefined();

    const left = await census(world, ONE);
    await censuses(world, 2 * DAY, ONE);

    expect(left).toEqual([
      { feed: 'memory/two/acme', since: expect.stringMatching(/^2026-03-02T12/), watermark: formatTime(watermark) },
    ]);
    expect(latest(world)).toBe(1);
    expect(told(world)).toEqual(['memory/two/acme']);
    expect(world.logs.findLast(({ level }) => level === 'warn')?.fields).toMatchObject({ left });
    expect(await listLeftFeeds(world.invoke().effects, world.source)).toEqual(left);
  });

  it('and on again loses nothing, and is told again when it is switched off once more', async () => {
    const world = await worldOfTwo();
    for (const until = world.now + 2 * DAY; world.now < until; world.clock.advance(HOUR)) {
      for (const [log, vendor] of world.vendors)
        vendor.add({ time: world.now, name: `at ${world.now}`, fields: { log } });
      await world.run({ streams: ['one'] });
      await census(world, ONE);
    }

    await world.runUntilCaughtUp();

    expect(world.census(undefined, 'siem').missing).toEqual([]);
    expect(world.census(world.vendors.get('two')?.rows)).toMatchObject({ missing: [], repeated: [] });
    expect(await census(world, BOTH)).toEqual([]);
    await census(world, ONE);
    expect(told(world)).toHaveLength(2);
  });

  it('is not named if it has never run, and no longer when its checkpoint is removed', async () => {
    const world = await worldOfTwo();
    await census(world, { acme: { ...BOTH.acme, three: '5m' } });

    expect(namesOf(await census(world, ONE))).toEqual(['memory/two/acme']);
    world.table.remove('memory/two/acme');

    expect(await census(world, ONE)).toEqual([]);
  });

  it('on purpose is forgotten', async () => {
    const world = await worldOfTwo();
    await census(world, ONE);

    expect(await census(world, ONE, { retired: ['memory/two/acme'] })).toEqual([]);

    expect(await census(world, ONE)).toEqual([]);
  });

  it('with all others of its connection is named, too', async () => {
    const world = await worldOfTwo();

    expect(namesOf(await census(world, { acme: {} }))).toEqual(['memory/one/acme', 'memory/two/acme']);
  });
});

describe('rule 37: a connection that gets another name', () => {
  it('leaves its feeds behind, which are named within hours, and told once', async () => {
    const world = await worldOfTwo();
    world.clock.advance(15 * MINUTE);

    expect(await censuses(world, 2 * HOUR, RENAMED)).toEqual([]);
    const left = await censuses(world, 3 * HOUR, RENAMED);
    await censuses(world, DAY, RENAMED);

    expect(namesOf(left)).toEqual(['memory/one/acme', 'memory/two/acme']);
    expect(told(world)).toEqual(['memory/one/acme', 'memory/two/acme']);
  });

  it('is not confused with one that another census looks at, not even after an outage of all of them', async () => {
    const world = await worldOfTwo();
    const item = world.checkpoint('one');
    for (const other of ['globex', 'initech']) world.table.write(`memory/one/${other}`, item, undefined, world.now);
    // Each looks at its own and at those of the next one, whose census may be gone.
    const three = { globex: { one: '5m' }, initech: { one: '5m' } };
    const parts = [{ ...BOTH, globex: three.globex }, three, { initech: three.initech, ...BOTH }];
    expect(await censuses(world, 6 * HOUR, ...parts)).toEqual([]);

    for (const outage of [4 * HOUR, DAY, 30 * DAY]) {
      world.clock.advance(outage);
      for (const part of parts.toReversed()) expect(await census(world, part)).toEqual([]);
      expect(await censuses(world, 6 * HOUR, ...parts)).toEqual([]);
    }

    expect(told(world)).toEqual([]);
    // The one that has really left is found by the others.
    expect(namesOf(await censuses(world, 5 * HOUR, three))).toEqual(['memory/one/acme', 'memory/two/acme']);
  });
});

describe('rule 37: what is told of a feed that left', () => {
  it('is told once by two censuses at the same time, and both keep what they know', async () => {
    const world = await worldOfTwo();

    const found = await Promise.all([census(world, ONE), census(world, { ...ONE, globex: { one: '5m' } })]);

    expect(found.map(namesOf)).toEqual([['memory/two/acme'], ['memory/two/acme']]);
    // The one that comes second may not know yet that it was delivered: then it has the same id.
    const ids = world.delivered().flatMap(({ event, tidemark }) => (tidemark.act === 'feed-left' ? [event.id] : []));
    expect(new Set(ids).size).toBe(1);
    expect(world.table.loadKnownFeeds()).toMatchObject([
      { connection: 'acme', streams: ['one', 'two'], left: [{ stream: 'two' }] },
      { connection: 'globex', streams: ['one'] },
    ]);
  });

  it('is told by a later census if no destination takes it now', async () => {
    const world = await worldOfTwo();
    const refusing = {
      onEffect: ({ name }: { name: string }) => (name === 'put' ? 'lost-before' : undefined),
    } as const;

    expect(namesOf(await census(world, ONE, { ...refusing, budget: MINUTE }))).toEqual(['memory/two/acme']);
    expect(told(world)).toEqual([]);
    await census(world, ONE);
    await census(world, ONE);

    expect(told(world)).toEqual(['memory/two/acme']);
  });

  it.each(['lost-before', 'lost-after'] as const)('is known after a write whose answer is %s', async (fault) => {
    const world = await worldOfTwo();

    const left = await census(world, ONE, {
      onEffect: ({ name, nth }) => (name === 'noteKnownFeeds' && nth === 1 ? fault : undefined),
    });

    expect(namesOf(left)).toEqual(['memory/two/acme']);
    expect(told(world)).toEqual(['memory/two/acme']);
    expect(namesOf(await listLeftFeeds(world.invoke().effects, world.source))).toEqual(['memory/two/acme']);
  });

  it('fails the census if the list cannot be saved: that alarms', async () => {
    const world = await worldOfTwo();

    await expect(
      census(world, ONE, {
        onEffect: ({ name }) => (name === 'noteKnownFeeds' ? 'lost-before' : undefined),
        budget: MINUTE,
      }),
    ).rejects.toThrow('the table did not answer');
  });
});

describe('rule 37: what the census writes', () => {
  it('is one small item of each connection an hour, and otherwise nothing', async () => {
    const world = await worldOfTwo();
    const writes: Instant[] = [];
    world.onEffect = ({ name, value }) => {
      if (name === 'noteKnownFeeds' && (value as unknown[]).length > 0) writes.push(world.now);
    };

    await censuses(world, DAY, BOTH);

    expect(writes.length).toBeGreaterThanOrEqual(23);
    expect(writes.length).toBeLessThanOrEqual(24);
    expect(world.census()).toEqual(EXACT);
  });
});
