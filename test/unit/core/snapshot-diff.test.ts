import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from '../../../functions/core/events/differences.ts';
import type { Item } from '../../../functions/core/model.ts';
import { diffItems, hasShrunk } from '../../../functions/core/snapshots/snapshot-diff.ts';

const item = (key: string, value: unknown): Item => ({ key, value });
const pathsOf = (before: unknown, after: unknown) => [...differences(before, after)].map(({ path }) => path);

describe('what has become of things', () => {
  test('is told in the order of their keys, whatever order they were listed in', () => {
    const before = [item('d', 1), item('b', 1), item('a', 1)];
    const after = [item('c', 2), item('b', { x: 2 }), item('a', 1)];

    const changes = diffItems(before, after);

    expect(changes).toEqual([
      { kind: 'changed', key: 'b', before: 1, after: { x: 2 }, fields: ['$'] },
      { kind: 'created', key: 'c', after: 2, fields: [] },
      { kind: 'deleted', key: 'd', before: 1, fields: [] },
    ]);
    expect(diffItems(before.toReversed(), after.toReversed())).toEqual(changes);
  });

  test('orders keys by their characters and not by a language', () => {
    const keys = diffItems([], [item('ä', 1), item('b', 1), item('B', 1), item('10', 1), item('9', 1)]);

    expect(keys.map(({ key }) => key)).toEqual(['10', '9', 'B', 'b', 'ä']);
  });

  test('is nothing when keys stand in another order, or nothing is null or an empty list', () => {
    const before = [item('a', { x: 1, y: { p: null, q: [], r: 'r' } })];
    const after = [item('a', { y: { r: 'r' }, z: null, x: 1 })];

    expect(diffItems(before, after)).toEqual([]);
    expect(diffItems([item('a', null)], [item('a', [])])).toEqual([]);
  });

  test('tells of a value that is null as of any other', () => {
    expect(diffItems([], [item('a', null)])).toEqual([{ kind: 'created', key: 'a', after: null, fields: [] }]);
    expect(diffItems([item('a', null)], [])).toEqual([{ kind: 'deleted', key: 'a', before: null, fields: [] }]);
  });

  test('knows names that objects are born with', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"constructor":1}');

    expect(diffItems([item('__proto__', value)], [item('__proto__', {})])).toMatchObject([
      { key: '__proto__', fields: ['__proto__', 'constructor'] },
    ]);
    expect(diffItems([item('a', {})], [item('a', { toString: 1 })])).toMatchObject([{ fields: ['toString'] }]);
  });
});

describe('things that share a key', () => {
  test('are one thing when they are equal: it was shown twice', () => {
    expect(diffItems([item('a', { x: 1 })], [item('a', { x: 1 }), item('a', { x: 1, y: [] })])).toEqual([]);
    expect(diffItems([], [item('a', 1), item('a', 1)])).toHaveLength(1);
  });

  test('are all kept when they are not, and those that stayed are no change', () => {
    const before = [item('a', { n: 1, x: 'old' }), item('a', { n: 2 })];
    const after = [item('a', { n: 2 }), item('a', { n: 1, x: 'new' }), item('b', 1)];

    expect(diffItems(before, after)).toEqual([
      { kind: 'changed', key: 'a', before: { n: 1, x: 'old' }, after: { n: 1, x: 'new' }, fields: ['x'] },
      { kind: 'created', key: 'b', after: 1, fields: [] },
    ]);
  });

  test('have changes under keys of their own, in an order that does not hang on that of the list', () => {
    const after = [item('a', { n: 1 }), item('a', { n: 2 }), item('a', { n: 3 }), item('a#2', { n: 4 })];

    const changes = diffItems([], after);

    expect(changes.map(({ key }) => key)).toEqual(['a', 'a#2#', 'a#3', 'a#2']);
    expect(diffItems([], after.toReversed())).toEqual(changes);
    const left = diffItems(after, [item('a', { n: 2 })]);
    expect(left.map(({ kind, key }) => [kind, key])).toEqual([
      ['deleted', 'a'],
      ['deleted', 'a#2#'],
      ['deleted', 'a#2'],
    ]);
  });
});

describe('the fields of a change', () => {
  test.each([
    ['a scalar', { a: 1, b: 2 }, { a: 1, b: 3 }, ['b']],
    ['another type', { a: 1 }, { a: '1' }, ['a']],
    ['added and removed', { a: 1 }, { b: 1 }, ['a', 'b']],
    ['an empty object, which is something', {}, { a: {} }, ['a']],
    ['deep', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ['a.b.c']],
    ['the whole', 1, 2, ['$']],
    ['object and list', { a: { b: 1 } }, { a: [1] }, ['a']],
    ['a list of plain values', { a: ['x', 'y'] }, { a: ['x', 'z'] }, ['a']],
    ['a plain list in another order', { a: ['x', 'y'] }, { a: ['y', 'x'] }, ['a']],
    ['a mixed list', { a: [1, { id: 1 }] }, { a: [1, { id: 2 }] }, ['a']],
    ['numbers that a double may have rounded', { a: 1e21 }, { a: 1e22 }, ['a']],
    ['names with dots and such', { 'a.b': 1, 'c d': 1 }, { 'a.b': 2, 'c d': 2 }, ['["a.b"]', '["c d"]']],
    ['a name without characters', { a: { '': 1 } }, { a: { '': 2 } }, ['a[""]']],
    ['a name that just fits', { ['x'.repeat(100)]: 1 }, {}, ['x'.repeat(100)]],
    ['a name that does not end', { ['x'.repeat(101)]: 1 }, {}, [`["${'x'.repeat(100)}…"]`]],
  ])('%s', (_, before, after, paths) => {
    expect(pathsOf(before, after)).toEqual(paths);
    expect(diffItems([item('k', before)], [item('k', after)])).toMatchObject([{ kind: 'changed', fields: paths }]);
  });

  const auditor = { id: 1, name: 'Auditor', permissions: ['a'] };
  const admin = { id: 2, name: 'Admin', permissions: ['a', 'b'] };
  const elements: [string, unknown[], unknown[], string[]][] = [
    [
      'matched by id, called by name',
      [auditor, admin],
      [auditor, { ...admin, permissions: ['a'] }],
      ['roles[Admin].permissions'],
    ],
    ['added in front', [auditor], [admin, auditor], ['roles[Admin]']],
    ['added to none', [], [admin], ['roles[Admin]']],
    ['removed', [admin, auditor], [auditor], ['roles[Admin]']],
    ['renamed', [admin], [{ ...admin, name: 'Root' }], ['roles[Root].name']],
    ['in another order', [admin, auditor], [auditor, admin], ['roles']],
    [
      'in another order, and changed',
      [admin, auditor],
      [{ ...auditor, permissions: [] }, admin],
      ['roles[Auditor].permissions', 'roles'],
    ],
    ['one put in the place of another', [auditor], [admin], ['roles[Admin]', 'roles[Auditor]']],
    [
      'names that are not one’s own',
      [admin, { ...auditor, name: 'Admin' }],
      [
        { ...admin, x: 1 },
        { ...auditor, name: 'Admin' },
      ],
      ['roles[2].x'],
    ],
    [
      'names that were exchanged',
      [admin, auditor],
      [
        { ...admin, name: 'Auditor' },
        { ...auditor, name: 'Admin' },
      ],
      ['roles[2].name', 'roles[1].name'],
    ],
    [
      'a role inside an assignment',
      [{ id: 7, role: admin }],
      [{ id: 7, role: { ...admin, permissions: [] } }],
      ['roles[Admin].role.permissions'],
    ],
    [
      'two objects inside one',
      [{ id: 7, role: admin, other: auditor }],
      [{ id: 7, role: { ...admin, x: 1 }, other: auditor }],
      ['roles[7].role.x'],
    ],
    [
      'matched by name',
      [
        { name: 'x', a: 1 },
        { name: 'y', a: 1 },
      ],
      [
        { name: 'z', a: 0 },
        { name: 'x', a: 1 },
        { name: 'y', a: 2 },
      ],
      ['roles[z]', 'roles[y].a'],
    ],
    [
      'ids that two have: by name',
      [
        { id: 1, name: 'x', a: 1 },
        { id: 1, name: 'y', a: 1 },
      ],
      [
        { id: 1, name: 'y', a: 2 },
        { id: 1, name: 'x', a: 1 },
      ],
      ['roles[y].a', 'roles'],
    ],
    ['ids that are numbers, then texts', [{ id: 1, a: 1 }], [{ id: '1', a: 1 }], ['roles[1].id']],
    ['neither id nor name: by place', [{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }, { a: 4 }], ['roles[1].a', 'roles[2]']],
    [
      'an id that one lacks: by place',
      [
        { id: 1, a: 1 },
        { id: '', a: 1 },
      ],
      [
        { id: 1, a: 2 },
        { id: '', a: 1 },
      ],
      ['roles[0].a'],
    ],
    ['an id that one side lacks: by place', [{ id: 1, a: 1 }], [{ a: 1 }], ['roles[0].id']],
    ['a name that just fits', [], [{ id: 1, name: 'x'.repeat(100) }], [`roles[${'x'.repeat(100)}]`]],
    ['a name that does not end', [], [{ id: 1, name: 'x'.repeat(101) }], [`roles["${'x'.repeat(100)}…"]`]],
    ['a name with brackets', [], [{ id: 1, name: 'a]"b' }], ['roles["a]\\"b"]']],
    ['a name with brackets that just fits', [], [{ id: 1, name: ']'.repeat(100) }], [`roles["${']'.repeat(100)}"]`]],
    ['a name with a line break', [], [{ id: 1, name: 'a\nb' }], ['roles["a\\nb"]']],
  ];
  test.each(elements)('elements of lists: %s', (_, before, after, paths) => {
    expect(pathsOf({ roles: before }, { roles: after })).toEqual(paths);
  });

  test('say what was there and what is', () => {
    const before = { roles: [auditor], limit: 1, list: ['a'] };
    const after = { roles: [admin], list: ['a', 'b'], text: '' };

    expect([...differences(before, after)]).toEqual([
      { path: 'limit', before: 1, after: undefined },
      { path: 'list', before: ['a'], after: ['a', 'b'] },
      { path: 'roles[Admin]', before: undefined, after: admin },
      { path: 'roles[Auditor]', before: auditor, after: undefined },
      { path: 'text', before: undefined, after: '' },
    ]);
  });

  test('are named up to fifty, and then no more', () => {
    const fields = (count: number) => {
      const wide = Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`f${String(at).padStart(3, '0')}`, at]),
      );
      return diffItems([item('a', {})], [item('a', wide)])[0]?.fields;
    };

    expect(fields(50)).toHaveLength(50);
    expect(fields(50)?.at(-1)).toBe('f049');
    expect(fields(51)?.slice(49)).toEqual(['f049', '...']);
    expect(fields(500)).toHaveLength(51);
  });

  test('are named once, also where two places look alike', () => {
    const long = (end: string) => ({ [`${'x'.repeat(120)}${end}`]: 1 });

    expect(diffItems([item('a', {})], [item('a', { ...long('1'), ...long('2') })])[0]?.fields).toHaveLength(1);
  });

  test('are found far below, and what is deeper still is named by the place above it', () => {
    const nest = (depth: number, core: unknown) => {
      let value = core;
      for (let level = 0; level < depth; level++) value = { n: value };
      return value;
    };

    expect(pathsOf(nest(90, 1), nest(90, 2))).toEqual([`${'n.'.repeat(89)}n`]);
    expect(pathsOf(nest(2_000, 1), nest(2_000, 2))).toEqual([`${'n.'.repeat(99)}n`]);
    expect(pathsOf(nest(2_000, 1), nest(2_000, 1))).toEqual([]);
    const lists = (core: unknown, id: object) => {
      let value = core;
      for (let level = 0; level < 60; level++) value = { n: [{ ...id, v: value }] };
      return value;
    };
    const steps = (label: string) => [`${`n[${label}].v.`.repeat(33)}n`];
    expect(pathsOf(lists(1, { id: 7 }), lists(2, { id: 7 }))).toEqual(steps('7'));
    expect(pathsOf(lists(1, {}), lists(2, {}))).toEqual(steps('0'));
  });
});

describe('any two snapshots', () => {
  /** Few keys and values, so that two snapshots have something in common. */
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, false, 0, 1, 'x', 'y', ''),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('id', 'name', 'a', 'b', '__proto__', 'a.b'), tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  const items = fc.array(fc.record({ key: fc.constantFrom('p', 'q', 'r', 'p#2'), value }), { maxLength: 5 });

  test('are the same when they are one, also once they have been stored', () => {
    fc.assert(
      fc.property(items, (one) => {
        expect(diffItems(one, one)).toEqual([]);
        expect(diffItems(one, JSON.parse(JSON.stringify(one)) as Item[])).toEqual([]);
      }),
    );
  });

  test('differ by what makes one of them the other', () => {
    const withKey = items.map((list) => list.map(({ key, value }) => item(key, { key, value })));
    fc.assert(
      fc.property(withKey, withKey, (before, after) => {
        const values = new Set(before.map(({ value }) => meaning(value)));
        for (const change of diffItems(before, after)) {
          if (change.kind !== 'created') expect(values.delete(meaning(change.before))).toBe(true);
          if (change.kind !== 'deleted') values.add(meaning(change.after));
        }

        expect(values).toEqual(new Set(after.map(({ value }) => meaning(value))));
      }),
    );
  });

  test('have changes with different keys, each of which says what it must', () => {
    fc.assert(
      fc.property(items, items, (before, after) => {
        const changes = diffItems(before, after);

        expect(new Set(changes.map(({ key }) => key)).size).toBe(changes.length);
        for (const change of changes) {
          expect('before' in change).toBe(change.kind !== 'created');
          expect('after' in change).toBe(change.kind !== 'deleted');
          expect(change.fields.length > 0).toBe(change.kind === 'changed');
        }
      }),
    );
  });

  test('have no more changes for the order of their keys', () => {
    fc.assert(
      fc.property(items, items, (before, after) => {
        const turned = after.map(({ key, value }) => item(key, reversed(value)));

        expect(diffItems(after, turned)).toEqual([]);
        const facts = ({ kind, key, fields }: { kind: string; key: string; fields: readonly string[] }) => [
          kind,
          key,
          fields,
        ];
        expect(diffItems(before, turned).map(facts)).toEqual(diffItems(before, after).map(facts));
      }),
    );
  });

  test('name every difference between two values, and none that is not there', () => {
    fc.assert(
      fc.property(fc.record({ value }), fc.record({ value }), (before, after) => {
        expect(pathsOf(before, after).length > 0).toBe(meaning(before) !== meaning(after));
        for (const difference of differences(before, after)) {
          expect(meaning(difference.before)).not.toBe(meaning(difference.after));
        }
      }),
    );
  });
});

describe('a list that shrank', () => {
  const list = (...keys: string[]) => keys.map((key) => item(key, key));

  test.each([
    ['became empty', list('a'), [], true],
    ['lost over half', list('a', 'b', 'c'), list('a'), true],
    ['lost half', list('a', 'b'), list('a'), false],
    ['lost less', list('a', 'b', 'c'), list('a', 'b'), false],
    ['grew', list('a'), list('a', 'b'), false],
    ['was empty', [], list('a'), false],
    ['stayed empty', [], [], false],
    ['was exchanged for another', list('a', 'b'), list('c', 'd', 'e'), true],
    ['changed in all of its things', list('a', 'b'), [item('a', 1), item('b', 2)], false],
    ['lost things of one key', [item('a', 1), item('a', 2), item('a', 3)], [item('a', 4)], true],
    ['was shown twice before', [...list('a', 'b'), ...list('b', 'b', 'b')], list('a'), false],
  ])('%s', (_, before, after, shrunk) => {
    expect(hasShrunk(before, after)).toBe(shrunk);
  });
});

/** What a value says: sorted keys, without what is nothing. */
function meaning(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(meaning).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const parts = Object.entries(value)
    .filter(([, inner]) => inner !== null && meaning(inner) !== '[]')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${meaning(inner)}`);
  return `{${parts.join()}}`;
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
