import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { eventOf, hostileText, hostileValue, unmapped } from './events.ts';
import { HecRefusal, readHec } from './hec-reader.ts';

const hec = { index: 'audit' };

describe('the Splunk envelope', () => {
  test('holds an ECS event with time, host, source, sourcetype, index and indexed fields', () => {
    const [event] = readHec(writeEvent({ format: 'ecs', hec }, eventOf({ event: { action: 'login-failed' } })).text);
    expect(event).toMatchObject({
      time: 1768039111.25,
      host: 'acme',
      source: 'audit',
      sourcetype: 'tidemark:memory:ecs',
      index: 'audit',
      fields: { event_id: '0123456789abcdef0123456789abcdef', feed: 'memory/audit/acme' },
      event: { event: { action: 'login-failed' } },
    });
  });

  test('writes the time with milliseconds', () => {
    expect(writeEvent({ format: 'ecs', hec }, eventOf({ event: {} })).text).toMatch(/^\{"time":1768039111\.250,/);
  });

  test('holds the origin of its own event and shape, whichever came before', () => {
    const event = eventOf({ event: {} });
    const other = { ...event, tidemark: { ...event.tidemark, connection: 'other' } };
    const viewed = { ...event, event: { ...event.event, dataset: 'memory.access' } };
    const indexed = { hec: { index: 'other' } };
    for (const [shape, each, expected] of [
      [{ format: 'ecs', hec }, event, { host: 'acme', source: 'audit', sourcetype: 'tidemark:memory:ecs' }],
      [{ format: 'ecs', hec }, other, { host: 'other', source: 'audit' }],
      [{ format: 'ecs', hec }, viewed, { host: 'acme', source: 'access' }],
      [{ format: 'cef', hec }, viewed, { index: 'audit', sourcetype: 'tidemark:memory:cef' }],
      [{ format: 'cef', ...indexed }, viewed, { index: 'other', sourcetype: 'tidemark:memory:cef' }],
    ] as const) {
      expect(readHec(writeEvent(shape, each).text)[0]).toMatchObject(expected);
    }
  });

  test.each([62, 63, 64])(
    'holds an ECS event with %i levels of lists as an object only if readers take it',
    (levels) => {
      const deep = JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;
      const [sent] = readHec(writeEvent({ format: 'ecs', hec }, eventOf({ event: {}, memory: deep })).text);
      expect(typeof sent?.event).toBe(levels < 64 ? 'object' : 'string');
    },
  );

  test('names no index when none is set', () => {
    const [event] = readHec(writeEvent({ format: 'ecs', hec: {} }, eventOf({ event: {} })).text);
    expect(event).not.toHaveProperty('index');
  });

  test('holds a raw record as the object it is', () => {
    const [event] = readHec(writeEvent({ format: 'raw', hec }, eventOf({ event: {} }, '{"aid":"1402","n":1}')).text);
    expect(event?.event).toEqual({ aid: '1402', n: 1 });
  });

  test.each([
    ['a record that is not an object', 'null', 'null'],
    ['an empty record', '', '(an empty record)'],
    ['text that is not JSON', '<html>', '<html>'],
    ['half a surrogate pair in an escape', '{"a":"\\ud800"}', '{"a":"\\ud800"}'],
    ['half a surrogate pair before an ordinary escape', '{"a":"\\ud83dx"}', '{"a":"\\ud83dx"}'],
    [
      'nesting beyond what readers take',
      `{"a":${'['.repeat(100)}${']'.repeat(100)}}`,
      `{"a":${'['.repeat(100)}${']'.repeat(100)}}`,
    ],
  ])('holds %s as text', (_, original, sent) => {
    expect(readHec(writeEvent({ format: 'raw', hec }, unmapped(original)).text)[0]?.event).toBe(sent);
  });

  test('holds an escaped emoji, which is a whole pair, in an object', () => {
    const original = '{"a":"\\ud83d\\ude00"}';
    expect(readHec(writeEvent({ format: 'raw', hec }, eventOf({ event: {} }, original)).text)[0]?.event).toEqual({
      a: '😀',
    });
    const [ecs] = readHec(writeEvent({ format: 'ecs', hec }, eventOf({ event: {} }, original)).text);
    expect(ecs?.event).toMatchObject({ event: { original } });
  });

  test('an event too large for an indexer is shortened, and said to be oversized', () => {
    const original = JSON.stringify({ name: 'x'.repeat(300_000) });
    const { text, oversized } = writeEvent({ format: 'ecs', hec }, eventOf({ event: {} }, original));
    expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024);
    expect(oversized).toBe(true);
    expect(readHec(text)[0]?.event).toMatchObject({
      tidemark: { shortened: true },
      event: { id: '0123456789abcdef0123456789abcdef' },
    });
  });

  test('whatever a record holds, Splunk takes it, one envelope after the other', () => {
    fc.assert(
      fc.property(
        hostileText,
        hostileText,
        hostileValue,
        fc.constantFrom('ecs' as const, 'raw' as const),
        (message, original, vendor, format) => {
          const event = eventOf({ message, event: { action: original }, memory: vendor }, original);
          const texts = [event, unmapped(original)].map((each) => writeEvent({ format, hec }, each).text);
          expect(readHec(texts.join(''))).toHaveLength(2);
          expect(texts.join('')).not.toMatch(/[\r\n]/);
        },
      ),
    );
  });
});

describe('the reader refuses what Splunk refuses', () => {
  const good = { time: 1, host: 'h', source: 's', sourcetype: 't', fields: {}, event: 'x' };
  test.each([
    ['no event', { ...good, event: undefined }, 12],
    ['a blank event', { ...good, event: ' ' }, 13],
    ['an event that is null', { ...good, event: null }, 13],
    ['an index that is null', { ...good, index: null }, 7],
    ['nested fields', { ...good, fields: { a: {} } }, 15],
    ['a key it does not know', { ...good, extra: 1 }, 6],
    ['a time that is no number', { ...good, time: 'now' }, 6],
  ])('%s', (_, value, code) => {
    const refusal = catchRefusal(() => readHec(JSON.stringify(good) + JSON.stringify(value)));
    expect(refusal.code).toBe(code);
  });

  test.each([['{"event":'], ['x'], ['']])('%j', (body) => {
    expect(() => readHec(body)).toThrow(HecRefusal);
  });
});

function catchRefusal(action: () => unknown): HecRefusal {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof HecRefusal) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}
