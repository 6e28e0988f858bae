import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_EVENT } from '../../../functions/core/events/tags.ts';
import { toldName } from '../../../functions/core/events/unknown/told-name.ts';
import { UnknownNames } from '../../../functions/core/events/unknown/unknown-names.ts';
import { reportFeedStatus } from '../../../functions/core/invocation/feed-status.ts';
import type { Feed, Knows, Row } from '../../../functions/core/model.ts';
import { MOST_UNKNOWN_NAMES } from '../../../functions/core/stored/findings/unknown-name.ts';
import { DAY, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type World } from '../../memory/world.ts';
import { at } from '../set-up.ts';

const KNOWS: Knows = {
  file: 'the-mapping.ts',
  fields: ['id', 'date', 'name', 'people.name'],
  event: (name) => (name.startsWith('new') ? { file: 'the-verbs.ts', line: `${name}: '${name}',` } : undefined),
};

/** A world whose vendor names its events: those that begin with "new" are not known. */
function worldOf(): World {
  return createWorld({
    stream: {
      knows: KNOWS,
      map: ({ value }: Row) => {
        const { name } = value as { name: string };
        return {
          ...(KNOWS.event?.(name) && { tags: [UNKNOWN_EVENT] }),
          event: { category: ['configuration'], type: ['info'], action: 'event', code: name },
        };
      },
    },
  });
}

/** Rows at the vendor, a minute apart, each with these fields. */
function add(world: World, ...rows: readonly ({ readonly name: string } & Record<string, unknown>)[]): void {
  for (const [number, { name, ...fields }] of rows.entries()) {
    world.vendor.add({ time: world.now - 20 * MINUTE + number * SECOND, name, fields });
  }
}

const toldIn = (world: World) =>
  world.logs.filter(({ message }) => message.startsWith('The vendor sends a new')).map(({ message }) => message);

describe('what the mapping does not know', () => {
  it('is told once, without its values, with the line that would take it', async () => {
    const world = worldOf();
    add(world, { name: 'known' }, { name: 'newThing', secret: 'p4ssw0rd' }, { name: 'newThing', secret: 'again' });

    await world.runUntilCaughtUp();
    world.clock.advance(5 * MINUTE);
    add(world, { name: 'newThing', secret: 'and again' });
    await world.runUntilCaughtUp();

    expect(toldIn(world)).toEqual([
      'The vendor sends a new field: secret. It is delivered. To map it, add to the-mapping.ts: secret: textOf(record.secret),',
      "The vendor sends a new event: newThing. It is delivered. To map it, add to the-verbs.ts: newThing: 'newThing',",
    ]);
    const shapes = world.logs.flatMap(({ fields }) => (fields?.shape === undefined ? [] : [fields.shape]));
    expect(shapes).toEqual(['text', expect.stringMatching(/^\{ [^}]*name: text[^}]*secret: text[^}]* \}$/)]);
    expect(JSON.stringify(world.logs)).not.toContain('p4ssw0rd');
    expect(JSON.stringify(world.checkpoint())).not.toContain('p4ssw0rd');
    expect(world.checkpoint().unknown).toHaveLength(2);
    expect(world.census().missing).toEqual([]);
  });

  it('is listed by the status of the feed, until the mapping knows it', async () => {
    const world = worldOf();
    add(world, { name: 'newThing', secret: 'p4ssw0rd' });
    await world.runUntilCaughtUp();
    const feed = world.feeds[0] as Feed;
    const { effects } = world.invoke();
    const status = await reportFeedStatus(effects, feed);
    const learnt = { ...feed, stream: { ...feed.stream, knows: { ...KNOWS, fields: [...KNOWS.fields, 'secret'] } } };

    expect(status.unknown).toMatchObject([
      { kind: 'field', name: 'secret', shape: 'text', file: 'the-mapping.ts', line: 'secret: textOf(record.secret),' },
      { kind: 'event', name: 'newThing', file: 'the-verbs.ts' },
    ]);
    expect(JSON.stringify(status)).not.toContain('p4ssw0rd');
    expect((await reportFeedStatus(effects, learnt)).unknown).toMatchObject([{ name: 'newThing' }]);
    expect(
      (await reportFeedStatus(effects, { ...feed, stream: { ...feed.stream, knows: undefined } as never })).unknown,
    ).toBe(undefined);
  });

  it('is kept in the checkpoint without a call to the table of its own', async () => {
    const [quiet, telling] = [worldOf(), worldOf()];
    add(quiet, { name: 'known' });
    add(telling, { name: 'newThing', secret: 1 });

    const writes = async (world: World) => {
      const calls: string[] = [];
      await world.run({ onEffect: ({ name }) => void calls.push(name) });
      return calls.filter((name) => /write|load|note|save/.test(name)).length;
    };

    expect(await writes(telling)).toBe(await writes(quiet));
    expect(toldIn(telling)).toHaveLength(2);
  });

  it('is not told again by a backfill if the live feed has told it', async () => {
    const world = worldOf();
    add(world, { name: 'newThing', secret: 1 });
    await world.runUntilCaughtUp();
    const live = world.checkpoint().unknown;
    const time = world.now - 3 * DAY;
    world.vendor.add({ time, name: 'newThing', fields: { secret: 2 } });
    world.vendor.add({ time: time + MINUTE, name: 'newOld' });
    world.vendor.add({ time: time + 2 * MINUTE, name: 'newOld' });

    const range = { from: world.now - 4 * DAY, to: world.now - 2 * DAY };
    const [report] = await world.run({ act: { act: 'backfill', range } });
    const told = toldIn(world);

    expect(report?.job?.state).toBe('done');
    expect(told.filter((message) => message.includes('field: secret.'))).toHaveLength(1);
    expect(told.filter((message) => message.includes('event: newThing.'))).toHaveLength(1);
    expect(told.filter((message) => message.includes('event: newOld.'))).toHaveLength(1);
    expect(world.checkpoint().unknown).toEqual(live);
    expect(world.census().missing).toEqual([]);
  });

  it('cannot fill the memory or the checkpoint, whatever a vendor sends', async () => {
    const world = worldOf();
    const wide = Object.fromEntries(
      Array.from({ length: 500 }, (_, number) => [`f${number}${'x'.repeat(300)}`, number]),
    );
    add(
      world,
      { name: `new${'y'.repeat(5_000)}` },
      { name: 'known', ...wide },
      { name: 'new2' },
      { name: 'known', z: {} },
    );

    await world.runUntilCaughtUp();
    world.clock.advance(5 * MINUTE);
    add(world, { name: 'new3' }, { name: 'known', more: 1 });
    await world.runUntilCaughtUp();

    expect(world.checkpoint().unknown).toHaveLength(MOST_UNKNOWN_NAMES);
    expect(JSON.stringify(world.checkpoint().unknown).length).toBeLessThan(MOST_UNKNOWN_NAMES * 350);
    expect(toldIn(world)).toHaveLength(MOST_UNKNOWN_NAMES);
    expect(world.logs.filter(({ message }) => message.includes('no further ones are told'))).toHaveLength(1);
    expect(world.census().missing).toEqual([]);
  });

  it('is no longer kept when the mapping has learnt it', () => {
    const kept = new UnknownNames({ knows: KNOWS });
    kept.noteFields({ colour: 'red', shape: 'round' }, at('12:00:00'));
    kept.noteEvent('newThing', {}, at('12:00:00'));
    const { all = [] } = kept.takeNew() ?? {};
    const learnt = new UnknownNames({ knows: { file: '', fields: ['colour'] } }, all);
    learnt.noteFields({ colour: 'blue', shape: 'flat', size: 1 }, at('13:00:00'));

    expect(learnt.takeNew()?.all.map(({ name }) => name)).toEqual(['shape', 'size']);
    expect(learnt.takeNew()).toBeUndefined();
  });

  it('is also found in the objects and lists that the mapping reads', () => {
    const names = new UnknownNames({ knows: KNOWS });
    names.noteFields({ people: [{ name: 'a' }, { name: 'b', age: 7 }, null, 'x'] }, at('12:00:00'));
    names.noteFields({ people: { name: 'a', 'odd one': [1] } }, at('12:00:00'));

    expect(names.takeNew()?.fresh.map((one) => toldName({ knows: KNOWS }, one)?.line)).toEqual([
      'people_age: numberOf(record.people.age),',
      'people_odd_one: record.people["odd one"],',
    ]);
  });

  it('is nothing for a stream that does not say what it knows', () => {
    const names = new UnknownNames({});
    names.noteFields({ anything: 1 }, at('12:00:00'));
    names.noteEvent('newThing', {}, at('12:00:00'));

    expect(names.takeNew()).toBeUndefined();
  });

  it('is bounded and can be shown for any record', () => {
    fc.assert(
      fc.property(
        fc.array(fc.object({ maxDepth: 2 }), { maxLength: 30 }),
        fc.array(fc.string({ unit: 'binary' })),
        (records, texts) => {
          const names = new UnknownNames({ knows: KNOWS });
          for (const record of records) names.noteFields(record, 0);
          for (const text of texts) {
            names.noteEvent(`new${text}`, records[0], 0);
            names.noteFields(Object.fromEntries([[text, text]]), 0);
          }
          const { all = [] } = names.takeNew() ?? {};

          expect(all.length).toBeLessThanOrEqual(MOST_UNKNOWN_NAMES);
          for (const one of all) {
            expect(one.name.length).toBeLessThanOrEqual(80);
            expect(one.shape.length).toBeLessThanOrEqual(160);
            const { name = '', shape = '', line = '' } = toldName({ knows: KNOWS }, one) ?? {};
            expect(name + shape + line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
            expect((name + shape + line).isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });
});
