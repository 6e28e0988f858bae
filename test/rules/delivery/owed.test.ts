import { describe, expect, it } from 'vitest';
import { takeCensus } from '../../../functions/core/invocation/census.ts';
import { reportFeedStatus } from '../../../functions/core/invocation/feed-status.ts';
import type { Destination, Feed } from '../../../functions/core/model.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { Crash, createWorld, ecsDestination, type World, type WorldOptions } from '../../memory/world.ts';
import { untilDone } from '../jobs/standing.ts';
import { at, EXACT } from '../set-up.ts';

const [SIEM, ARCHIVE] = [ecsDestination('siem'), ecsDestination('archive')];

function worldOfTwo(options: WorldOptions = {}): World {
  return createWorld({ startFrom: at('06:00:00'), destinations: ['siem', 'archive'], ...options });
}

/** A run every five minutes, and an event in between. */
async function live(world: World, time: Duration, options: { budget?: Duration } = {}): Promise<FeedReport[]> {
  const reports: FeedReport[] = [];
  for (const until = world.now + time; world.now < until; world.clock.advance(5 * MINUTE)) {
    world.vendor.add({ time: world.now - MINUTE, name: `row ${world.now}`, visibleAt: world.now });
    reports.push(...(await world.run(options)));
  }
  return reports;
}

/** Runs until everything has settled and been read. */
async function settle(world: World): Promise<void> {
  world.clock.advance(10 * MINUTE);
  await world.runUntilCaughtUp();
}

/** The acts that a destination was told of. */
function acts(world: World, destination = 'siem'): string[] {
  return world
    .delivered(destination)
    .filter(({ event }) => event.module === 'tidemark')
    .map(({ event }) => event.action as string);
}

describe('rule 37: a destination that was away is owed what it missed', () => {
  /** An hour with both, three without the archive. */
  async function threeHoursWithout(options: WorldOptions = {}): Promise<World> {
    const world = worldOfTwo(options);
    await live(world, HOUR);
    world.destinations = [SIEM];
    await live(world, 3 * HOUR);
    return world;
  }

  it('gets it by itself when it returns after three hours, each event once', async () => {
    const world = await threeHoursWithout();
    expect(world.census(undefined, 'archive').missing.length).toBeGreaterThanOrEqual(36);

    world.destinations = [SIEM, ARCHIVE];
    await live(world, 2 * HOUR);
    await settle(world);

    expect(world.vendor.rows.length).toBe(72);
    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination)).toEqual(EXACT);
    expect(world.checkpoint()).not.toHaveProperty('owed');
    expect(world.checkpoint()).not.toHaveProperty('away');
  });

  it('is told of when it leaves, when it returns and when it has it, and counted', async () => {
    const world = await threeHoursWithout();
    expect(acts(world)).toEqual(['destination-removed']);
    expect(world.count('Owed')).toBe(0);

    world.destinations = [SIEM, ARCHIVE];
    await live(world, 10 * MINUTE);

    expect(acts(world)).toEqual(['destination-removed', 'destination-returned', 'owed-delivered']);
    expect(acts(world, 'archive')).toEqual(['destination-returned', 'owed-delivered']);
    expect(world.delivered('siem').find(({ event }) => event.action === 'owed-delivered')?.tidemark).toMatchObject({
      destination: 'archive',
    });
    expect(world.count('Owed')).toBe(1);
    expect(world.count('OwedLost')).toBe(0);
    // It had been read before, for the other one.
    expect(world.count('Late')).toBe(0);
  });

  it('is shown as missing by verification until it has it, and then as complete', async () => {
    const world = await threeHoursWithout();
    const range = { from: at('12:00:00'), to: at('16:00:00') };
    const verified = async () => {
      const report = await untilDone(world, { act: 'verify', range });
      return { missing: (report.job?.steps ?? []).reduce((sum, { missing }) => sum + missing, 0), report };
    };
    world.destinations = [SIEM, ARCHIVE];
    // Time for live reading, and none for what is owed.
    const { latency } = world.vendor.options;
    world.vendor.options.latency = 3 * SECOND;
    await world.run({ budget: 5 * SECOND });
    world.vendor.options.latency = latency;
    expect(world.checkpoint().owed).toMatchObject([{ destination: 'archive' }]);

    const before = await verified();
    await live(world, HOUR);
    const after = await verified();

    // Three hours less the end that live reading still reads again.
    expect(before.missing).toBeGreaterThanOrEqual(25);
    expect(before.report.warnings.join()).toContain('archive is owed');
    expect(after.missing).toBe(0);
    expect(after.report.warnings.join()).not.toContain('archive is owed');
  });

  it('is counted by the census, and shown by the status, as long as it is owed', async () => {
    const world = await threeHoursWithout();
    const census = async () => {
      const before = world.count('Owed');
      const { owing } = await takeCensus(world.invoke().effects, world.source, { acme: { events: '5m' } });
      return { owing, counted: world.count('Owed') - before };
    };
    const looked = () => reportFeedStatus(world.invoke().effects, world.feeds[0] as Feed);
    expect(await census()).toEqual({ owing: [], counted: 0 });
    expect((await looked()).away).toMatchObject([{ destination: 'archive' }]);

    world.destinations = [SIEM, ARCHIVE];
    world.vendor.options.latency = 3 * SECOND;
    await world.run({ budget: 5 * SECOND });
    expect(await census()).toEqual({ owing: ['memory/events/acme'], counted: 1 });
    expect((await looked()).owed).toMatchObject([{ destination: 'archive', waits: false }]);
    world.destinations = [SIEM];
    await world.run();
    expect(await census()).toEqual({ owing: [], counted: 0 });
    expect((await looked()).owed).toMatchObject([{ destination: 'archive', waits: true }]);

    world.destinations = [SIEM, ARCHIVE];
    world.vendor.options.latency = SECOND / 10;
    await live(world, 30 * MINUTE);
    expect(await census()).toEqual({ owing: [], counted: 0 });
    expect(await looked()).not.toHaveProperty('owed');
    expect(await looked()).not.toHaveProperty('away');
  });

  it('starts where it started before, not at the watermark', async () => {
    const world = await threeHoursWithout();
    const { siem } = world.checkpoint().destinations;

    world.destinations = [SIEM, ARCHIVE];
    await live(world, 10 * MINUTE);

    expect(world.checkpoint().destinations).toEqual({ siem, archive: siem });
  });

  it('gets also what another configuration read meanwhile: A, B, and A again', async () => {
    const world = createWorld({ startFrom: at('06:00:00'), destinations: ['siem'] });
    await live(world, HOUR);
    const watermark = world.checkpoint().watermark;
    world.destinations = [ARCHIVE];
    await live(world, HOUR);
    world.destinations = [SIEM];
    await live(world, HOUR);
    await settle(world);

    expect(world.census(undefined, 'siem')).toEqual(EXACT);

    world.destinations = [SIEM, ARCHIVE];
    await live(world, HOUR);
    await settle(world);

    const since = world.vendor.rows.filter(({ time }) => time >= watermark);
    expect(world.census(since, 'archive')).toMatchObject({ missing: [], repeated: [] });
  });

  it('does not take late events with it where another one replaces it, as after a renaming', async () => {
    const world = createWorld({ startFrom: at('06:00:00'), destinations: ['siem'] });
    await live(world, HOUR);
    const { watermark } = world.checkpoint();
    world.vendor.add({ time: world.now - 15 * MINUTE, name: 'late', visibleAt: world.now + 4 * MINUTE });
    world.destinations = [ARCHIVE];
    await live(world, HOUR);
    await settle(world);

    expect(world.names('siem')).not.toContain('late');
    expect(world.names('archive')).toContain('late');
    expect(world.census(undefined, 'archive').repeated).toEqual([]);
    expect(world.checkpoint().destinations).toEqual({ archive: watermark - 30 * MINUTE });
  });

  it.each([5, 10, 15])('nor where another one replaces it in two steps, %i minutes apart', async (minutes) => {
    const world = createWorld({ startFrom: at('06:00:00'), destinations: ['siem'] });
    await live(world, HOUR);
    const { watermark } = world.checkpoint();
    const late = Array.from({ length: 6 }, (_, nth) => `late${nth}`);
    for (const [nth, name] of late.entries()) {
      const time = watermark - nth * MINUTE - SECOND;
      world.vendor.add({ time, name, visibleAt: world.now + (minutes - nth + 2) * MINUTE });
    }
    world.destinations = [SIEM, ARCHIVE];
    await live(world, minutes * MINUTE);
    world.destinations = [ARCHIVE];
    await live(world, HOUR);
    await settle(world);

    const got = new Set([...world.names('siem'), ...world.names('archive')]);
    expect(late.filter((name) => !got.has(name))).toEqual([]);
    expect(world.census(undefined, 'archive').repeated).toEqual([]);
  });

  it('keeps its start where another one stays that has begun long before', async () => {
    const world = createWorld({ startFrom: at('06:00:00'), destinations: ['siem', 'archive'] });
    await live(world, HOUR);
    const { destinations } = world.checkpoint();
    world.destinations = [SIEM];
    await live(world, 10 * MINUTE);

    expect(world.checkpoint().destinations).toEqual({ siem: destinations.siem });
  });

  it.each([0, 1, 2, 3])('continues after a crash, and repeats only what was in flight (%i)', async (crashes) => {
    const world = await threeHoursWithout({ vendor: { pageSize: 5 }, stream: { longestWindow: 20 * MINUTE } });
    world.destinations = [SIEM, ARCHIVE];
    for (let nth = 1; nth <= crashes; nth++) {
      const dying = world.run({
        onEffect: ({ name, nth: at }) => (name === 'put' && at === 1 + nth ? 'crash-after' : undefined),
      });
      await dying.catch((thrown) => expect(thrown).toBeInstanceOf(Crash));
      world.clock.advance(6 * MINUTE);
    }
    await live(world, HOUR);
    await settle(world);

    for (const destination of ['siem', 'archive']) {
      expect(world.census(undefined, destination)).toMatchObject({ missing: [], invented: [] });
    }
    expect(world.census(undefined, 'siem').repeated.length).toBeLessThanOrEqual(2 * crashes);
  });

  it('waits for live reading, and takes several runs if it needs them', async () => {
    const world = worldOfTwo({ vendor: { pageSize: 2, latency: 4 * SECOND } });
    await live(world, 30 * MINUTE);
    world.destinations = [SIEM];
    await live(world, 4 * HOUR);
    world.destinations = [SIEM, ARCHIVE];
    const [first] = await world.run({ budget: 40 * SECOND });
    const after = world.checkpoint();

    expect(first?.state).toBe('caught-up');
    expect(after.watermark).toBeGreaterThan(world.now - 10 * MINUTE);
    expect(after.owed?.[0]?.until ?? 0).toBeLessThan(after.watermark);

    await live(world, 2 * HOUR, { budget: 40 * SECOND });
    await settle(world);
    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination)).toEqual(EXACT);
  });

  it('is read within half of the vendor’s quota, and live reading does not pause for it', async () => {
    const world = await threeHoursWithout({ vendor: { pageSize: 2 } });
    Object.assign(world.vendor.quota, { limit: 20, othersUse: 0 });
    world.destinations = [SIEM, ARCHIVE];

    const before = world.vendor.requests.length;
    const [first] = await world.run();
    const asked = world.vendor.requests.length - before;
    const reports = await live(world, HOUR);

    // Half of the quota, and the request whose answer says that the half is used up.
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThanOrEqual(11);
    expect(first?.state).toBe('caught-up');
    expect(reports.map(({ state }) => state)).toEqual(reports.map(() => 'caught-up'));
  });

  it('loses nothing when it leaves again before it has it', async () => {
    const world = await threeHoursWithout({ vendor: { latency: 4 * SECOND } });
    world.destinations = [SIEM, ARCHIVE];
    await world.run({ budget: 10 * SECOND });
    expect(world.checkpoint().owed).toBeDefined();
    world.destinations = [SIEM];
    await live(world, HOUR);
    expect(world.count('OwedLost')).toBe(0);

    world.destinations = [SIEM, ARCHIVE];
    await live(world, HOUR);
    await settle(world);

    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination)).toEqual(EXACT);
  });

  it('is told what the vendor has deleted meanwhile, with the command that shows who has it', async () => {
    const world = await threeHoursWithout({ stream: { retention: 2 * HOUR }, vendor: { keeps: 2 * HOUR } });
    world.destinations = [SIEM, ARCHIVE];
    await live(world, HOUR);

    const told = world.delivered('archive').find(({ event }) => event.action === 'owed-lost');
    expect(told?.message).toContain('tidemark ledger --feed memory/events/acme --from ');
    expect(world.count('OwedLost')).toBe(1);
    const kept = world.vendor.rows.filter(
      ({ time }) => time >= world.now - 3 * HOUR + 5 * MINUTE && time < world.now - 10 * MINUTE,
    );
    expect(world.census(kept, 'archive').missing).toEqual([]);
    expect(world.checkpoint()).not.toHaveProperty('owed');
  });

  it('goes to it alone when the keys of what the others have are gone', async () => {
    const world = await threeHoursWithout();
    world.table.forgetSeen('2026-03-02T15');
    const before = world.ids('siem').length;
    world.destinations = [SIEM, ARCHIVE];

    await world.run();

    expect(world.census(undefined, 'archive').missing.length).toBeLessThanOrEqual(2);
    const since = world
      .delivered('siem')
      .slice(before)
      .filter(({ event }) => event.module !== 'tidemark');
    expect(since.length).toBeLessThanOrEqual(2);
  });

  it('remembers twenty that were removed, and says which one it forgets', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    for (let number = 0; number < 25; number++) {
      world.destinations = [SIEM, ecsDestination(`d${number}`)];
      await world.run();
      world.clock.advance(5 * MINUTE);
    }
    expect(world.checkpoint().away?.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => `d${at + 4}`));
    expect(world.logs.filter(({ message }) => message.includes('no longer remembers')).length).toBe(4);
  });

  it('costs an empty warm run nothing', async () => {
    const world = await threeHoursWithout();
    world.warm = {};
    const looks: string[] = [];
    world.onLook = (stream) => looks.push(stream);
    await settle(world);
    world.clock.advance(HOUR);
    await world.run();
    world.clock.advance(5 * MINUTE);
    const calls: string[] = [];
    looks.length = 0;

    await world.run({ onEffect: ({ name }) => void calls.push(name) });

    expect(calls.filter((name) => name !== 'fetch' && name !== 'secretVersion')).toEqual([
      'loadConnection',
      'write',
      'write',
    ]);
    expect(looks).toEqual([]);
  });
});

describe('rule 37: a stream that was switched off and on', () => {
  it('continues where it stopped', async () => {
    const world = worldOfTwo();
    await live(world, HOUR);
    const until = world.now + 3 * HOUR;
    for (; world.now < until; world.clock.advance(5 * MINUTE))
      world.vendor.add({ time: world.now, name: `off ${world.now}`, visibleAt: world.now });

    await live(world, HOUR);
    await settle(world);

    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination)).toEqual(EXACT);
  });

  it('is told what the vendor has deleted meanwhile', async () => {
    const world = worldOfTwo({ stream: { retention: DAY }, vendor: { keeps: DAY } });
    await live(world, HOUR);
    world.clock.advance(2 * DAY);
    await live(world, 10 * MINUTE);

    expect(acts(world)).toContain('gap');
  });
});

describe('rule 38: what was lost with a delivery stream is sent again', () => {
  /** Deletes the delivery stream of a destination, with what it took since a time, and creates it again. */
  function replace(world: World, { deliveryStream }: Destination, since: Instant): number {
    return world.firehose.replace(deliveryStream, since, world.now).length;
  }

  it('sends again what the stream had taken, to its destination alone', async () => {
    const world = worldOfTwo();
    await live(world, 3 * HOUR);
    const lost = replace(world, ARCHIVE, world.now - 5 * MINUTE - SECOND);
    expect(lost).toBeGreaterThan(0);

    await live(world, HOUR);
    await settle(world);

    expect(world.census(undefined, 'siem')).toEqual(EXACT);
    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
    expect(acts(world)).toEqual(['stream-replaced', 'owed-delivered']);
    expect(world.count('Owed')).toBe(1);
    expect(world.count('Late')).toBe(0);
  });

  it('sends again what is lost twice: with the stream, and with the one that got it again', async () => {
    const world = worldOfTwo();
    await live(world, 3 * HOUR);
    for (let times = 1; times <= 3; times++) {
      expect(replace(world, ARCHIVE, world.now - 6 * MINUTE)).toBeGreaterThan(0);
      // As between a destroy and the next deploy.
      world.clock.advance(HOUR);
      await live(world, 5 * MINUTE);
    }
    expect(replace(world, ARCHIVE, world.now - 6 * MINUTE)).toBeGreaterThan(0);
    await live(world, HOUR);
    await settle(world);

    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
    expect(world.census(undefined, 'siem')).toEqual(EXACT);
  });

  it.each([-20, 48])(
    'is noticed, though the table was %i hours off while what was lost was delivered',
    async (hours) => {
      const world = createWorld({ startFrom: at('06:00:00'), destinations: ['siem', 'archive'] });
      await live(world, HOUR);
      world.serviceClocks = { table: hours * HOUR };
      await live(world, 10 * MINUTE);
      const lost = replace(world, ARCHIVE, world.now - 10 * MINUTE - SECOND);
      world.serviceClocks = { table: 0 };
      await live(world, HOUR);
      await settle(world);

      expect(lost).toBeGreaterThan(0);
      expect(world.census(undefined, 'archive').missing).toEqual([]);
    },
  );

  it('forgets none of several that are replaced at once when the table does not answer for one of them', async () => {
    const world = worldOfTwo();
    await live(world, 3 * HOUR);
    for (const destination of [SIEM, ARCHIVE]) replace(world, destination, world.now - 5 * MINUTE - SECOND);

    // Two lists of jobs are loaded for each.
    const [failing] = await world.run({
      onEffect: ({ name, nth }) => (name === 'loadJobs' && nth >= 3 ? 'lost-before' : undefined),
    });
    await live(world, HOUR);
    await settle(world);

    expect(failing?.state).toBe('failed');
    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination).missing).toEqual([]);
    expect(world.count('Owed')).toBe(2);
  });

  it.each([
    ['write', 2],
    ['put', 1],
    ['put', 3],
    ['put', 4],
  ] as const)('forgets nothing when another destination is added and the run dies (%s %i)', async (what, which) => {
    const world = worldOfTwo();
    await live(world, 3 * HOUR);
    replace(world, SIEM, world.now - 5 * MINUTE - SECOND);
    world.destinations = [SIEM, ARCHIVE, ecsDestination('third')];

    const dying = world.run({
      onEffect: ({ name, nth }) => (name === what && nth === which ? 'crash-after' : undefined),
    });
    await expect(dying).rejects.toThrow(Crash);
    world.clock.advance(6 * MINUTE);
    await live(world, HOUR);
    await settle(world);

    expect(world.census(undefined, 'siem').missing).toEqual([]);
    expect(acts(world)).toContain('owed-delivered');
  });

  it('sends again no more than what was delivered since the stream could hold it', async () => {
    const world = worldOfTwo();
    await live(world, 6 * HOUR);
    replace(world, ARCHIVE, world.now - 5 * MINUTE - SECOND);

    await live(world, HOUR);

    // Five minutes that it may hold, half an hour of margin, and ten minutes since it was looked at.
    const repeated = world.census(undefined, 'archive').repeated.length;
    expect(repeated).toBeGreaterThan(0);
    expect(repeated).toBeLessThanOrEqual(10);
  });

  it('goes back by months where a backlog had been read in the last hours', async () => {
    const world = worldOfTwo({ startFrom: at('12:00:00') - 60 * DAY, vendor: { pageSize: 50 } });
    world.vendor.addMany(1_000, at('12:00:00') - 60 * DAY, HOUR);
    await world.runUntilCaughtUp();
    expect(replace(world, ARCHIVE, world.now - HOUR)).toBeGreaterThan(900);

    world.clock.advance(5 * MINUTE);
    await live(world, 30 * MINUTE);
    await settle(world);

    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
    expect(world.census(undefined, 'siem')).toEqual(EXACT);
  });

  it('goes back to what was owed where that had been sent in the last minutes', async () => {
    const world = worldOfTwo();
    await live(world, HOUR);
    world.destinations = [SIEM];
    await live(world, 8 * HOUR);
    world.destinations = [SIEM, ARCHIVE];
    await world.run();
    expect(world.checkpoint()).not.toHaveProperty('owed');
    world.clock.advance(2 * MINUTE);
    expect(replace(world, ARCHIVE, world.now - 5 * MINUTE - SECOND)).toBeGreaterThan(90);

    await live(world, HOUR);
    await settle(world);

    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
    expect(world.census(undefined, 'siem')).toEqual(EXACT);
  });

  it('goes back to where a person had moved the watermark', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      destinations: ['siem', 'archive'],
      vendor: { pageSize: 50 },
    });
    world.vendor.addMany(200, at('11:00:00') - 20 * DAY, HOUR);
    world.warm = {};
    await live(world, 30 * MINUTE);
    await world.run({ act: { act: 'move', to: at('11:00:00') - 20 * DAY } });
    await world.runUntilCaughtUp();
    world.warm = {};
    expect(replace(world, ARCHIVE, world.now - 2 * MINUTE)).toBeGreaterThan(190);

    await live(world, 30 * MINUTE);
    await settle(world);

    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
  });

  it('sends again what a backfill had delivered', async () => {
    const world = worldOfTwo({ startFrom: at('11:00:00'), vendor: { pageSize: 50 } });
    world.vendor.addMany(200, at('11:00:00') - 20 * DAY, HOUR);
    await live(world, HOUR);
    const range = { from: at('11:00:00') - 20 * DAY, to: at('11:00:00') };
    await untilDone(world, { act: 'backfill', range });
    expect(replace(world, ARCHIVE, world.now - 10 * MINUTE)).toBeGreaterThan(190);

    await live(world, 30 * MINUTE);
    await settle(world);

    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
  });

  it('sends it again after a removal that took the stream with it', async () => {
    const world = worldOfTwo();
    await live(world, 2 * HOUR);
    world.destinations = [SIEM];
    const since = world.now - 5 * MINUTE - SECOND;
    await live(world, 2 * DAY);
    expect(replace(world, ARCHIVE, since)).toBeGreaterThan(0);
    world.destinations = [SIEM, ARCHIVE];

    await live(world, 2 * HOUR);
    await settle(world);

    expect(world.census(undefined, 'siem')).toEqual(EXACT);
    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
  });

  it('is shown as missing by verification until it is sent', async () => {
    const world = worldOfTwo();
    await live(world, 5 * HOUR);
    const from = world.now - 2 * HOUR;
    const lost = replace(world, ARCHIVE, from);
    world.table.overwrite('memory/events/acme', {
      owed: [
        { destination: 'archive', from: from - HOUR, to: world.now, at: world.now, lost: { from, to: world.now } },
      ],
    });

    const report = await untilDone(world, {
      act: 'verify',
      range: { from: from - 2 * HOUR, to: world.now },
      repair: true,
    });

    const missing = (report.job?.steps ?? []).reduce((sum, step) => sum + step.missing, 0);
    const repaired = (report.job?.steps ?? []).reduce((sum, step) => sum + step.repaired, 0);
    expect(missing).toBeGreaterThan(lost / 3);
    expect(repaired).toBe(missing);
  });

  it('does not believe a process that remembers the stream before', async () => {
    const world = worldOfTwo();
    const [one, other] = [{}, {}];
    await world.run({ warm: one });
    await live(world, HOUR);
    replace(world, ARCHIVE, world.now);
    world.clock.advance(5 * MINUTE);
    await world.run({ warm: other });
    expect(world.count('Owed')).toBe(1);

    for (let runs = 0; runs < 3; runs++) {
      world.clock.advance(5 * MINUTE);
      await world.run({ warm: one });
      await world.run({ warm: other });
    }

    expect(world.count('Owed')).toBe(1);
  });

  it('looks later when it cannot look now, and no run fails for it', async () => {
    const world = worldOfTwo();
    await live(world, HOUR);
    replace(world, ARCHIVE, world.now - 5 * MINUTE - SECOND);
    world.onLook = () => {
      throw new Error('ThrottlingException: Rate exceeded');
    };
    const reports = await live(world, 3 * HOUR);
    expect(reports.every(({ state }) => state === 'caught-up')).toBe(true);
    expect(world.logs.some(({ message }) => message.includes('it is asked again later'))).toBe(true);

    world.onLook = undefined;
    await live(world, 30 * MINUTE);
    await settle(world);

    expect(world.census(undefined, 'archive')).toMatchObject({ missing: [], invented: [] });
  });

  it('says nothing of a stream that it sees for the first time, or that is the same', async () => {
    const world = worldOfTwo();
    await live(world, 3 * HOUR);

    expect(acts(world)).toEqual([]);
    expect(world.checkpoint().streams).toMatchObject([
      { id: 'siem', createdAt: 0 },
      { id: 'archive', createdAt: 0 },
    ]);
  });
});
