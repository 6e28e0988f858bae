import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { inventoryWorld, toldBy, watchSnapshots } from '../../memory/inventory.ts';
import { Crash, type EffectHook, ecsDestination, type World } from '../../memory/world.ts';

const STREAMS = { streams: ['keys'] } as const;
const FEED = 'memory/keys/acme';

async function worldOfTwo(count = 20) {
  const { world, keys } = inventoryWorld({ destinations: ['siem', 'archive'] });
  const wrong = watchSnapshots(world, FEED);
  keys.add(count);
  keys.pageSize = 10_000;
  await world.run(STREAMS);
  world.clock.advance(HOUR);
  return { world, keys, wrong };
}

/** A delivery stream that takes nothing. */
function refusing(...ids: string[]): EffectHook {
  return ({ name, about }) =>
    name === 'put' && ids.some((id) => about === `tidemark-${id}`)
      ? { refused: () => 'ServiceUnavailableException' }
      : undefined;
}

function expectEachOnce(world: World, destination: string): void {
  const ids = world.ids(destination);
  expect(new Set(ids).size).toBe(ids.length);
}

describe('rules 19 and 26: each destination is told of a change once', () => {
  it('while another one refuses for hours, the one that accepts is not told again; then the other is', async () => {
    const { world, keys, wrong } = await worldOfTwo();
    keys.things.set('thing 1', { level: 2 });
    keys.things.set('new', {});
    const reports = [];
    for (let run = 0; run < 72; run++) {
      world.clock.advance(5 * MINUTE);
      keys.things.set('busy', { run });
      reports.push((await world.run({ ...STREAMS, budget: 30 * SECOND, onEffect: refusing('archive') }))[0]);
    }

    expect(reports.every((report) => report?.state === 'failed' && report.error?.code === 'delivery')).toBe(true);
    expect(reports.every((report) => report?.error?.message.includes('Destination archive'))).toBe(true);
    // The first run asks; after that nothing is asked before what is pending has been told.
    expect(keys.requests.length).toBe(1 + 1);
    expect(reports[0]).toMatchObject({ fetched: 3, suppressed: 0, delivered: 0 });
    expect(world.names('siem')).toEqual(['20 keys', 'busy created', 'new created', 'thing 1 changed']);
    expect(world.names('archive')).toEqual(['20 keys']);
    expect(reports.at(-1)?.lagSeconds).toBeGreaterThan(6 * 3_600);
    expect(world.count('Changes')).toBe(0);
    expect(world.count('Delivered')).toBe(1);

    world.clock.advance(5 * MINUTE);
    const [report] = await world.run(STREAMS);

    expect(report).toMatchObject({ state: 'caught-up', delivered: 4, suppressed: 0, pages: 1 });
    for (const destination of ['siem', 'archive']) {
      expectEachOnce(world, destination);
      expect(toldBy(world.delivered(destination))).toEqual(keys.state);
    }
    expect(world.count('Changes')).toBe(4);
    expect(wrong).toEqual([]);
  });

  it('also the very first baseline', async () => {
    const { world, keys } = inventoryWorld({ destinations: ['siem', 'archive'] });
    keys.add(5);
    for (let run = 0; run < 3; run++) {
      await world.run({ ...STREAMS, budget: 30 * SECOND, onEffect: refusing('siem') });
      world.clock.advance(5 * MINUTE);
      keys.add(run, `new ${run}`);
    }
    const reports = await world.run(STREAMS);

    expect(reports[0]).toMatchObject({ state: 'caught-up', delivered: 1 + 3 });
    for (const destination of ['siem', 'archive']) {
      expectEachOnce(world, destination);
      expect(toldBy(world.delivered(destination))).toEqual(keys.state);
    }
  });

  it('when they refuse in turns, a part of the records each, and more than one flush', async () => {
    const { world, keys, wrong } = await worldOfTwo(0);
    keys.add(2_500);
    const reports = [];
    for (let turn = 0; turn < 8; turn++) {
      const [choosy, other] = turn % 2 === 0 ? ['siem', 'archive'] : ['archive', 'siem'];
      // The one takes half of its first call and nothing more, the other takes nothing at all.
      let calls = 0;
      const partly: EffectHook = (call) => {
        if (call.name !== 'put' || call.about !== `tidemark-${choosy}`) return refusing(other as string)(call);
        calls++;
        const refused = (record: number) => (calls === 1 && record % 2 === 0 ? undefined : 'InternalFailure');
        return { refused };
      };
      reports.push((await world.run({ ...STREAMS, budget: 30 * SECOND, onEffect: partly }))[0]);
      world.clock.advance(2 * MINUTE);
    }
    await world.run(STREAMS);

    expect(reports.every((report) => report?.state === 'failed' && report.error?.code === 'delivery')).toBe(true);
    for (const destination of ['siem', 'archive']) {
      expectEachOnce(world, destination);
      expect(toldBy(world.delivered(destination))).toEqual(keys.state);
    }
    expect(world.count('Changes')).toBe(2_500);
    expect(wrong).toEqual([]);
  });

  it('whatever the bound on seen keys', async () => {
    const { world, keys, wrong } = await worldOfTwo(0);
    keys.add(2_500);
    await world.run({ ...STREAMS, budget: 30 * SECOND, maxSeenKeys: 10, onEffect: refusing('archive') });
    world.clock.advance(5 * MINUTE);
    const dying: EffectHook = ({ name, nth }) => (name === 'put' && nth === 1 ? 'crash-before' : undefined);
    await expect(world.run({ ...STREAMS, maxSeenKeys: 10, onEffect: dying })).rejects.toThrow(Crash);
    world.clock.advance(HOUR);
    await world.run({ ...STREAMS, maxSeenKeys: 10 });

    expect(wrong).toEqual([]);
    for (const destination of ['siem', 'archive']) {
      expectEachOnce(world, destination);
      expect(toldBy(world.delivered(destination))).toEqual(keys.state);
    }
  });
});

describe('rules 19 and 26: a destination added later', () => {
  it('is told of the changes from then on; the others are not told again', async () => {
    const { world, keys } = await worldOfTwo();
    keys.things.set('before', {});
    await world.run(STREAMS);
    world.destinations = [...world.destinations, ecsDestination('late')];
    keys.things.set('after', {});
    world.clock.advance(HOUR);

    const [report] = await world.run(STREAMS);

    expect(report).toMatchObject({ state: 'caught-up', delivered: 1 });
    expect(world.names('late')).toEqual(['after created']);
    expect(world.names('siem')).toEqual(['20 keys', 'before created', 'after created']);
    expect(Object.keys(world.snapshotCheckpoint('keys').destinations)).toEqual(['siem', 'archive', 'late']);
  });

  it('is told of what is still pending', async () => {
    const { world, keys } = await worldOfTwo();
    keys.things.set('pending', {});
    await world.run({ ...STREAMS, budget: 30 * SECOND, onEffect: refusing('archive') });
    world.clock.advance(MINUTE);
    world.destinations = [ecsDestination('late'), ...world.destinations].reverse();

    await world.run(STREAMS);

    expect(world.names('late')).toEqual(['pending created']);
    for (const destination of ['siem', 'archive']) {
      expect(world.names(destination)).toEqual(['20 keys', 'pending created']);
    }
  });

  it('leaves no debt when it refuses and is removed', async () => {
    const { world, keys } = await worldOfTwo();
    keys.things.set('new', {});
    await world.run({ ...STREAMS, budget: 30 * SECOND, onEffect: refusing('archive') });
    world.clock.advance(MINUTE);
    world.destinations = world.destinations.slice(0, 1);

    const [report] = await world.run(STREAMS);

    expect(report).toMatchObject({ state: 'caught-up', fetched: 1, suppressed: 1, delivered: 0 });
    expect(world.count('Suppressed')).toBe(1);
    const removed = 'archive is no longer configured: it may lack events from ';
    expect(world.names('siem')).toEqual(['20 keys', 'new created', expect.stringContaining(removed)]);
    expect(world.snapshotCheckpoint('keys')).not.toHaveProperty('pending');
    expect(Object.keys(world.snapshotCheckpoint('keys').destinations)).toEqual(['siem']);
  });
});

describe('rule 37: a destination is told what it has missed of a list', () => {
  const cut: EffectHook = ({ name }) => (name === 'put' ? 'lost-before' : undefined);
  const told = (world: World, destination: string) =>
    world.delivered(destination).filter(({ event }) => event.action === 'owed-lost').length;

  it('when it returns, although the first run after that cannot deliver', async () => {
    const { world, keys } = await worldOfTwo();
    const all = world.destinations;
    world.destinations = all.slice(0, 1);
    await world.run(STREAMS);
    world.clock.advance(HOUR);
    keys.things.set('new', {});
    await world.run(STREAMS);
    world.clock.advance(HOUR);
    world.destinations = all;
    const [failed] = await world.run({ ...STREAMS, budget: 30 * SECOND, onEffect: cut });
    world.clock.advance(HOUR);
    await world.run(STREAMS);

    expect(failed?.state).toBe('failed');
    for (const destination of ['siem', 'archive']) expect(told(world, destination)).toBe(1);
  });

  it('when its stream was replaced, although the first run after that cannot deliver', async () => {
    const { world, keys } = await worldOfTwo();
    keys.things.set('new', {});
    await world.run(STREAMS);
    for (const { deliveryStream } of world.destinations) {
      world.firehose.replace(deliveryStream, world.now - 5 * MINUTE, world.now);
    }
    world.clock.advance(5 * MINUTE);
    const [failed] = await world.run({ ...STREAMS, budget: 30 * SECOND, onEffect: cut });
    world.clock.advance(HOUR);
    await world.run(STREAMS);

    expect(failed?.state).toBe('failed');
    for (const destination of ['siem', 'archive']) expect(told(world, destination)).toBe(2);
  });
});
