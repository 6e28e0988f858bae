import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { inventoryWorld, type MemoryInventory, toldBy, watchSnapshots } from '../../memory/inventory.ts';
import {
  Crash,
  type EffectCall,
  type EffectHook,
  type EffectName,
  type Fault,
  type World,
} from '../../memory/world.ts';

const STREAMS = { streams: ['keys'] } as const;
const FEED = 'memory/keys/acme';
const BOTH = ['siem', 'archive'] as const;

/** A list before its first run. */
async function newWorld() {
  const { world, keys } = inventoryWorld({ destinations: BOTH });
  const wrong = watchSnapshots(world, FEED);
  keys.add(25);
  return { world, keys, wrong };
}

/** A list of which two destinations know how it was, and some of which has changed since. */
async function changedWorld() {
  const { world, keys, wrong } = await newWorld();
  await world.run(STREAMS);
  world.clock.advance(HOUR);
  keys.remove(3);
  keys.things.set('thing 12', { level: 2 });
  keys.add(4, 'new');
  return { world, keys, wrong };
}

interface Prepared {
  readonly world: World;
  readonly keys: MemoryInventory;
  /** What was wrong with any write of the checkpoint. */
  readonly wrong: readonly string[];
}

async function effectsOf(prepare: () => Promise<Prepared>): Promise<EffectCall[]> {
  const { world } = await prepare();
  const calls: EffectCall[] = [];
  await world.run({ ...STREAMS, onEffect: (call) => void calls.push(call) });
  return calls;
}

/** A run that dies, or whose effect goes wrong, at one place. */
async function runWith(world: World, number: number, fault: Fault): Promise<void> {
  await world
    .run({ ...STREAMS, budget: MINUTE, onEffect: (call) => (call.number === number ? fault : undefined) })
    .catch((thrown) => {
      if (!(thrown instanceof Crash)) throw thrown;
    });
}

/** Runs until all has come to its end; at the end every destination knows how things are, and one snapshot is stored. */
async function settle({ world, keys, wrong }: Prepared): Promise<void> {
  world.clock.advance(2 * MINUTE);
  await world.runUntilCaughtUp(STREAMS);
  keys.things.set('after all', {});
  world.clock.advance(HOUR);
  await world.runUntilCaughtUp(STREAMS);

  expect(wrong).toEqual([]);
  for (const destination of BOTH) expect(toldBy(world.delivered(destination))).toEqual(keys.state);
  expect([...world.table.snapshots.keys()]).toEqual([`${FEED}#${world.snapshotCheckpoint('keys').snapshot?.id}`]);
  expect(world.snapshotCheckpoint('keys')).not.toHaveProperty('pending');
}

function repeated(world: World, destination: string): string[] {
  const met = new Set<string>();
  return world.ids(destination).filter((id) => met.has(id) || !met.add(id));
}

describe('rule 26: a run that dies at any step loses nothing', () => {
  const scenarios = [
    ['while it tells the first baseline', newWorld, 1],
    ['while it tells changes', changedWorld, 8],
  ] as const;

  it.each(scenarios)('%s: what comes twice is one flush at most, with the same ids', async (_, prepare, flush) => {
    const effects = await effectsOf(prepare);
    expect(effects.length).toBeGreaterThan(15);
    for (const { number, name } of effects) {
      for (const fault of ['crash-before', 'crash-midway', 'crash-after'] as const) {
        const prepared = await prepare();
        const { world } = prepared;
        await runWith(world, number, fault);
        await settle(prepared);

        const twice = BOTH.flatMap((destination) => repeated(world, destination));
        const most = name === 'put' || name === 'remember' ? 2 * flush : 0;
        expect(twice.length, `${fault} ${name} ${number}`).toBeLessThanOrEqual(most);
      }
    }
  });

  it('nor does one that dies again while it makes up for that', async () => {
    const effects = await effectsOf(changedWorld);
    for (const { number: first, name } of effects) {
      if (name !== 'put' && name !== 'write' && name !== 'saveSnapshot') continue;
      for (const { number: second } of effects) {
        const prepared = await changedWorld();
        const { world, keys } = prepared;
        await runWith(world, first, 'crash-after');
        world.clock.advance(2 * MINUTE);
        keys.things.delete(`thing ${20 + (second % 5)}`);
        await runWith(world, second, second % 2 ? 'crash-before' : 'crash-after');
        await settle(prepared);
      }
    }
  });

  it('and repeats the flush that was in flight when there are several, not those before it', async () => {
    for (const name of ['put', 'remember'] as const) {
      for (const nth of [1, 2, 3]) {
        const { world, keys } = inventoryWorld();
        keys.pageSize = 20_000;
        await world.run(STREAMS);
        keys.add(12_500);
        world.clock.advance(HOUR);
        const fault = name === 'put' ? 'crash-after' : 'crash-before';
        const dying: EffectHook = (call) => (call.name === name && call.nth === nth ? fault : undefined);
        await expect(world.run({ ...STREAMS, onEffect: dying })).rejects.toThrow(Crash);
        world.clock.advance(HOUR);
        const [report] = await world.run(STREAMS);

        expect(report).toMatchObject({ state: 'caught-up', fetched: 12_500, suppressed: 5_000 * (nth - 1) });
        expect(repeated(world, 'siem')).toHaveLength(nth === 3 ? 2_500 : 5_000);
        expect(world.count('Changes')).toBe(12_500);
      }
    }
  });
});

describe('rule 26: a run that takes over begins with what is pending', () => {
  it('and tells that before it asks anything, with the time at which it was found', async () => {
    const prepared = await changedWorld();
    const { world, keys } = prepared;
    await runWith(
      world,
      (await effectsOf(changedWorld)).find(({ name }) => name === 'put')?.number ?? 0,
      'crash-before',
    );
    const { pending } = world.snapshotCheckpoint('keys');
    keys.things.delete('thing 20');
    world.clock.advance(HOUR);
    const order: string[] = [];

    const [report] = await world.run({ ...STREAMS, onEffect: ({ name }) => void order.push(name) });

    expect(order.indexOf('put')).toBeLessThan(order.indexOf('fetch'));
    expect(report).toMatchObject({ state: 'caught-up', fetched: 9, delivered: 9, warnings: [] });
    const stamps = world
      .delivered()
      .slice(1)
      .map((event) => [event.message, event['@timestamp'], event.event.created]);
    const then = new Date((pending?.at ?? 0) / 1_000).toISOString();
    expect(stamps[0]).toEqual(['new 0 created', then, then]);
    expect(stamps.at(-1)).toEqual(['thing 20 deleted', report?.watermark, report?.watermark]);
  });

  it('and has its time for a watermark as long as the list cannot be read', async () => {
    const prepared = await changedWorld();
    const { world, keys } = prepared;
    await runWith(
      world,
      (await effectsOf(changedWorld)).find(({ name }) => name === 'put')?.number ?? 0,
      'crash-before',
    );
    const { pending, watermark } = world.snapshotCheckpoint('keys');
    world.clock.advance(HOUR);
    keys.replies.push({ status: 400 });

    const [report] = await world.run(STREAMS);

    expect(pending?.at).toBeGreaterThan(watermark);
    expect(report).toMatchObject({ state: 'failed', delivered: 8 });
    expect(world.snapshotCheckpoint('keys').watermark).toBe(pending?.at);
  });
});

describe('rule 26: answers of the table that get lost', () => {
  it('at any step, lose nothing', async () => {
    for (const { number } of await effectsOf(changedWorld)) {
      for (const fault of ['lost-before', 'lost-midway', 'lost-after'] as const) {
        const prepared = await changedWorld();
        const { world } = prepared;
        await runWith(world, number, fault);
        await settle(prepared);
      }
    }
  });

  it.each(['write', 'saveSnapshot', 'remember', 'dropSnapshots'] as const)('to a %s cost nothing', async (lost) => {
    const times = (await effectsOf(changedWorld)).filter(({ name }) => name === lost).length;
    for (let which = 1; which <= times; which++) {
      for (const fault of ['lost-before', 'lost-after'] as const) {
        const prepared = await changedWorld();
        const { world } = prepared;
        const [report] = await world.run({
          ...STREAMS,
          onEffect: ({ name, nth }) => (name === lost && nth === which ? fault : undefined),
        });

        expect(report).toMatchObject({ state: 'caught-up', delivered: 8 });
        expect(BOTH.flatMap((destination) => repeated(world, destination))).toEqual([]);
        await settle(prepared);
      }
    }
  });

  it('for a whole run: nothing is told of what could not be stored first', async () => {
    const prepared = await changedWorld();
    const { world } = prepared;
    let tries = 0;
    const throttled: EffectHook = ({ name }) => {
      if (name !== 'saveSnapshot') return undefined;
      tries++;
      return 'lost-before';
    };

    const [report] = await world.run({ ...STREAMS, budget: MINUTE, onEffect: throttled });

    expect(report).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'state', stage: 'saving' } });
    expect(tries).toBeGreaterThan(5);
    expect(world.ids()).toHaveLength(1);
    await settle(prepared);
  });

  it('until its last moments: what the end of a run is kept back for is used', async () => {
    const prepared = await changedWorld();
    const { world } = prepared;
    const until = world.now + 55 * SECOND;
    const throttled: EffectHook = ({ name }) =>
      name === 'saveSnapshot' && world.now < until ? 'lost-before' : undefined;

    const [report] = await world.run({ ...STREAMS, budget: MINUTE, onEffect: throttled });

    expect(report).toMatchObject({ state: 'caught-up', delivered: 8 });
    await settle(prepared);
  });

  it('when old snapshots are removed: that is said, and done after the next change', async () => {
    const prepared = await changedWorld();
    const { world } = prepared;

    const [report] = await world.run({
      ...STREAMS,
      onEffect: ({ name }) => (name === 'dropSnapshots' ? 'lost-before' : undefined),
    });

    expect(report).toMatchObject({ state: 'caught-up', delivered: 8 });
    expect(world.logs.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('Old snapshots could not be removed'),
        fields: { feed: FEED, error: expect.any(String) },
      },
    ]);
    expect(world.table.snapshots.size).toBe(2);
    await settle(prepared);
  });
});

describe('rule 26: one worker', () => {
  it('of three at once works', async () => {
    const prepared = await changedWorld();
    const { world, keys } = prepared;
    keys.latency = SECOND;

    const reports = await Promise.all([1, 2, 3].map(() => world.run(STREAMS)));

    expect(reports.map(([report]) => report?.state).sort()).toEqual(['busy', 'busy', 'caught-up']);
    for (const destination of BOTH) expect(repeated(world, destination)).toEqual([]);
    await settle(prepared);
  });

  it('and another one that begins in the same second, by a clock that was set right, stores nothing in its place', async () => {
    const prepared = await newWorld();
    const { world, keys } = prepared;
    await world.run({ ...STREAMS, clockOffset: 3 * HOUR });
    keys.add(2, 'new');
    const stale = world.run({
      ...STREAMS,
      outlives: true,
      budget: 20 * SECOND,
      onEffect: ({ name }) => (name === 'saveSnapshot' ? { latency: 20 * MINUTE } : undefined),
    });
    await world.clock.wait(MINUTE);
    keys.add(2, 'newer');
    await world.run(STREAMS);
    const [late] = await stale;

    expect(late).toMatchObject({ state: 'busy', error: { code: 'lease-lost' } });
    await settle(prepared);
  });

  const hangs: readonly (readonly [EffectName, number])[] = [
    ['fetch', 2],
    ['loadSnapshot', 1],
    ['saveSnapshot', 1],
    ['write', 2],
    ['loadSeen', 1],
    ['remember', 1],
    ['write', 3],
    ['dropSnapshots', 1],
    ['write', 4],
  ];

  describe.each(hangs)('that hangs in %s %i until its lease has run out', (hung, which) => {
    const hang: EffectHook = ({ name, nth }) => (name === hung && nth === which ? { latency: 20 * MINUTE } : undefined);

    it('cannot undo what its successor has told and stored', async () => {
      const prepared = await changedWorld();
      const { world, keys } = prepared;
      const stale = world.run({ ...STREAMS, outlives: true, budget: 20 * SECOND, onEffect: hang });
      await world.clock.wait(MINUTE);
      keys.things.set('meanwhile', {});

      const [fresh] = await world.run(STREAMS);
      const end = world.snapshotCheckpoint('keys');
      const [late] = await stale;

      expect(fresh?.state).toBe('caught-up');
      expect(late?.state).not.toBe('caught-up');
      expect(world.snapshotCheckpoint('keys')).toEqual(end);
      await settle(prepared);
    });

    it('cannot remove what its successor is still telling', async () => {
      const prepared = await changedWorld();
      const { world, keys } = prepared;
      const stale = world.run({ ...STREAMS, outlives: true, budget: 20 * SECOND, onEffect: hang });
      await world.clock.wait(MINUTE);
      keys.things.set('meanwhile', {});
      const refuse: EffectHook = ({ name }) =>
        name === 'put' ? { refused: () => 'ServiceUnavailableException' } : undefined;
      await world.run({ ...STREAMS, budget: MINUTE, onEffect: refuse });
      const { pending } = world.snapshotCheckpoint('keys');
      await stale;

      expect(pending).toBeDefined();
      expect(world.table.snapshots.has(`${FEED}#${pending?.id}`)).toBe(true);
      await settle(prepared);
    });
  });
});
