import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventId, recordHash, rowKey } from '../../functions/core/events/identity.ts';
import type { RecordKey } from '../../functions/core/model.ts';
import { createWorld } from '../memory/world.ts';

const [feed] = createWorld().feeds;
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value;

function hash(value: unknown): string {
  return recordHash({ value, text: JSON.stringify(value) });
}

describe('a record’s hash', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(hash(reversed(value))).toBe(hash(value));
      }),
    );
  });

  it('takes absent, null and an empty list under a key for the same', () => {
    fc.assert(
      fc.property(fc.dictionary(text, json), text, fc.constantFrom(null, []), (record, key, nothing) => {
        const { [key]: _, ...without } = record;
        expect(hash({ ...without, ...entry(key, nothing) })).toBe(hash(without));
      }),
      // A number beyond a double, and a key with a digit in it.
      { examples: [[{ size: 5e-324 }, 'md5', null]] },
    );
  });

  it('differs for records that say different things', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(hash(one) === hash(other)).toBe(saying(one) === saying(other));
      }),
      { numRuns: 1_000 },
    );
  });

  it('survives being written and read again', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(hash(JSON.parse(JSON.stringify(value)))).toBe(hash(value));
      }),
    );
  });

  it('tells records apart that are nested too deep to walk', () => {
    const nested = (depth: number, leaf: unknown): unknown => (depth === 0 ? leaf : [nested(depth - 1, leaf)]);
    expect(hash(nested(500, 'one'))).not.toBe(hash(nested(500, 'other')));
    expect(hash(nested(500, 'one'))).toBe(hash(nested(500, 'one')));
  });
});

describe('an event’s id', () => {
  const identity = fc.record({ phase: fc.constantFrom('', 'start', 'end') }, { requiredKeys: [] });
  const recordKey = fc.record({ id: text, content: text }, { requiredKeys: ['content'] });
  const hashOf = (key: RecordKey) => rowKey({ recordKey: () => key }, { value: {}, text: '{}' }).hash;

  it('has at most 40 visible ASCII characters, and is the same for the same', () => {
    fc.assert(
      fc.property(identity, json, fc.nat(1_000), (who, value, occurrence) => {
        const id = eventId(feed as NonNullable<typeof feed>, who, hash(value), occurrence);
        expect(id).toMatch(/^[!-~]{1,40}$/);
        expect(eventId(feed as NonNullable<typeof feed>, { ...who }, hash(value), occurrence)).toBe(id);
      }),
    );
  });

  it('differs for each of many equal records without an id of the vendor’s', () => {
    fc.assert(
      fc.property(json, (value) => {
        const ids = Array.from({ length: 50 }, (_, k) => eventId(feed as NonNullable<typeof feed>, {}, hash(value), k));
        expect(new Set(ids).size).toBe(50);
      }),
    );
  });

  it('differs between a session’s start and its end, and between two vendor ids or contents', () => {
    fc.assert(
      fc.property(fc.uniqueArray(recordKey, { minLength: 2, maxLength: 2, selector: saidBy }), (keys) => {
        const ids = keys.flatMap((key) =>
          ['', 'start', 'end'].map((phase) => eventId(feed as NonNullable<typeof feed>, { phase }, hashOf(key), 0)),
        );
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });
});

/** No id is the same as an empty one. */
function saidBy({ id = '', content }: RecordKey): string {
  return JSON.stringify([id, content]);
}

/** What a value says, in another way than the code under test: keys that hold nothing are left out, the rest is sorted. */
function saying(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (Object.is(item, -0)) return 0;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    const kept = Object.entries(item).filter(([, at]) => at !== null && !(Array.isArray(at) && at.length === 0));
    // A list of pairs keeps keys such as "1" and "__proto__" where sorting put them.
    return { pairs: kept.sort(([one], [other]) => (one < other ? -1 : 1)) };
  });
}

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

/** A computed key in a literal defines even `__proto__`. */
function entry(key: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries([[key, value]]);
}
