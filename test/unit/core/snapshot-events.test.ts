import { describe, expect, test } from 'vitest';
import type { EcsFields } from '../../../functions/core/ecs-event.ts';
import { complete } from '../../../functions/core/events/complete.ts';
import type { Change, SnapshotFeed, SnapshotStream } from '../../../functions/core/model.ts';
import { baselineEvent, changeEvent } from '../../../functions/core/snapshots/snapshot-events.ts';
import { parseInstant } from '../../../functions/core/time.ts';
import { ecsComplaints } from '../../ecs-reader.ts';
import { memorySource } from '../../memory/source.ts';

const source = memorySource([]);
const at = parseInstant('2026-01-10T10:05:00.123456Z') as number;
const ref = { id: 'one', number: 4, at };
const changed: Change = { kind: 'changed', key: '7', before: { limit: 1 }, after: { limit: 2 }, fields: ['limit'] };

const stream: SnapshotStream = {
  kind: 'snapshot',
  name: 'limits',
  title: 'Limits',
  thing: 'limit',
  docs: 'https://vendor.example.com/limits',
  enabled: true,
  every: 1,
  retention: 1,
  needs: 'nothing',
  first: () => ({ url: '/limits' }),
  read: () => ({ rows: [], asks: [] }),
  items: () => [],
  mapChange: ({ kind }, { id }): EcsFields => ({ message: `${kind} at ${id}`, event: { action: 'limit-changed' } }),
  mapBaseline: (items, { id }): EcsFields => ({ message: `${items.length} at ${id}`, event: { kind: 'state' } }),
};

function feedOf(own: Partial<SnapshotStream> = {}, connection = 'acme', name = 'memory/limits/acme'): SnapshotFeed {
  const origin = 'https://vendor.example.com';
  return {
    name,
    source,
    stream: { ...stream, ...own },
    connection: { id: connection, source: source.id, origin, secret: 's', settings: {} },
  };
}

describe('a change as an event', () => {
  test('is whole: the mapping’s fields, the time of the snapshot, and before and after as the original', () => {
    const event = changeEvent(feedOf(), ref, changed);

    expect(event).toMatchObject({
      '@timestamp': '2026-01-10T10:05:00.123456Z',
      message: 'changed at acme',
      event: {
        kind: 'event',
        action: 'limit-changed',
        module: 'memory',
        dataset: 'memory.limits',
        created: '2026-01-10T10:05:00.123456Z',
        original: '{"before":{"limit":1},"after":{"limit":2}}',
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      tidemark: { feed: 'memory/limits/acme', connection: 'acme' },
    });
    expect(event.tags).toBeUndefined();
    expect(ecsComplaints(event)).toEqual([]);
  });

  test.each([
    ['created', { kind: 'created', key: '7', after: [1], fields: [] }, '{"before":null,"after":[1]}'],
    ['deleted', { kind: 'deleted', key: '7', before: 0, fields: [] }, '{"before":0,"after":null}'],
  ] as [string, Change, string][])('shows that nothing was there when it was %s', (_, change, original) => {
    expect(changeEvent(feedOf(), ref, change).event.original).toBe(original);
  });

  test('has the same id when it is made again, whatever it is mapped to', () => {
    const again = feedOf({ mapChange: () => ({ event: { action: 'another' } }) });

    expect(changeEvent(again, { ...ref, id: 'two', at: at + 1 }, { ...changed, fields: [] }).event.id).toBe(
      changeEvent(feedOf(), ref, changed).event.id,
    );
  });

  test('has an id of its own in each feed and snapshot, for each key and kind of change', () => {
    const ids = [
      changeEvent(feedOf(), ref, changed),
      changeEvent(feedOf(), { ...ref, number: 5 }, changed),
      changeEvent(feedOf(), ref, { ...changed, key: '8' }),
      changeEvent(feedOf(), ref, { kind: 'deleted', key: '7', before: 1, fields: [] }),
      changeEvent(feedOf(), ref, { kind: 'created', key: '7', after: 1, fields: [] }),
      changeEvent(feedOf({}, 'other'), ref, changed),
      changeEvent(feedOf({}, 'acme', 'memory/others/acme'), ref, changed),
      changeEvent({ ...feedOf(), source: { ...source, id: 'other' } }, ref, changed),
      baselineEvent(feedOf(), ref, []),
      baselineEvent(feedOf(), { ...ref, number: 5 }, []),
    ].map(({ event }) => event.id);

    expect(new Set(ids).size).toBe(ids.length);
  });

  test('travels as a pipeline_error when it cannot be mapped', () => {
    const broken = feedOf({
      mapChange: () => {
        throw new Error('name: a text was expected');
      },
    });

    const event = changeEvent(broken, ref, changed);

    expect(event).toMatchObject({
      event: { kind: 'pipeline_error', original: '{"before":{"limit":1},"after":{"limit":2}}' },
      error: { message: 'memory/limits/acme: name: a text was expected', type: 'unmapped' },
    });
    expect(event.event.id).toBe(changeEvent(feedOf(), ref, changed).event.id);
  });
});

describe('a baseline as an event', () => {
  const items = [
    { key: 'a', value: { limit: 1 } },
    { key: 'b', value: null },
  ];

  test('is whole, with the list of things as the original', () => {
    const event = baselineEvent(feedOf(), ref, items);

    expect(event).toMatchObject({
      message: '2 at acme',
      event: { kind: 'state', original: '[{"key":"a","value":{"limit":1}},{"key":"b","value":null}]' },
    });
    expect(ecsComplaints(event)).toEqual([]);
  });

  test('travels as a pipeline_error when it cannot be mapped', () => {
    const broken = feedOf({
      mapBaseline: () => {
        throw new Error('too much of it');
      },
    });

    expect(baselineEvent(broken, ref, items).event.kind).toBe('pipeline_error');
  });
});

test('a view of another stream’s records is in that one’s dataset', () => {
  const fields: EcsFields = { event: {} };
  const row = { value: {}, text: '{}' };
  const dataset = (own: Partial<SnapshotStream>) =>
    complete(fields, row, { feed: feedOf(own), id: '1', time: at, readAt: at }).event.dataset;

  expect(dataset({})).toBe('memory.limits');
  expect(dataset({ viewOf: 'settings' })).toBe('memory.settings');
});
