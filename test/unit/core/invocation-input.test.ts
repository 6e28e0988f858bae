import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { readInput } from '../../../functions/core/invocation/invocation-input.ts';
import { parseInstant, SECOND } from '../../../functions/core/time.ts';
import { memorySource, memoryStream } from '../../memory/source.ts';

const source = memorySource([memoryStream('events', SECOND, false)]);
const connection = { id: 'acme', source: source.id };
const streams = [source.streams[0]?.name ?? ''];
const feeds = { connection, streams };
const [from, to] = ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'];
const range = { from: parseInstant(from), to: parseInstant(to) };

/** Why this is no order; nothing when it is one. */
function complaint(value: unknown): string | undefined {
  try {
    readInput(source, value);
    return undefined;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(TidemarkError);
    expect((thrown as TidemarkError).code).toBe('config');
    return (thrown as TidemarkError).message;
  }
}

describe('an invocation', () => {
  test.each([
    ['nothing said', feeds, { act: 'run' }],
    ['run', { act: 'run', ...feeds }, { act: 'run' }],
    ['backfill', { act: 'backfill', ...feeds, from, to, resend: true }, { act: 'backfill', range, resend: true }],
    [
      'backfill by id',
      { act: 'backfill', ...feeds, id: 'b-1', cancel: true },
      { act: 'backfill', id: 'b-1', cancel: true },
    ],
    ['verify', { act: 'verify', ...feeds, from, to, repair: true }, { act: 'verify', range, repair: true }],
    ['redrive', { act: 'redrive', ...feeds }, { act: 'redrive' }],
    ['redrive by id', { act: 'redrive', ...feeds, ids: ['a'] }, { act: 'redrive', ids: ['a'] }],
    ['move', { act: 'move', ...feeds, to }, { act: 'move', to: range.to }],
    ['look', { act: 'look', ...feeds }, { act: 'look' }],
    ['census', { act: 'census', feeds: { acme: { s: '15m' } } }, { act: 'census', feeds: { acme: { s: '15m' } } }],
  ])('is understood: %s', (_, value, act) => {
    expect(readInput(source, value).task).toEqual(act);
  });

  test.each([
    ['no object', 7, '$'],
    ['null', null, '$'],
    ['a list', [], '$.connection'],
    ['no such act', { act: 'erase', ...feeds }, '$.act'],
    ['an act that is no text', { act: {}, ...feeds }, '$.act'],
    ['no connection', { streams }, '$'],
    ['no streams', { connection }, '$.streams'],
    ['an empty list of streams', { connection, streams: [] }, '$.streams'],
    ['no such stream', { connection, streams: [...streams, 'nope'] }, '$.streams[1]'],
    ['a misspelling', { act: 'redrive', ...feeds, id: ['a'] }, '$.id'],
    ['no ids', { act: 'redrive', ...feeds, ids: [] }, '$.ids'],
    ['ids of the wrong kind', { act: 'redrive', ...feeds, ids: [1] }, '$.ids[0]'],
    ['no time', { act: 'move', ...feeds, to: 'yesterday' }, '$.to'],
    ['half a range', { act: 'verify', ...feeds, from }, '$.from'],
    ['a range backwards', { act: 'look', ...feeds, from: to, to: from }, '$.from'],
    ['an id with a #', { act: 'backfill', ...feeds, from, to, id: 'a#b' }, '$.id'],
    ['feeds that are a list', { act: 'census', feeds: [] }, '$.feeds'],
    ['an interval that is none', { act: 'census', feeds: { acme: { s: 'often' } } }, '$.feeds.acme.s'],
    ['an interval of nothing', { act: 'census', feeds: { acme: { s: '0s' } } }, '$.feeds.acme.s'],
    ['a census of one connection', { act: 'census', feeds: {}, ...{ connection } }, '$.connection'],
  ])('that is wrong is refused with the path: %s', (_, value, path) => {
    expect(complaint(value)).toContain(path);
  });

  test('of any shape is an order or a clear error', () => {
    const act = fc.oneof(
      fc.constantFrom('run', 'backfill', 'verify', 'redrive', 'move', 'look', 'census', '__proto__', 'constructor'),
      fc.jsonValue(),
    );
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(from, to, 'a', ['a'], streams, connection, { acme: { s: '1h' } }),
    );
    const order = fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          'from',
          'to',
          'id',
          'ids',
          'resend',
          'repair',
          'feeds',
          '__proto__',
          'connection',
          'streams',
          'askAgain',
        ),
        fc.string(),
      ),
      hostile,
    );
    fc.assert(
      fc.property(act, order, fc.boolean(), (named, more, isBase) => {
        const message = complaint({ ...(isBase && feeds), ...more, act: named });
        if (message !== undefined) expect(message).toMatch(/\$|connection/);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => void complaint(value)));
  });
});
