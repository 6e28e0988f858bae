import { describe, expect, it } from 'vitest';
import { rowKey } from '../../../functions/core/events/identity.ts';
import { ReusedIds } from '../../../functions/core/reading/rows/reused-ids.ts';
import { MINUTE } from '../../../functions/core/time.ts';
import { createWorld, type World } from '../../memory/world.ts';
import { untilDone } from '../jobs/standing.ts';
import { at } from '../set-up.ts';

const WARNING = 'The vendor has used one id for several records. Each is delivered as an event of its own.';

function warnings(world: World): number {
  return world.logs.filter(({ level, message }) => level === 'warn' && message === WARNING).length;
}

/** A log of acts with ids. The name of who acted may change later, and the vendor may add fields. */
function actsWorld(): World {
  return createWorld({
    startFrom: at('11:00:00'),
    stream: {
      recordKey: ({ value }) => {
        const { id, date, act } = value as { id: string; date: string; act: string };
        return { id, content: JSON.stringify([date, act]) };
      },
    },
  });
}

function addAct(world: World, act: string, time = at('11:30:00'), more: object = {}) {
  return world.vendor.add({ time, name: act, fields: { id: 'reused', act, ...more } });
}

describe('rule 42: an id is believed while its record agrees', () => {
  it('delivers three different records under one id, says so once, and verify counts all of them', async () => {
    const world = actsWorld();
    for (const act of ['create', 'update', 'delete']) addAct(world, act);

    await world.run();

    expect(world.names().sort()).toEqual(['create', 'delete', 'update']);
    expect(new Set(world.ids()).size).toBe(3);
    expect(world.count('ReusedIds')).toBe(2);
    expect(warnings(world)).toBe(1);
    expect(world.logs.find(({ message }) => message === WARNING)?.fields).toEqual({
      feed: 'memory/events/acme',
      id: 'reused',
    });
    world.clock.advance(60 * MINUTE);
    await world.run();
    const report = await untilDone(world, { act: 'verify', range: { from: at('11:00:00'), to: at('12:00:00') } });
    expect(report.job?.steps).toMatchObject([{ vendor: 3, delivered: 3, missing: 0 }]);
  });

  it('finds by verify those of them that were not delivered', async () => {
    const world = actsWorld();
    addAct(world, 'create');
    await world.run();
    world.clock.advance(60 * MINUTE);
    await world.run();
    for (const act of ['update', 'delete']) addAct(world, act);

    const range = { from: at('11:00:00'), to: at('12:00:00') };
    const report = await untilDone(world, { act: 'verify', range, repair: true });

    expect(report.job?.steps).toMatchObject([{ vendor: 3, delivered: 1, missing: 2, repaired: 2 }]);
    expect(world.names().slice(0, 3).sort()).toEqual(['create', 'delete', 'update']);
    expect(warnings(world)).toBe(1);
  });

  it('tells of an id whose other record was delivered by an earlier run, once', async () => {
    const world = actsWorld();
    addAct(world, 'create');
    await world.run();
    expect(warnings(world)).toBe(0);
    addAct(world, 'delete', at('11:55:00'));

    for (const _ of [1, 2, 3]) {
      world.clock.advance(5 * MINUTE);
      await world.run();
    }

    expect(world.names()).toEqual(['create', 'delete']);
    expect([world.count('ReusedIds'), warnings(world)]).toEqual([1, 1]);
  });

  it('knows a record again that says more, or names somebody otherwise', async () => {
    const world = actsWorld();
    const first = addAct(world, 'create', at('11:55:00'), { who: 'Ann' });
    await world.run();
    first.goneAt = world.now;
    addAct(world, 'create', at('11:55:00'), { who: 'Ann Miller', added: 'in version 2' });
    world.clock.advance(5 * MINUTE);

    const [report] = await world.run();

    expect(report).toMatchObject({ fetched: 1, suppressed: 1, delivered: 0 });
    expect([world.count('ReusedIds'), warnings(world)]).toEqual([0, 0]);
  });

  it('takes the whole record where the stream does not say what stays the same', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    for (const act of ['create', 'update']) addAct(world, act);

    await world.run();

    expect(world.names().sort()).toEqual(['create', 'update']);
    expect(world.count('ReusedIds')).toBe(1);
  });
});

describe('the memory for reused ids', () => {
  const key = (content: string) => rowKey({ recordKey: () => ({ content }) }, { value: {}, text: '{}' });

  it('tells only of pairs with a new record', () => {
    const ids = new ReusedIds();

    expect(ids.isReused('one', key('a'), false)).toBe(false);
    expect(ids.isReused('one', key('b'), false)).toBe(false);
    expect(ids.isReused('one', key('c'), true)).toBe(true);
    expect(ids.isReused('one', key('c'), false)).toBe(false);
    expect(ids.isReused('one', key('d'), false)).toBe(false);
    expect(ids.isReused('two', key('a'), true)).toBe(false);
    expect(ids.isReused('two', key('b'), false)).toBe(true);
    expect(ids.isReused('other', key('a'), true)).toBe(false);
  });

  it('knows the last ten thousand ids at least, however long, and forgets those long before', () => {
    const ids = new ReusedIds();
    const long = (number: number) => `${number}`.repeat(100);
    for (let number = 0; number < 30_000; number++) ids.isReused(long(number), key(String(number)), true);

    expect(ids.isReused(long(20_000), key('other'), true)).toBe(true);
    expect(ids.isReused(long(0), key('other'), true)).toBe(false);
  });
});
