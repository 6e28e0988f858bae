import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feedsOf, parseConnection } from '../../../functions/core/config/connection.ts';
import type { EcsFields } from '../../../functions/core/ecs-event.ts';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { eventId, rowKey } from '../../../functions/core/events/identity.ts';
import type { Connection, Feed } from '../../../functions/core/model.ts';
import { DAY, HOUR } from '../../../functions/core/time.ts';
import { auditTrails } from '../../../functions/sources/frame/audit-trails.ts';
import { sessionTrails } from '../../../functions/sources/frame/session-trails.ts';
import { source } from '../../../functions/sources/frame/source.ts';
import { answer, at, rowOf } from './records.ts';

const settings = { customerId: 'c1', limit: 7 };
const configured = parseConnection(source, { id: 'acme', source: 'frame', settings });
const connection: Connection = configured;
const feeds = feedsOf(source, configured) as Feed[];

function queryOf(url: string) {
  return Object.fromEntries(new URL(url, 'https://frame.invalid').searchParams);
}

/** The ids that the events of a record get. */
function idsOf(stream: string, value: unknown): string[] {
  const feed = feeds.find((one) => one.stream.name === stream) as Feed;
  const row = rowOf(value);
  return feed.stream.events(row).map((identity) => eventId(feed, identity, rowKey(feed.stream, row).hash, 0));
}

describe.each([
  [auditTrails, 'from_date', 'to_date', 'inserted_at'],
  [sessionTrails, 'session_start', 'session_end', 'session_start'],
])('asking for $name', (stream, from, to, order_by) => {
  const range = { from: at('2026-01-10T08:59:59.999999Z'), to: at('2026-01-10T10:00:00.000001Z') };
  const asked = stream.first(range, connection);

  test('names both bounds in UTC to the microsecond, the order, and offset and limit together', () => {
    expect(asked.url.split('?')[0]).toBe(`/customers/c1/${stream.name}`);
    expect(queryOf(asked.url)).toEqual({
      [from]: '2026-01-10T08:59:59.999999Z',
      [to]: '2026-01-10T10:00:00.000001Z',
      order: 'asc',
      order_by,
      offset: '0',
      limit: '7',
    });
  });

  test('goes on by the rows that came, in the range that was asked for', () => {
    const second = stream.read(answer([1, 2, 3]), asked);
    const third = stream.read(answer([4]), second.next ?? asked);

    expect(second.rows.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(queryOf(second.next?.url ?? '')).toEqual({ ...queryOf(asked.url), offset: '3' });
    expect(queryOf(third.next?.url ?? '')).toEqual({ ...queryOf(asked.url), offset: '4' });
    expect(stream.read(answer([]), third.next ?? asked)).toEqual({ rows: [] });
  });

  test.each(['<html>', '{"data":[]}', '[{"id":1}', 'null', ''])('%j is no page', (body) => {
    expect(() => stream.read(answer(body), asked)).toThrow(UnreadableError);
  });
});

describe('an audit record', () => {
  const record = {
    id: '86bcea89-389f-496a-3c75-1df0ce8d96ca',
    kind: 'createLaunchpad',
    inserted_at: '2026-01-10T09:02:11.104233Z',
  };

  test('is told by the vendor’s id, whatever that looks like, and its time to the microsecond', () => {
    expect(auditTrails.events(rowOf(record))).toEqual([{ time: at('2026-01-10T09:02:11.104233Z') }]);
    expect(auditTrails.recordKey?.(rowOf({ ...record, id: '𝒳|=\n' }))).toMatchObject({ id: '𝒳|=\n' });
  });

  test('is another one under the same id, if someone else did something else, elsewhere, or at another time', () => {
    const changes = [
      { id: 'other' },
      { inserted_at: '2026-01-10T09:02:11.104234Z' },
      { kind: 'deleteLaunchpad' },
      { user_email: 'ann@example.com' },
      { user_idp: 'other' },
      { account_id: 'a2' },
      { organization_id: 'o2' },
      { customer_id: 'c2' },
    ];
    const ids = [{}, ...changes].flatMap((change) => idsOf('audit-trails', { ...record, ...change }));

    expect(new Set(ids).size).toBe(changes.length + 1);
  });

  test('stays the same one where a person’s name changes, or the vendor adds a field', () => {
    for (const change of [{ user_first_name: 'Ann' }, { user_last_name: 'Miller' }, { client_ip: '203.0.113.1' }])
      expect(idsOf('audit-trails', { ...record, ...change })).toEqual(idsOf('audit-trails', record));
  });

  test('with a time without a zone is of UTC', () => {
    expect(auditTrails.events(rowOf({ ...record, inserted_at: '2018-07-12T11:26:18.879116' }))).toMatchObject([
      { time: at('2018-07-12T11:26:18.879116Z') },
    ]);
  });

  test.each([[null], [undefined], [''], [53], [{}], [['a']], [true]])('with the id %j is told by its content', (id) => {
    expect(auditTrails.events(rowOf({ ...record, id }))).toEqual([{ time: at('2026-01-10T09:02:11.104233Z') }]);
    expect(auditTrails.recordKey?.(rowOf({ ...record, id }))).toBeUndefined();
  });

  test.each([[null], ['soon'], [1768035731104], [undefined]])('with the time %j has none', (inserted_at) => {
    expect(auditTrails.events(rowOf({ ...record, inserted_at }))).toEqual([{}]);
    expect(auditTrails.recordKey?.(rowOf({ ...record, inserted_at }))).toMatchObject({ id: record.id });
  });

  test.each([[null], [5], ['x'], [[]]])('that is %j has nothing to be told by, and cannot be mapped', (value) => {
    expect(auditTrails.events(rowOf(value))).toEqual([{}]);
    expect(auditTrails.recordKey?.(rowOf(value))).toBeUndefined();
    expect(() => auditTrails.map(rowOf(value), {}, connection)).toThrow(/^the record is .*; an object was expected$/);
  });

  test('gets the names of its account and organization where they are known', () => {
    const found = { accounts: { a1: 'Main', '': 'x' }, organizations: { o1: 'North' } };
    const map = (about: object, known: Record<string, unknown> = found) =>
      auditTrails.map(rowOf({ ...record, ...about }), {}, { ...connection, found: known });

    expect(map({ account_id: 'a1', organization_id: 'o1', customer_id: 'c1' })).toMatchObject({
      organization: { id: 'o1', name: 'North' },
      frame: { account: { id: 'a1', name: 'Main' }, customer: { id: 'c1' } },
    });
    expect(map({ account_id: 'a2', organization_id: 'constructor' })).toMatchObject({
      organization: { id: 'constructor' },
      frame: { account: { id: 'a2' } },
    });
    expect(map({ organization_id: 'constructor' }).organization).toEqual({ id: 'constructor' });
    expect(map({ account_id: 'a1' }, { accounts: { a1: 5 } }).frame).toEqual({
      audit: { kind: 'createLaunchpad' },
      account: { id: 'a1', name: '5' },
    });
    for (const known of [{}, { accounts: null, organizations: 'x' }, { accounts: ['a1'] }]) {
      expect(map({ account_id: 'a1', organization_id: 'o1' }, known)).toMatchObject({
        organization: { id: 'o1' },
        frame: { account: { id: 'a1' } },
      });
    }
  });

  test('without anything in it is still an event', () => {
    expect(auditTrails.map(rowOf({}), {}, connection)).toEqual({
      message: 'Somebody did something that the record does not name',
      tags: ['tidemark-unknown-event'],
      event: { type: ['info'], action: 'unknown-event', outcome: 'unknown', provider: 'frame' },
    });
  });

  test.each([
    [
      { user_email: 'mina@example.com', user_first_name: 'Mina', user_last_name: 'Okafor' },
      'Mina Okafor created a launchpad',
    ],
    [{ user_email: 'mina@example.com', user_last_name: 'Okafor' }, 'Okafor created a launchpad'],
    [{ user_email: 'mina@example.com' }, 'mina@example.com created a launchpad'],
    [{ user_idp: 'api' }, 'A launchpad was created'],
  ])('by %j says who', (user, message) => {
    expect(auditTrails.map(rowOf({ ...record, ...user }), {}, connection).message).toBe(message);
  });
});

const RUNNING = {
  id: '7d0f2a19-4b6c-4e8d-9a1f-0c2b3d4e5f60',
  session_id: 'gateway-prod.aB3dE5fG7hJ9kL1m',
  session_start: '2026-01-10T09:15:00.000000Z',
  session_end: null,
  session_duration: null,
  fail_description: null,
  latency_ms_avg: null,
  client_ip: '203.0.113.47',
  city: 'Leeds',
  server_id: 'gateway-prod.7001234',
  instance_type: 't3.large',
  pool_id: 'p1',
  user_id: 'u1',
  user_email: 'li.wei@example.com',
};
const ENDED = {
  ...RUNNING,
  session_end: '2026-01-10T09:36:00.000000Z',
  session_duration: 1260,
  latency_ms_avg: 41.7,
};
const START = at('2026-01-10T09:15:00Z');
const END = at('2026-01-10T09:36:00Z');

/** The events of a session as the stream maps them. */
function eventsOf(value: unknown): EcsFields[] {
  const row = rowOf(value);
  return sessionTrails.events(row).map((identity) => sessionTrails.map(row, identity, connection));
}

describe('a session', () => {
  test('that runs is its start, that has ended is its start and its end', () => {
    expect(sessionTrails.events(rowOf(RUNNING))).toEqual([{ phase: 'start', time: START }]);
    expect(sessionTrails.events(rowOf(ENDED))).toEqual([
      { phase: 'start', time: START },
      { phase: 'end:2026-01-10T09:36:00.000000Z', time: END },
    ]);
    for (const session_end of [undefined, '']) {
      expect(sessionTrails.events(rowOf({ ...ENDED, session_end }))).toHaveLength(1);
    }
  });

  test('has a start that stays the same event, in identity and content, when it ends', () => {
    const [running, ended] = [idsOf('session-trails', RUNNING), idsOf('session-trails', ENDED)];

    expect(running).toEqual([ended[0]]);
    expect(new Set(ended).size).toBe(2);
    expect(eventsOf(RUNNING)).toEqual([eventsOf(ENDED)[0]]);
    expect(eventsOf(RUNNING)[0]).not.toEqual(eventsOf(ENDED)[1]);
  });

  test('is another one under the same id, if someone else began it, elsewhere, or at another time', () => {
    const changes = [
      { id: 'other' },
      { session_start: '2026-01-10T09:15:00.000001Z' },
      { user_id: 'u2' },
      { user_id: null },
      { account_id: 'a2' },
      { customer_id: 'c2' },
    ];
    const starts = [{}, ...changes].map((change) => idsOf('session-trails', { ...RUNNING, ...change })[0]);

    expect(new Set(starts).size).toBe(changes.length + 1);
  });

  test('stays the same one while the vendor fills in what it finds out later', () => {
    const { id, session_start, user_id } = RUNNING;
    const early = { id, session_start, user_id, session_id: null, server_id: null, client_ip: null };

    expect(idsOf('session-trails', early)).toEqual(idsOf('session-trails', RUNNING));
    expect(idsOf('session-trails', { ...early, session_start: '2026-01-10T09:15:00Z', user_email: 'x' })).toEqual(
      idsOf('session-trails', RUNNING),
    );
  });

  test('whose end is put elsewhere ends once more; the same instant written otherwise is the same end', () => {
    const later = idsOf('session-trails', { ...ENDED, session_end: '2026-01-10T09:40:00.000000Z' });
    const alike = idsOf('session-trails', { ...ENDED, session_end: '2026-01-10T09:36:00Z', latency_ms_avg: 1 });

    expect(later[0]).toBe(idsOf('session-trails', ENDED)[0]);
    expect(later[1]).not.toBe(idsOf('session-trails', ENDED)[1]);
    expect(alike).toEqual(idsOf('session-trails', ENDED));
  });

  test('with an end that is no time has an end without one', () => {
    const odd = ['soon', 1768037760, true, {}, []].map((session_end) => ({ ...ENDED, session_end }));

    expect(odd.map((row) => sessionTrails.events(rowOf(row))[1])).toEqual(
      ['"soon"', '1768037760', 'true', '{}', '[]'].map((text) => ({ phase: `end:${text}` })),
    );
    expect(eventsOf(odd[0])[1]?.event.end).toBeUndefined();
  });

  test.each([[null], [''], [53], [undefined]])('with the id %j is told by its content, start and end apart', (id) => {
    const row = { ...ENDED, id };

    expect(sessionTrails.events(rowOf(row))).toEqual([
      { phase: 'start', time: START },
      { phase: 'end:2026-01-10T09:36:00.000000Z', time: END },
    ]);
    expect(new Set(idsOf('session-trails', row)).size).toBe(2);
    expect(sessionTrails.ongoing?.(rowOf(row))).toBeUndefined();
  });

  test('goes on until its row tells of an end', () => {
    const shown = (row: object) => sessionTrails.ongoing?.(rowOf(row));

    const key = shown(RUNNING)?.key;
    expect(key).toContain(RUNNING.id);
    expect(shown(RUNNING)).toEqual({ key, since: START, ended: false });
    expect(shown(ENDED)).toEqual({ key, since: START, ended: true });
    expect(shown({ ...ENDED, user_id: 'u2' })?.key).not.toBe(key);
    expect(shown({ ...ENDED, session_end: 'soon' })).toMatchObject({ ended: true });
    expect(shown({ ...RUNNING, session_start: null })).toBeUndefined();
    expect(shown([])).toBeUndefined();
  });

  test('without a start has no time there, and its end has', () => {
    expect(sessionTrails.events(rowOf({ ...ENDED, session_start: null }))).toEqual([
      { phase: 'start' },
      { phase: 'end:2026-01-10T09:36:00.000000Z', time: END },
    ]);
  });

  test('is of the session category: it is no logon', () => {
    expect(eventsOf(ENDED).map(({ event }) => event)).toEqual([
      {
        category: ['authentication', 'session'],
        type: ['start'],
        action: 'desktop-session-started',
        outcome: 'success',
        provider: 'frame',
        start: '2026-01-10T09:15:00.000000Z',
      },
      {
        category: ['authentication', 'session'],
        type: ['end'],
        action: 'desktop-session-ended',
        outcome: 'success',
        provider: 'frame',
        start: '2026-01-10T09:15:00.000000Z',
        end: '2026-01-10T09:36:00.000000Z',
      },
    ]);
  });

  test('tells its quality in numbers, as they are given: its duration does not have to fit its times', () => {
    const given = {
      session_duration: '2391',
      distance: 812.4471,
      bandwidth_kbps_avg: '12044.2',
      bandwidth_kbps_max: 16110,
      bandwidth_kbps_min: 'much',
      framerate_ps_avg: 19.1,
      framerate_ps_max: 20,
      framerate_ps_min: [8],
      latency_ms_avg: 0,
      latency_ms_max: 80,
      latency_ms_min: 36,
    };

    const [start, end] = eventsOf({ ...ENDED, ...given });

    expect(end?.frame).toMatchObject({
      session: {
        id: RUNNING.id,
        session_id: RUNNING.session_id,
        duration: 2391,
        distance: 812.4471,
        bandwidth_kbps_avg: 12044.2,
        bandwidth_kbps_max: 16110,
        framerate_ps_avg: 19.1,
        framerate_ps_max: 20,
        latency_ms_avg: 0,
        latency_ms_max: 80,
        latency_ms_min: 36,
      },
    });
    expect(JSON.stringify(end)).not.toMatch(/much|\[8\]|"duration":\d{5}/);
    expect(start?.frame).toMatchObject({ session: { id: RUNNING.id, session_id: RUNNING.session_id } });
    expect(JSON.stringify(start)).not.toMatch(/duration|latency|bandwidth/);
  });

  test.each([
    ['203.0.113.47', { address: '203.0.113.47', ip: '203.0.113.47' }, ['203.0.113.47']],
    ['2001:db8::1', { address: '2001:db8::1', ip: '2001:db8::1' }, ['2001:db8::1']],
    ['203.0.113.47, 10.0.0.1', { address: '203.0.113.47, 10.0.0.1' }, undefined],
    [null, {}, undefined],
  ])('from %j', (client_ip, source, ip) => {
    const [start] = eventsOf({ ...RUNNING, client_ip });

    expect(start?.source).toEqual({ ...source, geo: { city_name: 'Leeds' } });
    expect(start?.related?.ip).toEqual(ip);
  });
});

describe('a failed session', () => {
  const reason = 'no capacity in the pool';
  const outcomes = (row: object) => eventsOf(row).map(({ event, message }) => [event.outcome, event.reason, message]);

  test('fails at its end', () => {
    expect(outcomes({ ...ENDED, fail_description: reason })).toEqual([
      ['unknown', undefined, 'The desktop session of li.wei@example.com started'],
      ['failure', reason, `The desktop session of li.wei@example.com failed: ${reason}`],
    ]);
  });

  test('fails at its start as long as it has no end', () => {
    expect(outcomes({ ...RUNNING, fail_description: reason })).toEqual([
      ['failure', reason, `The desktop session of li.wei@example.com failed: ${reason}`],
    ]);
    expect(idsOf('session-trails', { ...RUNNING, fail_description: reason })).toEqual(idsOf('session-trails', RUNNING));
    expect(eventsOf({ ...RUNNING, fail_description: reason })[0]?.event.action).toBe('desktop-session-failed');
  });

  test.each([[null], [undefined], [''], [false]])('has not failed with the description %j', (fail_description) => {
    expect(outcomes({ ...ENDED, fail_description }).map(([outcome]) => outcome)).toEqual(['success', 'success']);
  });

  test.each([[true], [{}], [['x']]])('has failed with the description %j, whatever that means', (fail_description) => {
    expect(outcomes({ ...ENDED, fail_description })[1]).toEqual([
      'failure',
      undefined,
      'The desktop session of li.wei@example.com failed',
    ]);
  });

  test('has failed with a code for a description', () => {
    expect(outcomes({ ...ENDED, fail_description: 17 })[1]?.[1]).toBe('17');
  });
});

test('however a session’s row goes on, each read of it tells of the one start and of no end twice', () => {
  const instant = fc.integer({ min: START, max: START + DAY }).map((time) => new Date(time / 1_000).toISOString());
  const later = fc.record(
    {
      session_end: fc.option(instant),
      latency_ms_avg: fc.double(),
      fail_description: fc.option(fc.string()),
      session_duration: fc.nat(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(later, { minLength: 1, maxLength: 6 }), (changes) => {
      const rows = changes.map((change) => ({ ...RUNNING, ...change }));
      const ids = rows.map((row) => idsOf('session-trails', row));
      const ends = new Set(rows.map(({ session_end }) => session_end).filter((end) => end !== null));

      expect(new Set(ids.map(([start]) => start)).size).toBe(1);
      expect(new Set(ids.flat()).size).toBe(1 + ends.size);
    }),
  );
});

test('sessions are read again long after their start: rows change', () => {
  expect(sessionTrails).toMatchObject({
    rangeIgnoresRowTime: true,
    overlap: HOUR,
    rereads: [
      { every: HOUR, overlap: DAY },
      { every: DAY, overlap: 7 * DAY },
    ],
    retention: 60 * DAY,
    cutAfterPages: 10,
  });
});
