import { describe, expect, it } from 'vitest';
import { eventId, recordHash, rowKey } from '../../../functions/core/events/identity.ts';
import type { Feed, Identity, RecordKey, Stream } from '../../../functions/core/model.ts';
import { Occurrences, TooManyRowsError } from '../../../functions/core/reading/rows/occurrences.ts';
import { HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type World } from '../../memory/world.ts';

const EXACT = { missing: [], invented: [], repeated: [] };
const ORDERS = ['ascending', 'newest-first', 'shuffled'] as const;

function at(time: string): Instant {
  return parseInstant(`2026-03-02T${time}Z`) as Instant;
}

function row(value: unknown, text = JSON.stringify(value)) {
  return { value, text };
}

/** Sessions, found by their start; one that has ended holds two events. */
const SESSIONS: Partial<Stream> = {
  recordKey: ({ value }) => {
    const { id, date = '' } = value as { id?: string; date?: string };
    return id === undefined ? undefined : { id, content: date };
  },
  events: ({ value }) => {
    const { date, end } = value as { date?: string; end?: string };
    const phase = (name: string, text: unknown): Identity[] => {
      const time = parseInstant(text);
      return time === undefined ? [] : [{ time, phase: name }];
    };
    return [...phase('start', date), ...phase('end', end)];
  },
  map: ({ value }, { phase = '' }) => ({ message: `${(value as { name: string }).name} ${phase}`, event: {} }),
};

describe('rule 13: a record yields a list of events', () => {
  it('delivers a session as its start and its end, each with its own time and id', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), stream: SESSIONS, vendor: { ids: true } });
    world.vendor.add({ time: at('11:10:00'), name: 's', fields: { end: '2026-03-02T11:40:00Z' } });

    await world.runUntilCaughtUp();

    expect(world.delivered().map((event) => [event.message, event['@timestamp']])).toEqual([
      ['s start', '2026-03-02T11:10:00.000Z'],
      ['s end', '2026-03-02T11:40:00.000Z'],
    ]);
    expect(new Set(world.ids()).size).toBe(2);
  });

  it('sends only the end of a session that was seen running before', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), stream: SESSIONS });
    const running = world.vendor.add({ time: at('11:40:00'), name: 's', fields: { id: 's-1' } });
    await world.run();

    running.goneAt = world.now;
    world.vendor.add({ time: at('11:40:00'), name: 's', fields: { id: 's-1', end: '2026-03-02T11:50:00Z' } });
    world.clock.advance(5 * MINUTE);
    await world.run();
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(world.names()).toEqual(['s start', 's end']);
  });

  it('goes where its row goes: an end beyond the window comes with its start, once', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), stream: { ...SESSIONS, overlap: 0 } });
    world.vendor.add({ time: at('11:57:59'), name: 's', fields: { end: '2026-03-02T11:58:00Z' } });

    await world.run();
    expect(world.names()).toEqual(['s start', 's end']);
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(world.names()).toEqual(['s start', 's end']);
  });

  it('tells the ends of equal sessions apart whose starts lie in the margin', async () => {
    const world = createWorld({ startFrom: at('08:00:00'), stream: { ...SESSIONS, longestWindow: HOUR } });
    for (const _ of [1, 2])
      world.vendor.add({ time: at('08:59:59'), name: 's', fields: { end: '2026-03-02T09:00:00Z' } });

    await world.runUntilCaughtUp();

    expect(world.names().sort()).toEqual(['s end', 's end', 's start', 's start']);
    expect(new Set(world.ids()).size).toBe(4);
  });
});

describe('rule 14: the hash of the whole record, and which of its equals it is', () => {
  it('knows a record again whose keys come in another order, and whose nothing is written otherwise', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.add({ time: at('11:30:00'), fields: { who: { name: 'ann', roles: [], mail: null }, list: [1, 2] } });
    await world.run();

    world.vendor.spoil = (text) =>
      text.replace(/"rows":\[\{.*\}\],/, () => {
        const who = '{"name":"ann","groups":[]}';
        return `"rows":[{"note":null,"tags":[],"list":[1,2],"who":${who},"name":"event","date":"2026-03-02T11:30:00Z"}],`;
      });
    world.clock.advance(5 * MINUTE);
    const [report] = await world.run();

    expect(report).toMatchObject({ fetched: 1, suppressed: 1, delivered: 0 });
  });

  it('tells records apart that say something else', () => {
    const values = [{ a: 1 }, { a: '1' }, { a: [1] }, { a: [1, 2] }, { a: [2, 1] }, { a: false }, { a: 0 }, { a: '' }];
    const more = [{ a: {} }, {}, { a: [null] }, { b: 1 }, { a: { b: 1 } }, [1], ['{"a":1}'], null, 'null'];

    expect(new Set([...values, ...more].map((value) => recordHash(row(value)))).size).toBe(17);
  });

  it('identifies a record that is too deep to walk by its text', () => {
    const deep = (core: string) => row(JSON.parse(`${'['.repeat(5_000)}${core}${']'.repeat(5_000)}`), core);

    expect(recordHash(deep('1'))).toBe(recordHash(deep('1')));
    expect(recordHash(deep('1'))).not.toBe(recordHash(deep('2')));
  });

  it('of a text of twenty million escapes, too, and of the long numbers around it', () => {
    const long = (number: string) => {
      const text = `{"a":"${'\\n'.repeat(20_000_000)}","b":${number}}`;
      return recordHash({ value: { a: '', b: Number(number) }, text });
    };

    expect(long('9007199254740992')).not.toBe(long('9007199254740993'));
  });

  it('tells records apart that differ only in a number beyond 2^53', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { order: 'newest-first' } });
    const show = (text: string) => text.replaceAll(/"number":"(\d+)"/g, '"number":$1');
    world.vendor.spoil = show;
    world.vendor.add({ time: at('11:50:00'), fields: { number: '9007199254740992' } });
    await world.run();
    world.vendor.add({ time: at('11:50:00'), fields: { number: '9007199254740993' }, visibleAt: at('12:01:00') });
    world.clock.advance(5 * MINUTE);
    await world.run();

    const rows = world.vendor.rows.map((one) => ({ ...one, text: show(one.text) }));
    expect(world.census(rows)).toEqual(EXACT);
  });

  it.each(ORDERS)(
    'delivers n equal rows n times, and a re-read that shows more of them only the new ones: %s',
    async (order) => {
      const world = createWorld({ startFrom: at('11:00:00'), vendor: { order, pageSize: 2 } });
      world.vendor.addMany(7, at('11:20:00'), 4 * MINUTE);
      for (const _ of [1, 2, 3]) world.vendor.add({ time: at('11:30:00'), name: 'twin' });
      for (const _ of [1, 2]) world.vendor.add({ time: at('11:30:00'), name: 'twin', visibleAt: at('12:03:00') });

      await world.run();
      expect(world.names().filter((name) => name === 'twin')).toHaveLength(3);
      for (const _ of [1, 2]) {
        world.clock.advance(5 * MINUTE);
        await world.run();
      }

      expect(world.names().filter((name) => name === 'twin')).toHaveLength(5);
      expect(world.census()).toEqual(EXACT);
    },
  );

  it('does not care in which order equal rows come', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { pageSize: 3 } });
    const names = ['a', 'b', 'a', 'c', 'b', 'a', 'c'];
    for (const name of names) world.vendor.add({ time: at('11:30:00'), name });
    await world.run();

    for (const order of ['newest-first', 'shuffled'] as const) {
      world.vendor.options.order = order;
      world.clock.advance(MINUTE);
      await world.run();
    }

    expect(world.names().sort()).toEqual([...names].sort());
  });

  it.each(ORDERS)('counts from zero at every start of a window that takes many runs: %s', async (order) => {
    const world = createWorld({
      startFrom: at('10:00:00'),
      stream: { overlap: 5 * MINUTE },
      vendor: { order, pageSize: 4, latency: 10 * SECOND },
    });
    for (let minute = 0; minute < 30; minute++)
      for (const _ of [1, 2, 3]) world.vendor.add({ time: at('10:00:00') + minute * MINUTE, name: `twin ${minute}` });

    const runs = await world.runUntilCaughtUp({ budget: MINUTE });

    expect(runs.length).toBeGreaterThan(1);
    expect(world.census()).toEqual(EXACT);
  });

  it('numbers equal rows also when they do not stand together', () => {
    const occurrences = new Occurrences();
    const numbers = ['a', 'b', 'a', 'b', 'a'].map((hash) => occurrences.next(hash, 7, true));

    expect(numbers).toEqual([0, 0, 1, 1, 2]);
    expect(['a', 'c', 'a'].map((hash) => occurrences.next(hash, hash === 'a' ? 7 : 9, false))).toEqual([3, 0, 4]);
  });

  it('forgets what lies behind in rows in order of time, and no twin of the current instant', () => {
    const occurrences = new Occurrences(5);
    for (let instant = 0; instant < 50; instant++) {
      const twins = [0, 1, 2].map(() => occurrences.next(`row ${instant}`, instant, true));
      expect(twins).toEqual([0, 1, 2]);
    }
    expect([1, 2].map(() => occurrences.next('untimed', undefined, true))).toEqual([0, 1]);
    for (let instant = 50; instant < 70; instant++) occurrences.next(`row ${instant}`, instant, true);

    expect(occurrences.next('untimed', undefined, true)).toBe(2);
  });

  it('does not count on when rows go back to where it has forgotten', () => {
    const occurrences = new Occurrences(5);
    for (let instant = 0; instant < 10; instant++) occurrences.next(`row ${instant}`, instant, true);

    expect(() => occurrences.next('row 2', 2, false)).toThrow(TooManyRowsError);
  });

  it('counts no more rows in no order than it is allowed to', () => {
    const occurrences = new Occurrences(5);
    const many = () => {
      for (let instant = 10; instant > 0; instant--) occurrences.next(`row ${instant}`, instant, false);
    };

    expect(many).toThrow(TooManyRowsError);
  });

  it('halves a window with more rows in no order than it can count', async () => {
    const world = createWorld({ startFrom: at('08:00:00'), vendor: { order: 'shuffled', pageSize: 2_500 } });
    world.vendor.addMany(20_500, at('08:00:00'), SECOND / 2);

    await world.runUntilCaughtUp();

    expect(world.count('Incomplete')).toBeGreaterThan(0);
    expect(world.census()).toEqual(EXACT);
  });

  it('loses no twin when a stray row stands between them just where counts are forgotten', async () => {
    const world = createWorld({ startFrom: at('02:00:00'), vendor: { pageSize: 2_500 } });
    world.vendor.addMany(20_000, at('02:00:00'), SECOND);
    world.vendor.add({ time: at('08:00:00'), name: 'twin' });
    world.vendor.add({ time: at('08:00:00'), name: 'stray', date: '2026-03-01T01:00:00Z' });
    world.vendor.add({ time: at('08:00:00'), name: 'twin' });

    await world.runUntilCaughtUp();

    expect(world.census()).toEqual(EXACT);
  });
});

/** A vendor that shows the last rows of a page at the head of the next one once more. */
function repeatHeads(world: World, rows = 1): void {
  world.vendor.spoil = (text, { cursor }) => {
    if (cursor === undefined) return text;
    const before = world.vendor.rows.slice(cursor + 1 - rows, cursor + 1).map((one) => one.text);
    return text.replace('"rows":[', `"rows":[${before}${text.includes('"rows":[]') ? '' : ','}`);
  };
}

describe('rule 15: equal rows at a page edge', () => {
  it('counts a row once that an overlapping page shows again, after one more request', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(15, at('11:00:00'), MINUTE);
    repeatHeads(world);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 15, suppressed: 1, pages: 3 });
    expect(world.census()).toEqual(EXACT);
  });

  it('counts two rows twice', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(9, at('11:00:00'), MINUTE);
    for (const _ of [1, 2]) world.vendor.add({ time: at('11:30:00'), name: 'twin' });

    await world.run();

    expect(world.names().filter((name) => name === 'twin')).toHaveLength(2);
    expect(world.census()).toEqual(EXACT);
  });

  it('counts one row shown twice, and its real twin behind it, twice', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(8, at('11:00:00'), MINUTE);
    for (const _ of [1, 2, 3]) world.vendor.add({ time: at('11:30:00'), name: 'twin' });
    repeatHeads(world);

    await world.run();

    expect(world.census()).toEqual(EXACT);
  });

  it('keeps both where the instant does not fit a page: a false extra beats a loss', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { pageSize: 3 } });
    for (const name of ['a', 'b', 'twin', 'twin', 'c', 'd']) world.vendor.add({ time: at('11:30:00'), name });

    await world.run();
    expect(world.census()).toEqual(EXACT);
    repeatHeads(world);
    world.clock.advance(MINUTE);
    await world.run();

    expect(world.census().missing).toEqual([]);
    expect(world.census().invented).not.toEqual([]);
  });

  it('keeps both where the request for the instant fails', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(9, at('11:00:00'), MINUTE);
    for (const _ of [1, 2]) world.vendor.add({ time: at('11:30:00'), name: 'twin' });
    world.vendor.onRequest = ({ from, to }) => (to - from < MINUTE ? { status: 400 } : undefined);

    await world.run();

    expect(world.census()).toEqual(EXACT);
  });

  it('lets a request for one instant say nothing about rows of another', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(8, at('11:00:00'), MINUTE);
    for (const name of ['twin', 'twin']) world.vendor.add({ time: at('11:30:00'), name });
    world.vendor.add({ time: at('11:30:00'), name: 'twin' });
    world.vendor.add({ time: at('11:30:00'), name: 'untimed', date: null });
    world.vendor.add({ time: at('11:40:00'), name: 'untimed', date: null });

    await world.run();

    expect(world.names().filter((name) => name === 'untimed')).toHaveLength(2);
    expect(world.census()).toEqual(EXACT);
  });

  it('counts a row once that slid over the edge of an offset page, pushed by a latecomer', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      vendor: { order: 'newest-first', paging: 'offset', latency: 20 * SECOND },
    });
    world.vendor.addMany(15, at('11:00:00'), MINUTE);
    world.vendor.add({ time: at('11:55:00'), name: 'late', visibleAt: world.now + 10 * SECOND });

    await world.run();
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(world.census()).toEqual(EXACT);
  });

  it('counts rows once when an overlapping page shows more than one of them again', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(15, at('11:00:00'), MINUTE);
    repeatHeads(world, 2);

    await world.run();

    expect(world.census()).toEqual(EXACT);
  });
});

describe('rule 16: event.id', () => {
  const world = createWorld({ more: [{ stream: { name: 'other' } }] });
  const [feed, other] = world.feeds as [Feed, Feed];
  const elsewhere: Feed = { ...feed, connection: { ...feed.connection, id: 'other' } };
  const hashOf = (key: RecordKey) => rowKey({ recordKey: () => key }, row({ note: 'as shown' })).hash;

  it.each([
    ['short', 'e-1'],
    ['too long', 'x'.repeat(41)],
    ['not ASCII', 'événement'],
    ['with a line break', 'two\nlines'],
    ['with half of a surrogate pair', '\ud800'],
    ['empty', ''],
  ])('is never the vendor’s own, be it %s: another record, source or connection may have the same one', (_, id) => {
    const hash = hashOf({ id, content: 'created by ann' });
    const [here, alsoHere, there] = [feed, other, elsewhere].map((one) => eventId(one, {}, hash, 0));

    expect(here).toMatch(/^[0-9a-f]{32}$/);
    expect(here).not.toBe(id);
    expect(alsoHere).toBe(here);
    expect(there).not.toBe(here);
    expect(hashOf({ id: `${id} `, content: 'created by ann' })).not.toBe(hash);
    expect(hashOf({ id: `${id}c`, content: 'reated by ann' })).not.toBe(hash);
    expect(hashOf({ id, content: 'created by bob' })).not.toBe(hash);
    expect(hashOf({ id: `${id}\udfff`, content: '' })).not.toBe(hashOf({ id: `${id}\udffe`, content: '' }));
  });

  it('is that of the whole record where the stream says nothing, or fails', () => {
    const whole = row({ id: 'e-1', who: 'ann' });
    const fails = () => {
      throw new Error('no such field');
    };

    expect(rowKey({}, whole)).toEqual({ hash: recordHash(whole), id: undefined, isNumbered: true });
    expect(rowKey({ recordKey: () => undefined }, whole)).toEqual(rowKey({}, whole));
    expect(rowKey({ recordKey: fails }, whole)).toEqual(rowKey({}, whole));
    expect(rowKey({ recordKey: () => ({ id: 'e-1' }) }, whole)).toEqual({
      hash: recordHash(whole),
      id: 'e-1',
      isNumbered: false,
    });
  });

  it('is made from source, connection, record and occurrence', () => {
    const id = eventId(feed, { time: 1 }, 'hash', 0);

    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(eventId(other, { time: 1 }, 'hash', 0)).toBe(id);
    expect(eventId({ ...feed, source: { ...feed.source, id: 'b' } }, { time: 1 }, 'hash', 0)).not.toBe(id);
    expect(eventId(elsewhere, { time: 1 }, 'hash', 0)).not.toBe(id);
    expect(eventId(feed, { time: 1 }, 'hash', 1)).not.toBe(id);
    expect(eventId(feed, { time: 1 }, 'hush', 0)).not.toBe(id);
    expect(eventId(feed, { time: 1, phase: 'end' }, 'hash', 0)).not.toBe(id);
  });

  it('is made from the tenant in place of the connection, where the vendor’s id of it is known', () => {
    const of = (connection: string, tenant: string | undefined) =>
      eventId(
        { source: { ...feed.source, tenant: () => tenant }, connection: { ...feed.connection, id: connection } },
        {},
        'hash',
        0,
      );

    expect(of('one', 'customer 1')).toBe(of('other', 'customer 1'));
    expect(of('one', 'customer 1')).not.toBe(of('one', 'customer 2'));
    expect(of('one', undefined)).not.toBe(of('other', undefined));
    expect(of('one', undefined)).not.toBe(of('two', 'one'));
  });

  it('is the same for a record that two streams of a connection show', async () => {
    const both = createWorld({ startFrom: at('11:00:00'), more: [{ stream: { name: 'other' } }] });
    for (const vendor of both.vendors.values()) vendor.add({ time: at('11:30:00'), name: 'shared' });

    await both.run();

    expect(both.ids()).toHaveLength(2);
    expect(new Set(both.ids()).size).toBe(1);
  });

  it('does not depend on the mapping, nor on whether there is one', async () => {
    const maps: Partial<Stream>[] = [
      {},
      { map: () => ({ message: 'mapped anew', event: { action: 'other' } }) },
      {
        map: () => {
          throw new Error('no mapping');
        },
      },
    ];
    const delivered = [];
    for (const stream of maps) {
      const mapped = createWorld({ startFrom: at('11:00:00'), stream });
      for (const _ of [1, 2]) mapped.vendor.add({ time: at('11:30:00'), name: 'twin' });
      await mapped.run();
      delivered.push(mapped.ids().sort().join());
    }

    expect(new Set(delivered).size).toBe(1);
  });
});
