import { describe, expect, it, test } from 'vitest';
import { feedsOf, parseConnection } from '../../../../functions/core/config/connection.ts';
import { bareEvent, complete, type EventContext } from '../../../../functions/core/events/complete.ts';
import type { Feed } from '../../../../functions/core/model.ts';
import { parseInstant, SECOND } from '../../../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../../../functions/destinations/destination-types.ts';
import { writeEvent } from '../../../../functions/destinations/write-event.ts';
import { memorySource, memoryStream } from '../../../memory/source.ts';

const source = memorySource(['audit', 'access'].map((name) => memoryStream(name, SECOND, false)));
const feeds = feedsOf(source, parseConnection(source, { id: 'acme', source: source.id })) as Feed[];
const at = (text: string) => parseInstant(text) as number;
const readAt = at('2026-01-10T10:05:00.123456Z');
const row = { value: {}, text: '{"event":"Login failed."}' };

function contextOf(own: Partial<EventContext>): EventContext {
  return { feed: feeds[0] as Feed, id: 'a1', readAt, ...own };
}

describe('what all events of a feed have in common', () => {
  it('is that of the event’s own feed and window, whichever came before', () => {
    const windows = ['08', '09'].map((hour) => ({
      from: at(`2026-01-10T${hour}:00:00Z`),
      to: at('2026-01-10T10:00:00Z'),
    }));
    const contexts = feeds.flatMap((feed) => [undefined, ...windows, undefined].map((window) => ({ feed, window })));
    for (const { feed, window } of [...contexts, ...contexts.toReversed()]) {
      const about = contextOf({ feed, ...(window && { window }) });
      const { tidemark, event } = complete({ event: {} }, row, about);
      expect(event.dataset).toBe(`${source.id}.${feed.stream.name}`);
      expect(tidemark).toEqual({
        feed: feed.name,
        connection: 'acme',
        vendor: source.vendor,
        product: source.title,
        ...(window && {
          window: {
            from: window === windows[0] ? '2026-01-10T08:00:00.000Z' : '2026-01-10T09:00:00.000Z',
            to: '2026-01-10T10:00:00.000Z',
          },
        }),
      });
    }
  });

  it('does not have the lateness of one of them', () => {
    expect(complete({ event: {} }, row, contextOf({ late: 2 * SECOND })).tidemark.lateness_ms).toBe(2_000);
    expect(complete({ event: {} }, row, contextOf({})).tidemark).not.toHaveProperty('lateness_ms');
  });
});

describe('the day and the hour in UTC', () => {
  const time = at('2026-01-10T23:59:59.999999Z');
  const utcOf = (event: object, about: Partial<EventContext> = { time }) =>
    complete({ event }, row, contextOf(about)).tidemark.utc;

  it.each([
    [{ category: ['authentication'] }],
    [{ category: ['configuration', 'session'] }],
    [{ kind: 'metric', category: ['host'] }],
  ])('are in an event of a use: %j', (event) => {
    expect(utcOf(event)).toEqual({ day: 'sat', hour: '23' });
  });

  it('are in no other event, and in none without a time', () => {
    expect(utcOf({ category: ['configuration'] })).toBeUndefined();
    expect(utcOf({ kind: 'pipeline_error' })).toBeUndefined();
    expect(utcOf({ category: ['session'] }, {})).toBeUndefined();
  });
});

test('an event without a mapping is written as the vendor’s record exactly like one with it', () => {
  const samples = DESTINATION_TYPES.flatMap(({ formats, envelope }) =>
    formats.includes('raw') ? [envelope?.sample ?? {}] : [],
  );
  const shapes = samples.map((sample) => ({ format: 'raw', ...sample }) as const);
  const contexts = [contextOf({}), contextOf({ time: at('2026-01-10T09:58:31.250Z'), late: SECOND })];
  for (const about of contexts) {
    const mapped = complete({ message: 'Ana', event: { action: 'login' }, user: { name: 'ana' } }, row, about);
    for (const shape of shapes) {
      expect(writeEvent(shape, bareEvent(row, about))).toEqual(writeEvent(shape, mapped));
    }
  }
});
