import { describe, expect, it } from 'vitest';
import type { FeedEvidence } from '../../../functions/core/invocation/feed-evidence.ts';
import { type FeedStatusReport, reportFeedStatus } from '../../../functions/core/invocation/feed-status.ts';
import type { AnyFeed } from '../../../functions/core/model.ts';
import { DAY, formatTime, HOUR, type Instant, MINUTE } from '../../../functions/core/time.ts';
import type { EffectHook } from '../../memory/faults.ts';
import { inventoryStream, MemoryInventory } from '../../memory/inventory.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { FEED } from '../set-up.ts';

/** A feed that has caught up, an hour ago. */
async function settled(options: WorldOptions = {}): Promise<World> {
  const world = createWorld(options);
  world.vendor.add({ time: world.now - 2 * HOUR, name: 'one' });
  await world.runUntilCaughtUp();
  world.clock.advance(HOUR);
  return world;
}

async function statusOf(world: World, from?: Instant): Promise<FeedStatusReport> {
  const days = from === undefined ? undefined : { from, to: world.now + HOUR };
  const evidence = { seenFor: world.table.seenFor };
  return await reportFeedStatus(world.invoke().effects, world.feeds[0] as AnyFeed, { days, evidence });
}

async function evidenceOf(world: World, from: Instant): Promise<FeedEvidence> {
  return (await statusOf(world, from)).evidence as FeedEvidence;
}

/** Runs while every request is answered with this status. */
async function runWith(world: World, status: number, onEffect?: EffectHook) {
  world.vendor.onRequest = () => ({ status });
  const [report] = await world.run({ askAgain: true, ...(onEffect && { onEffect }) });
  world.vendor.onRequest = undefined;
  return report;
}

describe('since when a feed stands as it does', () => {
  it('is the end of the first run of its kind, whatever the runs after it do', async () => {
    const world = createWorld();
    world.vendor.add({ time: world.now - 2 * HOUR, name: 'one' });
    await world.run();
    world.clock.advance(HOUR);
    await world.run();
    const well = await statusOf(world);
    const since = world.now;
    await runWith(world, 400);
    world.clock.advance(HOUR);
    await runWith(world, 500);
    const failing = await statusOf(world);
    const until = world.now;
    await world.run();

    // It has never stood otherwise.
    expect(well.state).toEqual({ name: 'reading' });
    expect(failing.state).toEqual({ name: 'failing', since: formatTime(since) });
    expect((await statusOf(world)).state).toEqual({ name: 'reading', since: formatTime(until) });
  });

  it('is not changed by a move, which does not show whether the feed works', async () => {
    const world = await settled();
    await runWith(world, 403);
    const before = await statusOf(world);
    world.clock.advance(MINUTE);

    await world.run({ act: { act: 'move', to: world.now - DAY, by: 'alice' } });

    const after = await statusOf(world);
    expect(before.state?.name).toBe('forbidden');
    expect([after.state, after.accessLost]).toEqual([before.state, before.accessLost]);
  });
});

describe('a loss of access', () => {
  it.each([
    [403, 'forbidden'],
    [401, 'refused'],
  ] as const)(
    'with a status of %i lasts from the first refusal to the first run that reads',
    async (status, reason) => {
      const world = await settled();
      const [from, since] = [world.now, world.now];

      await runWith(world, status);
      world.clock.advance(2 * HOUR);
      await runWith(world, status);
      const lasting = await evidenceOf(world, from);
      world.clock.advance(HOUR);
      const until = world.now;
      await world.run({ askAgain: true });
      const over = await evidenceOf(world, from);

      const lost = { reason, since: formatTime(since), message: expect.any(String) };
      expect(lasting.accessLost).toEqual([lost]);
      expect((await statusOf(world)).accessLost).toBeUndefined();
      expect(over.accessLost).toEqual([{ ...lost, until: formatTime(until) }]);
    },
  );

  it('is not over because a run fails in another way, or only waits', async () => {
    const world = await settled();
    const from = world.now;
    await runWith(world, 403);
    world.clock.advance(HOUR);

    await runWith(world, 500);
    await runWith(world, 429);

    expect((await evidenceOf(world, from)).accessLost).toMatchObject([{ reason: 'forbidden' }]);
    expect((await evidenceOf(world, from)).accessLost[0]?.until).toBeUndefined();
  });

  it('is found for a day in its middle, long after it is over', async () => {
    const world = await settled();
    await runWith(world, 403);
    world.clock.advance(3 * DAY);
    await world.run({ askAgain: true });
    const during = Math.floor((world.now - 2 * DAY) / DAY) * DAY;
    world.clock.advance(90 * DAY);

    const asked = { days: { from: during, to: during + DAY }, evidence: { seenFor: world.table.seenFor } };
    const { evidence } = await reportFeedStatus(world.invoke().effects, world.feeds[0] as AnyFeed, asked);

    expect(evidence?.accessLost).toMatchObject([{ reason: 'forbidden', until: expect.any(String) }]);
  });

  it('is over only after the next run where that cannot be written', async () => {
    const world = await settled();
    const from = world.now;
    await runWith(world, 403);
    world.clock.advance(HOUR);

    const [report] = await world.run({
      askAgain: true,
      onEffect: ({ name }) => (name === 'saveLedger' ? 'lost-before' : undefined),
    });
    const before = await evidenceOf(world, from);
    world.clock.advance(MINUTE);
    await world.run();

    expect(report?.state).toBe('caught-up');
    expect(before.accessLost[0]).toMatchObject({ reason: 'forbidden' });
    expect(before.accessLost[0]?.until).toBeUndefined();
    expect((await evidenceOf(world, from)).accessLost).toMatchObject([{ until: expect.any(String) }]);
  });

  it('does not fill a row: of a feed that goes up and down all day, the last one is made longer', async () => {
    const world = await settled({ start: '2026-03-02T00:30:00Z' });
    const from = world.now;
    for (let number = 0; number < 60; number++) {
      await runWith(world, 403);
      world.clock.advance(MINUTE);
      await world.run({ askAgain: true });
      world.clock.advance(MINUTE);
    }

    const { accessLost } = await evidenceOf(world, from);

    expect(accessLost).toHaveLength(50);
    expect(accessLost.at(-1)?.until).toBe(formatTime(world.now - MINUTE));
  });

  it('is known of a snapshot, too, and what was delivered and by which code', async () => {
    const world = createWorld({ source: { snapshots: [inventoryStream('keys')] } });
    new MemoryInventory(world, 'keys').add(3);
    const streams = ['keys'];
    const feed = world.feeds.find(({ name }) => name === 'memory/keys/acme') as AnyFeed;
    const from = world.now;
    await world.run({ streams });
    world.clock.advance(40 * DAY);
    world.table.forgetSeen('2027');
    await world.run({ streams });

    const asked = { days: { from, to: from + DAY }, evidence: { seenFor: world.table.seenFor } };
    const { evidence } = await reportFeedStatus(world.invoke().effects, feed, asked);

    expect(evidence?.days[0]).toMatchObject({
      vendor: 'not applicable',
      missing: 'not applicable',
      code: ['0.1.0+memory'],
    });
    expect(evidence?.recordedSince).toBe('2026-03-02');
  });
});

describe('a condition that means loss', () => {
  it('is kept with its times when it is over', async () => {
    const world = await settled({ settings: { scope: 'one' } });
    const from = world.now;
    world.table.overwrite(FEED, {
      conditions: { 'narrow-sight': { since: world.now - 2 * DAY, message: 'It sees one of two.' } },
    });

    const lasting = await evidenceOf(world, from);
    await world.run();
    const over = await evidenceOf(world, from);

    const condition = { name: 'narrow-sight', since: formatTime(from - 2 * DAY), message: 'It sees one of two.' };
    expect(lasting.conditions).toEqual([condition]);
    expect(over.conditions).toEqual([{ ...condition, until: formatTime(world.now) }]);
  });
});

describe('a move', () => {
  it('is recorded with who says that they have moved it, once, even if the run dies', async () => {
    for (const name of ['saveLedger', 'write'] as const) {
      const world = await settled();
      const [from, to, watermark] = [world.now, world.now - 3 * HOUR, world.checkpoint().watermark];
      const act = { act: 'move', to, by: 'arn:aws:iam::111122223333:user/alice' } as const;
      let isDead = false;
      const onEffect: EffectHook = ({ name: effect, nth }) => {
        if (isDead || effect !== name || (name === 'write' && nth < 2)) return undefined;
        isDead = true;
        return 'crash-before';
      };
      await expect(world.run({ act, onEffect })).rejects.toThrow('died');
      world.clock.advance(10 * MINUTE);
      await world.run({ act });

      const { moves } = await evidenceOf(world, from);

      expect(moves, name).toEqual([
        { at: expect.any(String), from: formatTime(watermark), to: formatTime(to), by: act.by },
      ]);
    }
  });

  it('is not made if it cannot be recorded', async () => {
    const world = await settled();
    const { watermark } = world.checkpoint();

    const [report] = await world.run({
      act: { act: 'move', to: world.now - 3 * HOUR, by: 'alice' },
      budget: MINUTE,
      onEffect: ({ name }) => (name === 'saveLedger' ? 'lost-before' : undefined),
    });

    expect(report?.state).toBe('failed');
    expect(world.checkpoint().watermark).toBe(watermark);
  });

  it('forward leaves a gap that names itself', async () => {
    const world = await settled();
    const { watermark } = world.checkpoint();
    world.clock.advance(5 * HOUR);
    const to = world.now - HOUR;

    await world.run({ act: { act: 'move', to } });

    const { gaps, moves } = await evidenceOf(world, watermark);
    expect(gaps).toEqual([
      { from: formatTime(watermark), to: formatTime(to), reason: 'skipped by hand', foundOn: '2026-03-02' },
    ]);
    expect(moves).toMatchObject([{ by: 'unknown' }]);
  });

  it('back from the future is Tidemark’s own', async () => {
    const world = await settled();
    const from = world.now;
    world.table.overwrite(FEED, { watermark: world.now + 40 * DAY });

    await world.run();

    expect((await evidenceOf(world, from)).moves).toMatchObject([{ by: 'tidemark' }]);
  });
});

describe('gaps', () => {
  it('are found for the days that they are about, though they were found later', async () => {
    const world = await settled({ stream: { retention: 5 * DAY } });
    const from = world.now;
    world.clock.advance(9 * DAY);
    await world.runUntilCaughtUp();

    const [gap] = (await evidenceOf(world, from)).gaps;

    expect(gap).toMatchObject({ reason: 'deleted by the vendor', foundOn: '2026-03-11' });
    expect(gap?.from.slice(0, 10)).toBe('2026-03-02');
  });
});

describe('the code that was at work', () => {
  it('is stored once as long as it stays the same, and known of each day', async () => {
    const world = createWorld({ start: '2026-03-02T22:30:00Z', stream: { overlap: 20 * HOUR } });
    const from = world.now;
    for (let run = 0; run < 8; run++) {
      world.vendor.add({ time: world.now - MINUTE, name: 'one' });
      world.clock.advance(HOUR);
      await world.run();
    }

    const waiting = world.checkpoint().days ?? [];
    const { days } = await evidenceOf(world, from);

    expect(waiting.map(({ day, code }) => [day, code])).toEqual([
      ['2026-03-02', undefined],
      ['2026-03-03', ['0.1.0+memory']],
    ]);
    expect(days.map(({ code }) => code)).toEqual([['0.1.0+memory'], ['0.1.0+memory']]);
  });

  it('is named for each day, and as unknown where a version did not say', async () => {
    const world = createWorld({ start: '2026-03-02T01:00:00Z' });
    const from = world.now;
    const codes: (string | undefined)[] = [undefined, '0.2.0+aaaa', '0.2.0+aaaa', '0.3.0+bbbb'];
    for (const code of codes) {
      world.code = code;
      for (let run = 0; run < 2; run++) {
        world.vendor.add({ time: world.now - MINUTE, name: 'one' });
        world.clock.advance(6 * HOUR);
        await world.run();
      }
      world.clock.advance(6 * HOUR);
    }

    const { days, recordedSince } = await evidenceOf(world, from);

    // Nothing has run on the last day.
    expect(days.map(({ code }) => code)).toEqual(['unknown', ['0.2.0+aaaa'], ['0.2.0+aaaa', '0.3.0+bbbb'], 'unknown']);
    expect(recordedSince).toBe('2026-03-03');
  });

  it('of a day with two versions, the first of which did not say, is both', async () => {
    const world = createWorld({ start: '2026-03-02T01:00:00Z' });
    const from = world.now;
    world.code = undefined;
    await world.run();
    world.code = '0.2.0+aaaa';
    world.clock.advance(HOUR);
    await world.run();

    expect((await evidenceOf(world, from)).days[0]?.code).toEqual(['unknown', '0.2.0+aaaa']);
  });
});

describe('what was delivered last', () => {
  it('is known by destination without asking the vendor, and which of them refuses', async () => {
    const world = await settled({ destinations: ['siem', 'lake'] });
    const time = world.now - 10 * MINUTE;
    world.vendor.add({ time, name: 'two' });
    const refused = () => 'ServiceUnavailableException';

    await world.run({
      onEffect: ({ name, about }) => (name === 'put' && about === 'tidemark-lake' ? { refused } : undefined),
    });

    const { newest, deliveries, state } = await statusOf(world);
    expect(newest?.at).toBe(formatTime(time));
    expect(deliveries?.siem).toEqual({ newest: formatTime(time), at: expect.any(String) });
    expect(deliveries?.lake).toMatchObject({ refusedAt: expect.any(String) });
    expect(deliveries?.lake?.newest).not.toBe(formatTime(time));
    expect(state?.name).toBe('failing');
  });
});
