import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { letterVisibility } from '../../memory/source.ts';
import { Crash, createWorld, type World } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

/** A run every five minutes, as long as said. */
async function runFor(world: World, time: number): Promise<void> {
  for (const until = world.now + time; world.now < until; world.clock.advance(5 * MINUTE)) await world.run();
}

describe('rule 7: no live read goes below the floor', () => {
  it('does not take what lies before the start for late in the second run', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(60, at('10:00:00'), MINUTE, { name: 'before the start' });
    const rows = world.vendor.addMany(30, at('11:00:00'), 5 * MINUTE);

    await runFor(world, HOUR);

    expect(world.census(rows.filter(({ time }) => time < world.now - 10 * MINUTE)).missing).toEqual([]);
    expect(world.names()).not.toContain('before the start');
    expect(world.count('Late')).toBe(0);
    expect(world.checkpoint().floor).toBe(at('11:00:00'));
  });

  it('keeps the overlap above the floor also for a row that appears late there', async () => {
    const world = createWorld({ startFrom: at('11:50:00') });
    world.vendor.add({ time: at('11:45:00'), name: 'below', visibleAt: at('12:01:00') });
    world.vendor.add({ time: at('11:51:00'), name: 'above', visibleAt: at('12:01:00') });

    await runFor(world, HOUR);

    expect(world.names()).toEqual(['above']);
    expect(Math.min(...world.vendor.requests.map(({ from }) => from))).toBe(at('11:50:00') - SECOND);
  });

  it('starts 24 hours before now when nothing is said, and says so', async () => {
    const world = createWorld();
    world.vendor.add({ time: world.now - DAY - MINUTE, name: 'older' });
    world.vendor.add({ time: world.now - DAY + MINUTE, name: 'younger' });

    await runFor(world, HOUR);

    expect(world.names()).toEqual(['younger']);
    expect(world.logs.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^memory\/events\/acme starts at 2026-03-01T12:00:0[01]Z\.$/),
    );
  });

  it('starts where the vendor still has something when startFrom is older', async () => {
    const world = createWorld({ startFrom: at('00:00:00') - 365 * DAY, stream: { retention: 90 * DAY } });

    await world.run();

    expect(world.checkpoint().floor).toBe((world.vendor.requests[0]?.from as number) + SECOND);
    expect(world.now - world.checkpoint().floor).toBeLessThanOrEqual(90 * DAY + MINUTE);
    expect(world.count('Gap')).toBe(0);
  });

  it('keeps to a floor set by hand', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    await world.run();
    world.vendor.add({ time: at('11:48:00'), name: 'late, below' });
    world.vendor.add({ time: at('11:52:00'), name: 'late, above' });

    world.table.overwrite('memory/events/acme', { floor: at('11:50:00') });
    await runFor(world, 20 * MINUTE);

    expect(world.names()).toContain('late, above');
    expect(world.names()).not.toContain('late, below');
  });
});

describe('rule 9: what the vendor deleted before it was read is a gap, neither an endless failure nor a silent skip', () => {
  function keepsTwoDays(): World {
    const world = createWorld({
      startFrom: at('11:00:00'),
      destinations: ['siem', 'archive'],
      stream: { retention: 2 * DAY },
      vendor: { keeps: 2 * DAY, latency: 5 * SECOND },
    });
    world.vendor.addMany(2_000, at('11:00:00'), 6 * MINUTE);
    // It finds questions wrong that begin long before what it keeps.
    world.vendor.onRequest = ({ from }) => (from < world.now - 2 * DAY - 5 * MINUTE ? { status: 400 } : undefined);
    return world;
  }

  function gaps(world: World, destination: string) {
    return world.delivered(destination).filter(({ event }) => event.dataset === 'tidemark.gap');
  }

  it('clamps, tells the SIEM and the alarm, and goes on', async () => {
    const world = keepsTwoDays();
    await world.run();
    const { watermark } = world.checkpoint();

    world.clock.advance(5 * DAY);
    const oldest = world.now - 2 * DAY;
    const [report] = await world.run();
    await world.runUntilCaughtUp();

    expect(report?.warnings).toEqual([
      expect.stringContaining('The vendor deleted 2026-03-02T11:58:00Z to 2026-03-05'),
    ]);
    expect(world.count('Gap')).toBe(1);
    for (const destination of ['siem', 'archive']) {
      const [gap, ...more] = gaps(world, destination);
      expect(more).toEqual([]);
      expect(gap?.event.module).toBe('tidemark');
      expect(gap?.tidemark.range).toMatchObject({ from: '2026-03-02T11:58:00.000Z' });
    }
    const kept = world.vendor.rows.filter(({ time }) => time > oldest + MINUTE && time < world.now - 10 * MINUTE);
    expect(world.census(kept).missing).toEqual([]);
    expect(world.checkpoint().watermark).toBeGreaterThan(watermark + 5 * DAY);
  });

  it('notices it also where a stored plan is older than what the vendor keeps', async () => {
    const world = keepsTwoDays();
    world.clock.advance(DAY);
    await world.run({ budget: 30 * SECOND });
    expect(world.checkpoint().plan).toBeDefined();
    const read = world.names().length;
    expect(read).toBeGreaterThan(0);

    world.clock.advance(5 * DAY);
    await world.runUntilCaughtUp();

    expect(world.count('Gap')).toBe(1);
    expect(gaps(world, 'siem')).toHaveLength(1);
  });

  it('tells it again rather than not at all when the run dies between the gap event and the commit', async () => {
    const world = keepsTwoDays();
    await world.run();
    world.clock.advance(5 * DAY);

    const run = world.run({
      onEffect: ({ name, nth }) => (name === 'remember' && nth === 1 ? 'crash-before' : undefined),
    });
    await expect(run).rejects.toThrow(Crash);
    world.clock.advance(10 * MINUTE);
    await world.runUntilCaughtUp();

    expect(gaps(world, 'siem').length).toBeGreaterThanOrEqual(1);
    expect(world.checkpoint().watermark).toBeGreaterThan(world.now - HOUR);
  });

  it('says nothing while the vendor still has all', async () => {
    const world = keepsTwoDays();
    await world.run();

    world.clock.advance(DAY);
    await world.runUntilCaughtUp();

    expect(world.count('Gap')).toBe(0);
  });
});

describe('rule 11: times from rows never move W', () => {
  const ODD = [
    null,
    '2026-02-31T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '',
    'yesterday',
    1_772_449_200,
    '0001-01-01T00:00:00Z',
  ];

  it('delivers untimed and impossible rows, each once, however often they are read', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { pageSize: 3 } });
    ODD.forEach((date, row) => {
      world.vendor.add({ time: at('11:50:00') + row, date, name: `odd ${row}` });
    });
    world.vendor.add({ time: at('11:51:00'), date: null, name: 'equal' });
    world.vendor.add({ time: at('11:51:00'), date: null, name: 'equal' });

    await runFor(world, HOUR);

    expect(world.census()).toEqual(EXACT);
    expect(world.count('Suppressed')).toBeGreaterThan(0);
    expect(world.delivered().every(({ tags }) => tags?.includes('tidemark-untimed'))).toBe(true);
  });

  it.each(['ascending', 'newest-first', 'shuffled'] as const)('is not led astray by far times: %s', async (order) => {
    const world = createWorld({ startFrom: at('06:00:00'), vendor: { order, latency: 5 * SECOND } });
    world.vendor.addMany(170, at('06:00:00'), 2 * MINUTE);
    ['2199-01-01T00:00:00Z', '1971-01-01T00:00:00Z', null].forEach((date, row) => {
      world.vendor.add({ time: at('06:01:00') + row * HOUR, date, name: `far ${row}` });
    });

    const runs = await world.runUntilCaughtUp({ budget: MINUTE });
    const end = world.checkpoint().watermark;
    await runFor(world, HOUR);

    expect(runs.length).toBeGreaterThan(1);
    expect(end).toBeLessThanOrEqual(world.now - 2 * MINUTE);
    for (const { item, at: written } of world.table.history) {
      expect(item.watermark).toBeLessThanOrEqual(written - 2 * MINUTE);
    }
    const wanted = world.vendor.rows.filter(({ text }) => !text.includes('1971'));
    expect(world.census(wanted).missing).toEqual([]);
    expect(world.checkpoint().unordered).toBe(order === 'shuffled' ? true : undefined);
    expect(world.census().repeated).toEqual([]);
  });

  it('delivers a row whose time nobody can tell, as untimed', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      stream: {
        events: () => {
          throw new Error('no such field');
        },
      },
    });
    const rows = world.vendor.addMany(15, at('11:00:00'), MINUTE);

    await runFor(world, 30 * MINUTE);

    expect(world.census(rows)).toEqual(EXACT);
    expect(world.delivered()[0]?.tags).toContain('tidemark-untimed');
  });

  it('keeps knowing an untimed row when the seen keys of the overlap are too many to load', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    for (let row = 0; row < 8; row++) world.vendor.add({ time: at('11:50:00'), date: null, name: `untimed ${row}` });
    world.vendor.addMany(57, at('11:00:00'), MINUTE);

    await world.run();
    for (let run = 0; run < 4; run++) {
      world.clock.advance(MINUTE);
      const [report] = await world.run({ maxSeenKeys: 5 });
      expect(report?.state).toBe('caught-up');
    }

    expect(world.names().filter((name) => name.startsWith('untimed'))).toHaveLength(8);
  });
});

describe('rule 12: an auxiliary read never stops a feed', () => {
  const failures = {
    forbidden: { status: 403 },
    gone: { status: 404 },
    broken: { status: 500 },
    'in trouble for long': { status: 503, headers: { 'retry-after': '3600' } },
    redirected: { status: 302, headers: { location: 'https://elsewhere.example/' } },
    unreachable: { network: 'connection refused' },
    silent: { latency: DAY },
  };

  it.each(Object.entries(failures))('goes on when the answer is %s', async (_, reply) => {
    const world = createWorld({ startFrom: at('11:00:00'), visibility: letterVisibility });
    const rows = world.vendor.addMany(58, at('11:00:00'), MINUTE);
    world.routes.set('/@visibility', () => reply);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', watermark: '2026-03-02T11:58:00.000Z' });
    expect(world.census(rows)).toEqual(EXACT);
  });

  it('is held no longer than a throttled one asks to be left alone, and then goes on without it', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), visibility: letterVisibility });
    const rows = world.vendor.addMany(58, at('11:00:00'), MINUTE);
    world.routes.set('/@visibility', () => ({ status: 429, headers: { 'retry-after': '120' } }));

    await world.run();
    world.clock.advance(2 * MINUTE);
    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect(world.census(rows)).toEqual(EXACT);
  });

  it('goes on when nobody can read the answer', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      visibility: {
        ...letterVisibility,
        read: () => {
          throw new Error('no such field');
        },
      },
    });
    const rows = world.vendor.addMany(58, at('11:00:00'), MINUTE);
    world.routes.set('/@visibility', () => ({}));

    await world.run();

    expect(world.census(rows)).toEqual(EXACT);
  });

  it.each(['silent', 'broken', 'unreachable'] as const)('leaves time for the feed in a short run: %s', async (kind) => {
    const world = createWorld({ startFrom: at('11:00:00'), visibility: letterVisibility });
    world.vendor.addMany(58, at('11:00:00'), MINUTE);
    world.routes.set('/@visibility', () => failures[kind]);

    for (let run = 0; run < 5; run++) {
      await world.run({ budget: MINUTE });
      world.clock.advance(5 * MINUTE);
    }

    expect(world.delivered().length).toBeGreaterThan(0);
  });

  it('holds what it knew while it cannot be asked, and asks again', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), visibility: letterVisibility });
    let reply: { status?: number; text?: string } = { text: 'abc' };
    world.routes.set('/@visibility', () => reply);
    await world.run();
    world.clock.advance(2 * HOUR);

    reply = { status: 403 };
    const [unknown] = await world.run();
    reply = { text: 'a' };
    world.clock.advance(HOUR);
    const [known] = await world.run();

    expect(unknown?.state).toBe('caught-up');
    expect(known?.error?.code).toBe('scope-shrank');
  });
});
