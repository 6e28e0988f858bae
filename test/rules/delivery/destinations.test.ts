import { describe, expect, it } from 'vitest';
import { HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import {
  Crash,
  createWorld,
  type EffectHook,
  ecsDestination,
  type World,
  type WorldOptions,
} from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

function worldOfTwo(options: WorldOptions = {}): World {
  return createWorld({ startFrom: at('11:00:00'), destinations: ['siem', 'archive'], ...options });
}

/** A run every five minutes, as long as said. */
async function runFor(world: World, time: number, budget = 30 * SECOND) {
  const reports = [];
  for (const until = world.now + time; world.now < until; world.clock.advance(5 * MINUTE)) {
    reports.push((await world.run({ budget }))[0]);
  }
  return reports;
}

/** A delivery stream that takes nothing. */
function refusing(...ids: string[]): EffectHook {
  return ({ name, about }) =>
    name === 'put' && ids.some((id) => about === `tidemark-${id}`)
      ? { refused: () => 'ServiceUnavailableException' }
      : undefined;
}

/** The vendor's rows that had settled a while ago. */
function settled(world: World) {
  return world.vendor.rows.filter(({ time }) => time < world.now - 10 * MINUTE);
}

describe('rule 19: an event goes to those destinations that have not accepted it', () => {
  it('spares the other the repetitions of six hours of one that refuses, and waits for it', async () => {
    const world = worldOfTwo();
    world.vendor.addMany(480, at('11:00:00'), MINUTE);
    world.onEffect = refusing('archive');

    const reports = await runFor(world, 6 * HOUR);

    expect(reports.length).toBeGreaterThan(60);
    expect(reports.every((report) => report?.state === 'failed' && report.error?.code === 'delivery')).toBe(true);
    expect(reports.map((report) => report?.error?.message)).toEqual(
      reports.map(() => expect.stringContaining('Destination archive (Firehose stream tidemark-archive)')),
    );
    expect(world.checkpoint().watermark).toBe(at('11:00:00'));
    expect(reports.at(-1)?.lagSeconds).toBeGreaterThan(6 * 3_600);
    expect(world.census(settled(world), 'siem')).toMatchObject({ missing: [], repeated: [] });
    expect(world.names('archive')).toEqual([]);

    world.onEffect = undefined;
    await world.runUntilCaughtUp();

    for (const destination of ['siem', 'archive']) {
      expect(world.census(settled(world), destination)).toMatchObject({ missing: [], repeated: [] });
    }
    expect(world.checkpoint().watermark).toBeGreaterThan(world.now - 10 * MINUTE);
  });

  it('does so when the refused backlog is more than one flush', async () => {
    const world = worldOfTwo({ vendor: { pageSize: 500 } });
    world.vendor.addMany(3_400, at('11:00:00'), SECOND);
    world.onEffect = refusing('archive');
    await runFor(world, HOUR);
    expect(world.census([], 'siem').repeated).toEqual([]);

    world.onEffect = undefined;
    await world.runUntilCaughtUp();

    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination)).toEqual(EXACT);
  });

  it('does so when they refuse in turns', async () => {
    const world = worldOfTwo();
    world.vendor.addMany(300, at('11:00:00'), MINUTE);

    for (let turn = 0; turn < 8; turn++) {
      world.onEffect = refusing(turn % 2 === 0 ? 'siem' : 'archive');
      await runFor(world, 20 * MINUTE);
    }
    world.onEffect = undefined;
    await runFor(world, 20 * MINUTE);

    for (const destination of ['siem', 'archive']) {
      expect(world.census(settled(world), destination)).toMatchObject({ missing: [], repeated: [] });
    }
  });

  it('does so when the process dies while it tries again', async () => {
    const world = worldOfTwo();
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    const refuse = refusing('archive');

    await world.run({ budget: 30 * SECOND, onEffect: refuse });
    const dying: EffectHook = (call) => (call.name === 'put' && call.nth === 3 ? 'crash-before' : refuse(call));
    await expect(world.run({ budget: 30 * SECOND, onEffect: dying })).rejects.toThrow(Crash);
    world.clock.advance(5 * MINUTE);
    await world.runUntilCaughtUp();

    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination)).toEqual(EXACT);
  });

  it('names the one that a person has to mend before one that time may mend', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), destinations: ['one', 'two', 'three'] });
    world.vendor.addMany(5, at('11:00:00'), MINUTE);
    world.onEffect = refusing('two', 'three');

    const [report] = await world.run({ budget: 30 * SECOND });

    expect(report?.error?.message).toMatch(/Destination (two|three)/);
    expect(report?.error?.remedy).toContain('other destinations are not sent their events again');
    expect(world.census(undefined, 'one')).toEqual(EXACT);
  });

  it('knows who has accepted what when the configuration lists them in another order', async () => {
    const world = worldOfTwo();
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.onEffect = refusing('archive');
    await world.run({ budget: 30 * SECOND });

    world.onEffect = undefined;
    world.destinations = [ecsDestination('archive'), ecsDestination('siem')];
    await world.runUntilCaughtUp();

    for (const destination of ['siem', 'archive']) expect(world.census(undefined, destination)).toEqual(EXACT);
  });
});

describe('rule 19: a destination added later starts now', () => {
  it('gets what comes from the watermark on, and nothing of the past', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(200, at('11:00:00'), MINUTE);
    await runFor(world, 30 * MINUTE);
    const { watermark } = world.checkpoint();

    world.destinations = [...world.destinations, ecsDestination('archive')];
    world.vendor.add({ time: watermark - 10 * MINUTE, name: 'late', visibleAt: world.now });
    await runFor(world, HOUR);

    const since = settled(world).filter(({ time }) => time >= watermark);
    expect(world.census(since, 'archive')).toMatchObject({ missing: [], repeated: [] });
    expect(
      world.delivered('archive').every((event) => (parseInstant(event['@timestamp']) as number) >= watermark),
    ).toBe(true);
    expect(world.census(settled(world), 'siem')).toMatchObject({ missing: [], repeated: [] });
    expect(world.names('siem')).toContain('late');
  });

  it.each(['ascending', 'newest-first'] as const)('gets the whole of a window that is half read: %s', async (order) => {
    const world = createWorld({ startFrom: at('06:00:00'), vendor: { order, latency: 10 * SECOND } });
    world.vendor.addMany(170, at('06:00:00'), 2 * MINUTE);
    await world.run({ budget: MINUTE });
    const { watermark, plan } = world.checkpoint();
    expect(plan?.left).toBeDefined();
    expect(world.names().length).toBeGreaterThan(0);

    world.destinations = [...world.destinations, ecsDestination('archive')];
    await world.runUntilCaughtUp({ budget: 5 * MINUTE });

    const since = world.vendor.rows.filter(({ time }) => time >= watermark);
    expect(world.census(since, 'archive')).toMatchObject({ missing: [], repeated: [] });
    expect(world.census()).toEqual(EXACT);
  });

  it('leaves no debt behind: a destination that refuses and is removed holds nothing up', async () => {
    const world = worldOfTwo();
    world.vendor.addMany(100, at('11:00:00'), MINUTE);
    world.onEffect = refusing('archive');
    await runFor(world, 20 * MINUTE);

    world.destinations = world.destinations.slice(0, 1);
    await world.runUntilCaughtUp();

    expect(world.checkpoint().watermark).toBeGreaterThan(world.now - 10 * MINUTE);
    expect(world.census(settled(world), 'siem')).toMatchObject({ missing: [], repeated: [] });
  });
});

describe('rule 20: what Firehose has accepted is delivered', () => {
  /** Events so large that each is a record of its own. */
  function largeEvents(options: WorldOptions = {}): World {
    const world = createWorld({ startFrom: at('11:00:00'), ...options });
    world.vendor.addMany(9, at('11:00:00'), MINUTE, { fields: { padding: 'x'.repeat(40_000) } });
    return world;
  }

  it('sends again the refused records of a call, and only those', async () => {
    const world = largeEvents();
    const sizes: number[] = [];
    world.onEffect = ({ name, nth, value }) => {
      if (name !== 'put') return undefined;
      sizes.push((value as unknown[]).length);
      return { refused: (record) => (nth === 1 && record % 3 === 0 ? 'ServiceUnavailableException' : undefined) };
    };

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 9, retries: 1 });
    expect(sizes).toEqual([9, 3]);
    expect(world.census()).toEqual(EXACT);
    expect(world.count('DeliveryRefused')).toBe(3);
  });

  it('remembers the accepted part of a call over the end of a run that failed', async () => {
    const world = largeEvents();
    const refuse: EffectHook = ({ name, nth }) =>
      name === 'put' ? { refused: (record) => (nth > 1 || record > 3 ? 'InternalFailure' : undefined) } : undefined;

    const [failed] = await world.run({ budget: 20 * SECOND, onEffect: refuse });
    const first = world.names().length;
    const [report] = await world.run();

    expect(failed).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'delivery', stage: 'sending' } });
    expect(failed?.error?.message).toContain('5 record(s): InternalFailure');
    expect(first).toBe(4);
    expect(report).toMatchObject({ state: 'caught-up', suppressed: 4, delivered: 5 });
    expect(world.census()).toEqual(EXACT);
  });

  it('moves the watermark only when the last record is accepted', async () => {
    const world = largeEvents();
    let accepted = false;
    world.onEffect = ({ name, nth, value }) => {
      if (name === 'put') {
        accepted = nth === 4;
        return { refused: (record) => (record === 0 && nth < 4 ? 'ServiceUnavailableException' : undefined) };
      }
      const { watermark } = (name === 'write' ? value : {}) as { watermark?: Instant };
      if (watermark !== undefined && watermark > at('11:00:00')) expect(accepted).toBe(true);
      return undefined;
    };

    await world.run();

    expect(accepted).toBe(true);
    expect(world.checkpoint().watermark).toBe(at('11:58:00'));
    expect(world.census()).toEqual(EXACT);
  });

  it('sends a call whose answer got lost again, with the same event ids', async () => {
    const world = largeEvents();
    world.onEffect = ({ name, nth }) => (name === 'put' && nth === 1 ? 'lost-after' : undefined);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 9 });
    expect(world.ids()).toHaveLength(18);
    expect(new Set(world.ids()).size).toBe(9);
  });
});

describe('a destination that takes one event a record', () => {
  it('gets each event in a record of its own, within the limits of a call, beside one that gets them packed', async () => {
    const single = { ...ecsDestination('single'), shape: { format: 'ecs', onePerRecord: true } } as const;
    const world = createWorld({ startFrom: at('11:00:00'), destinations: ['siem', single], vendor: { pageSize: 700 } });
    world.vendor.addMany(700, at('11:00:00'), SECOND);
    const sizes = new Map<string, number[]>();
    world.onEffect = ({ name, about, nth, value }) => {
      if (name !== 'put') return undefined;
      const records = value as readonly Uint8Array[];
      sizes.set(about, [...(sizes.get(about) ?? []), records.length]);
      if (about === 'tidemark-single') for (const one of records) expect(one.indexOf(10)).toBe(one.length - 1);
      return nth <= 2 ? { refused: (record) => (record < 5 ? 'ServiceUnavailableException' : undefined) } : undefined;
    };

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 700 });
    expect(sizes.get('tidemark-single')?.slice(0, 2)).toEqual([500, 200]);
    expect(sizes.get('tidemark-siem')?.[0]).toBeLessThan(20);
    for (const { id } of world.destinations) expect(world.census(undefined, id)).toEqual(EXACT);
  });
});
