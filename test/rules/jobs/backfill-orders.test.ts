import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { Crash, ecsDestination, type World, type WorldOptions } from '../../memory/world.ts';
import { FEED } from '../set-up.ts';
import { standing, untilDone } from './standing.ts';

/** A feed that began a day ago, at a vendor with five days of log. */
async function fiveDays(options: WorldOptions = {}, every = 30 * MINUTE): Promise<World> {
  return await standing({ past: 5 * DAY, every, ...options });
}

function own(world: World, act: string): string[] {
  const events = world.delivered().filter(({ tidemark }) => tidemark.act === act);
  return events.map(({ message = '' }) => message);
}

describe('a backfill', () => {
  it('says that it began and that it is done, once each', async () => {
    const world = await fiveDays();
    const act = { act: 'backfill', range: { from: world.now - 4 * DAY, to: world.now - 2 * DAY } } as const;

    await untilDone(world, act, 40 * SECOND);

    expect(own(world, 'backfill')).toEqual([expect.stringMatching(/started\.$/), expect.stringMatching(/done\.$/)]);
  });

  it('repeats a flush at most, wherever it dies', async () => {
    for (let at = 1; at < 80; at += 3) {
      const world = await fiveDays({}, 2 * HOUR);
      const act = { act: 'backfill', range: { from: world.now - 4 * DAY, to: world.now } } as const;
      const before = world.ids().length;
      const dying = world.run({ act, onEffect: ({ number }) => (number === at ? 'crash-after' : undefined) });
      await dying.catch((thrown) => expect(thrown).toBeInstanceOf(Crash));
      const calls = new Set(
        world.firehose
          .lines('tidemark-siem')
          .slice(before)
          .map(({ call }) => call),
      );
      world.clock.advance(10 * MINUTE);

      await untilDone(world, act);

      const due = world.vendor.rows.filter(({ time }) => time >= act.range.from);
      const { missing, repeated } = world.census(due);
      expect(missing, `crash at ${at}`).toEqual([]);
      const perCall = [...calls].map((call) =>
        world.firehose.lines('tidemark-siem').filter((one) => one.call === call),
      );
      expect(repeated.length, `crash at ${at}`).toBeLessThanOrEqual(
        Math.max(0, ...perCall.map(({ length }) => length)),
      );
    }
  });

  it('delivers nothing when it is asked for again, and says why', async () => {
    const world = await fiveDays();
    const range = { from: world.now - 4 * DAY, to: world.now - 2 * DAY };
    await untilDone(world, { act: 'backfill', range });
    const delivered = world.ids().length;

    const again = await untilDone(world, { act: 'backfill', range });
    await untilDone(world, { act: 'backfill', range: { from: range.from, to: range.to - HOUR } });

    expect(again.warnings.join()).toContain('another --id');
    expect(world.census().repeated).toEqual([]);
    expect(world.ids().length - delivered).toBe(2);
  });

  it('delivers all once more when told to, under the same ids, and leaves what was known as it was', async () => {
    const world = await fiveDays();
    const range = { from: world.now - 3 * DAY, to: world.now - 2 * DAY };
    await untilDone(world, { act: 'backfill', range });
    const seen = () => world.table.loadSeen(FEED, '2', '3', world.now);
    const [keys, ledger, delivered] = [seen(), structuredClone(world.table.ledger), world.ids().length];
    const due = world.vendor.rows.filter(({ time }) => time >= range.from && time < range.to);
    const act = { act: 'backfill', range, resend: true } as const;
    let writes = 0;
    world.vendor.options.latency = 6 * SECOND;
    const dying = world.run({
      act,
      onEffect: ({ name }) => (name === 'write' && ++writes === 3 ? 'crash-before' : undefined),
    });
    await expect(dying).rejects.toThrow(Crash);
    world.clock.advance(10 * MINUTE);

    await untilDone(world, act);
    await untilDone(world, act);

    const again = world
      .delivered()
      .slice(delivered)
      .filter(({ event }) => event.module === 'memory');
    expect(again.length).toBe(due.length);
    expect(new Set(world.ids().slice(0, delivered))).toEqual(
      new Set([...world.ids().slice(0, delivered), ...again.map(({ event }) => event.id)]),
    );
    expect(seen()).toEqual(keys);
    expect(world.table.ledger).toEqual(ledger);
    await untilDone(world, { ...act, id: 'another' });
    expect(world.delivered().filter(({ message }) => message === `row ${due[0]?.time}`)).toHaveLength(3);
  });

  it('does not take one kind for the other under one id', async () => {
    const world = await fiveDays();
    const range = { from: world.now - 4 * DAY, to: world.now - 2 * DAY };
    await untilDone(world, { act: 'backfill', range, id: 'mine' });

    const [report] = await world.run({ act: { act: 'backfill', range, id: 'mine', resend: true } });

    expect(report).toMatchObject({ state: 'failed', error: { code: 'config' } });
  });

  it('ends when it is cancelled, also while it is held back, and stays so', async () => {
    const world = await fiveDays({}, 5 * MINUTE);
    const act = { act: 'backfill', id: 'mine', range: { from: world.now - 4 * DAY, to: world.now } } as const;
    world.vendor.onRequest = ({ number }) =>
      number > 30 ? { status: 429, headers: { 'retry-after': '1800' } } : undefined;
    await world.run({ act });
    expect((await world.run({ act }))[0]?.state).toBe('paused');

    const [cancelled] = await world.run({ act: { act: 'backfill', id: 'mine', cancel: true } });
    world.vendor.onRequest = undefined;
    world.clock.advance(HOUR);
    const [again] = await world.run({ act });

    expect(cancelled?.job?.state).toBe('cancelled');
    expect(again).toMatchObject({ state: 'caught-up', pages: 0, job: { state: 'cancelled' } });
    expect(own(world, 'backfill').at(-1)).toMatch(/cancelled\.$/);
  });

  it('gives a destination that was added later the history, and nobody else', async () => {
    const world = await fiveDays();
    const range = { from: world.now - 4 * DAY, to: world.now };
    await untilDone(world, { act: 'backfill', range });
    const delivered = world.ids().length;
    world.destinations = [...world.destinations, ecsDestination('lake')];
    await world.runUntilCaughtUp();

    await untilDone(world, { act: 'backfill', range });

    const due = world.vendor.rows.filter(({ time }) => time >= range.from);
    expect(world.census(due, 'lake')).toMatchObject({ missing: [], repeated: [] });
    expect(world.ids().length).toBe(delivered);
  });

  it('begins anew when what the feed reads changes meanwhile', async () => {
    const world = await fiveDays({ settings: { account: 'a' } }, 5 * MINUTE);
    world.vendor.options.latency = 2 * SECOND;
    const act = { act: 'backfill', range: { from: world.now - 4 * DAY, to: world.now - 2 * DAY } } as const;
    const [begun] = await world.run({ act, budget: MINUTE });
    expect(begun?.job?.percent).toBeGreaterThan(5);
    world.settings = { account: 'b' };
    const added = world.vendor.add({ time: act.range.from + MINUTE, name: 'of the new scope', visibleAt: world.now });

    await untilDone(world, act);

    expect(world.names()).toContain('of the new scope');
    expect(world.census([added]).repeated).toEqual([]);
  });

  it('clamps to what the vendor keeps, and to where the live feed is, and says so', async () => {
    const world = await fiveDays({ stream: { retention: 3 * DAY } });
    const [report] = await world.run({
      act: { act: 'backfill', range: { from: world.now - 30 * DAY, to: world.now + DAY } },
    });

    expect(report?.warnings.join()).toContain('keeps nothing older');
    expect(Date.parse(report?.job?.to ?? '') * 1_000).toBe(world.checkpoint().watermark);
    const from = Date.parse(report?.job?.from ?? '') * 1_000;
    expect(Math.abs(from - (world.now - 3 * DAY))).toBeLessThan(2 * SECOND);
  });

  it('leaves half of a quota to live reading', async () => {
    const world = await fiveDays({}, 5 * MINUTE);
    let left = 100;
    world.vendor.onRequest = () => {
      left--;
      const reset = (world.now + 20 * MINUTE) / SECOND;
      const headers = { 'x-quota-limit': '100', 'x-quota-remaining': `${left}`, 'x-quota-reset': `${reset}` };
      return { headers };
    };
    const [report] = await world.run({
      act: { act: 'backfill', range: { from: world.now - 5 * DAY, to: world.now } },
    });

    expect(report?.state).toBe('paused');
    expect(left).toBe(50);
  });

  it('goes past a row that cannot be read, delivers all others, and says what it gave up', async () => {
    const world = await fiveDays();
    const range = { from: world.now - 4 * DAY, to: world.now - 2 * DAY };
    const poison = range.from + 5 * HOUR + 7 * SECOND;
    world.vendor.onRequest = ({ from, to }) =>
      from <= poison && poison < to ? { text: '{"rows":[{"broken' } : undefined;

    await untilDone(world, { act: 'backfill', range });

    const due = world.vendor.rows.filter(({ time }) => time >= range.from && time < range.to);
    expect(world.census(due)).toMatchObject({ missing: [], repeated: [] });
    expect(own(world, 'unreadable')[0]).toContain('cannot be read');
  });

  it.each(['newest-first', 'shuffled', 'as-added'] as const)('reads a log that comes %s', async (order) => {
    const world = await fiveDays({ vendor: { order } }, 10 * MINUTE);
    const range = { from: world.now - 4 * DAY, to: world.now };

    await untilDone(world, { act: 'backfill', range }, 30 * SECOND);

    const due = world.vendor.rows.filter(({ time }) => time >= range.from);
    expect(world.census(due)).toMatchObject({ missing: [], repeated: [] });
  });

  it('warns where what was delivered is no longer remembered', async () => {
    const world = await fiveDays();
    world.table.seenFor = 8 * DAY;
    for (let day = 0; day < 10; day++) {
      world.clock.advance(DAY);
      await world.runUntilCaughtUp();
    }

    const [old] = await world.run({ act: { act: 'backfill', range: { from: 0, to: world.now } } });
    const range = { from: world.now - 2 * DAY, to: world.now };
    const [young] = await world.run({ act: { act: 'backfill', range } });

    expect(old?.warnings.join()).toContain('no longer remembered');
    expect(young?.warnings.join()).not.toContain('no longer remembered');
  });

  it('asks no faster when the vendor answers for less than it was asked for', async () => {
    const world = await fiveDays();
    const range = { from: world.now - 4 * DAY, to: world.now - 2 * DAY };
    world.vendor.options.echo = ({ from }) => from;

    const [report] = await world.run({ act: { act: 'backfill', range } });

    expect(report?.state).toBe('paused');
    expect(report?.pages).toBeLessThan(50);
  });

  it('says how far it has come, and when it will be done', async () => {
    const world = await fiveDays({}, 5 * MINUTE);
    world.vendor.options.latency = 2 * SECOND;
    const act = { act: 'backfill', range: { from: world.now - 4 * DAY, to: world.now - 2 * DAY } } as const;
    const percents: number[] = [];
    let eta = 0;
    for (let runs = 0; runs < 50; runs++) {
      const [report] = await world.run({ act, budget: MINUTE });
      percents.push(report?.job?.percent ?? -1);
      if (report?.job?.state === 'done') break;
      eta = Date.parse(report?.job?.eta ?? '') * 1_000;
    }

    expect(percents).toEqual([...percents].sort((one, other) => one - other));
    expect(percents.at(-1)).toBe(100);
    expect(Math.abs(eta - world.now)).toBeLessThan(3 * MINUTE);
  });

  it('does several feeds in one invocation', async () => {
    const more = [{ vendor: {}, stream: { name: 'others' } }];
    const world = await fiveDays({ more });
    world.vendors.get('others')?.add({ time: world.now - 3 * DAY, name: 'other', visibleAt: 0 });

    const reports = await world.run({ act: { act: 'backfill', range: { from: world.now - 4 * DAY, to: world.now } } });

    expect(reports.map(({ job }) => job?.state)).toEqual(['done', 'done']);
    expect(world.names()).toContain('other');
  });
});
