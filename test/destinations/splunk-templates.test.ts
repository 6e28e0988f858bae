import { describe, expect, test } from 'vitest';
import { destinationFor } from '../../functions/core/config/destination.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { SELF_EVENTS, selfEvent } from '../../functions/core/events/self-events.ts';
import { parseInstant } from '../../functions/core/time.ts';
import { ENVELOPES } from '../../functions/destinations/envelopes.ts';
import { shapeSchema, writeEvent } from '../../functions/destinations/write-event.ts';
import { eventOf, feed } from '../formats/events.ts';
import { readHec } from '../formats/hec-reader.ts';
import { configure, SOURCES, SPLUNK } from '../infra/support/draw.ts';

/** The shape that the functions get for a destination with these settings, after the way through their environment. */
function shapeWith(settings: object) {
  const [destination] = configure({ destinations: [{ ...SPLUNK, ...settings }] }).destinations;
  const { shape } = destinationFor('memory', destination ?? expect.fail());
  return shapeSchema(ENVELOPES).parse(JSON.parse(JSON.stringify(shape)));
}

function sent(settings: object, event: EcsEvent = eventOf({ event: {} })) {
  return readHec(writeEvent(shapeWith(settings) as Parameters<typeof writeEvent>[0], event).text)[0];
}

describe('templates of the origin', () => {
  test('are filled in, each with what the event is from', () => {
    const named = '{source}/{stream}/{connection}.{format}';

    expect(sent({ sourcetype: 'acme:{source}', source: named, host: '{connection}@{source}' })).toMatchObject({
      sourcetype: 'acme:memory',
      source: 'memory/audit/acme.ecs',
      host: 'acme@memory',
    });
    expect(sent({ source: named, format: 'cef', index: 'audit' })).toMatchObject({
      source: 'memory/audit/acme.cef',
      index: 'audit',
    });
  });

  test('that are not set leave the text as it always was', () => {
    expect(shapeWith({})).toEqual({ format: 'ecs', hec: {} });
    expect(sent({ source: 'only-this' })).toMatchObject({
      host: 'acme',
      source: 'only-this',
      sourcetype: 'tidemark:memory:ecs',
    });
  });

  test('are filled in for a self event, too', () => {
    const now = parseInstant('2026-01-10T10:00:00Z') as number;
    const own = selfEvent(feed, { act: 'feed-left', watermark: now }, now);

    expect(sent({ sourcetype: '{source}:{stream}', source: '{connection}' }, own)).toMatchObject({
      sourcetype: 'tidemark:feed-left',
      source: 'acme',
    });
  });

  test.each([
    [
      { sourcetype: 'x:{vendor}' },
      'sourcetype: there is "x:{vendor}", wanted a text without {vendor}: the known placeholders are {source}, {stream}, {connection} and {format}.',
    ],
    [{ source: '{}' }, 'source: there is "{}", wanted a text without {}: the known'],
    [{ host: '{toString}' }, 'host: there is "{toString}", wanted a text without {toString}'],
    [{ host: '' }, 'host: there is "", wanted a text that is not empty.'],
    [
      { sourcetype: 'two words' },
      'sourcetype: there is "two words", wanted letters, digits, _ . : / @ - and the placeholders',
    ],
    [{ source: '{source' }, 'source: there is "{source", wanted letters, digits'],
    [{ source: '{{source}}' }, 'source: there is "{{source}}", wanted letters, digits'],
    [{ source: 'a"b' }, 'wanted letters, digits'],
    [{ source: 'a*' }, 'wanted letters, digits'],
    [
      { host: 'h'.repeat(256) },
      'wanted a text of at most 255 characters; with the longest values for its placeholders it has 256.',
    ],
    [
      { host: '{connection}{connection}{connection}{connection}' },
      'of at most 255 characters; with the longest values for its placeholders it has 256.',
    ],
    [{ sourcetype: 7 }, 'sourcetype: there is 7, wanted a string.'],
  ])('that Splunk could not take are refused: %j', (settings, told) => {
    const start = () => configure({ destinations: [{ ...SPLUNK, ...settings }] });

    expect(start).toThrow('$.destinations[0].');
    expect(start).toThrow(told);
  });

  test('count with lengths that no source, stream or act exceeds', () => {
    const streams = SOURCES.flatMap((source) => source.streams.map(({ name }) => name));

    expect(Math.max(...SOURCES.map(({ id }) => id.length))).toBeLessThanOrEqual(32);
    expect(Math.max(...[...streams, ...Object.keys(SELF_EVENTS)].map(({ length }) => length))).toBeLessThanOrEqual(64);
  });
});
