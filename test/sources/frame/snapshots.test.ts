import { describe, expect, test } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { DAY, HOUR } from '../../../functions/core/time.ts';
import { snapshots } from '../../../functions/sources/frame/snapshots/snapshots.ts';
import { connection, snapshotOf } from './records.ts';

const answer = (text: string, type = 'application/json') => ({ status: 200, headers: { 'content-type': type }, text });

function readOf(name: string, value: unknown, asked = snapshotOf(name).first(connection)) {
  return snapshotOf(name).read(answer(JSON.stringify(value)), asked, connection);
}

const itemsOf = (name: string, value: unknown) => snapshotOf(name).items({ value, text: JSON.stringify(value) });

describe('what runs unasked', () => {
  test('is what a guard has to know within the hour', () => {
    expect(snapshots.map(({ name, enabled, every }) => [name, enabled, every])).toEqual([
      ['api-authorization-rules', true, HOUR],
      ['settings', true, HOUR],
      ['accounts', false, DAY],
      ['cloud-services', false, DAY],
      ['master-images', false, DAY],
      ['elasticity', false, DAY],
      ['customer', false, DAY],
    ]);
  });
});

describe('what is asked', () => {
  test.each([
    ['api-authorization-rules', '/customers/c1/api_authorization_rules'],
    ['settings', '/customers/c1/settings'],
    ['accounts', '/customers/c1/accounts?order=asc&order_by=inserted_at&offset=0&limit=100'],
    ['cloud-services', '/customers/c1/cloud_services'],
    ['master-images', '/customers/c1/cloud_services'],
    ['elasticity', '/customers/c1/elasticity'],
    ['customer', '/customers/'],
  ])('%s', (name, url) => {
    expect(snapshotOf(name).first(connection)).toMatchObject({ url, headers: { accept: 'application/json' } });
  });

  test('is about the customer that the settings name, in as large pages as they say', () => {
    const configured = { ...connection, settings: { customerId: 'a b/c', limit: 7 } };

    expect(snapshotOf('settings').first(configured).url).toBe('/customers/a%20b%2Fc/settings');
    expect(snapshotOf('accounts').first(configured).url).toMatch(/&offset=0&limit=7$/);
  });
});

describe('lists', () => {
  test.each(['api-authorization-rules', 'cloud-services'])('%s: all rows of one answer', (name) => {
    const read = readOf(name, [{ id: 1 }, {}]);

    expect(read.rows.map(({ value }) => value)).toEqual([{ id: 1 }, {}]);
    expect(read.asks).toEqual([]);
    expect(readOf(name, [])).toEqual({ rows: [], asks: [] });
  });

  test('a byte order mark before it is no part of it', () => {
    expect(
      snapshotOf('accounts').read(answer('\ufeff [{}] \n'), snapshotOf('accounts').first(connection), connection).rows,
    ).toHaveLength(1);
  });

  test('accounts: the next page begins after the rows that came, and an empty page is the end', () => {
    const first = snapshotOf('accounts').first({ ...connection, settings: { limit: 5 } });

    const short = readOf('accounts', [{ id: 'a' }, { id: 'b' }], first);
    const next = short.asks[0] ?? first;
    const second = readOf('accounts', [{ id: 'c' }], next);

    expect(short.asks).toHaveLength(1);
    expect(next.url).toMatch(/[?&]offset=2&limit=5$/);
    expect(second.asks[0]?.url).toMatch(/[?&]offset=3&limit=5$/);
    expect(readOf('accounts', [], second.asks[0])).toEqual({ rows: [], asks: [] });
  });

  test('master images: the images of each cloud service, and of the services themselves nothing', () => {
    const services = readOf('master-images', [
      { id: 'g.1', external_id: null },
      { id: 'g.2', external_id: 'aws/7' },
    ]);

    expect(services.rows).toEqual([]);
    expect(services.asks.map(({ url }) => url)).toEqual([
      '/customers/c1/cloud_services/g.1/master_images',
      '/customers/c1/cloud_services/aws%2F7/master_images',
    ]);
    const images = readOf('master-images', [{ id: 'i1' }, { id: 'i2', cloud_service_id: 'x' }], services.asks[1]);
    expect(images.asks).toEqual([]);
    expect(images.rows.flatMap((row) => snapshotOf('master-images').items(row))).toEqual([
      { key: 'aws/7/i1', value: { cloud_service_id: 'aws/7', id: 'i1' } },
      { key: 'aws/7/i2', value: { cloud_service_id: 'aws/7', id: 'i2' } },
    ]);
  });

  test.each([
    ['none', {}],
    ['one that leads elsewhere', { id: '..' }],
    ['one that is no place', { id: '.' }],
    ['one that cannot be written', { id: '\ud800' }],
    ['one that is an object', { id: {} }],
  ])('master images: of a cloud service with an id that is %s nothing can be asked', (_, service) => {
    expect(() => readOf('master-images', [{ id: 'g.1' }, service])).toThrow(UnreadableError);
  });

  test('master images: an id that cannot be used is no hindrance when there is another', () => {
    expect(readOf('master-images', [{ external_id: '..', id: 7 }]).asks[0]?.url).toBe(
      '/customers/c1/cloud_services/7/master_images',
    );
  });
});

describe('objects', () => {
  test.each([
    ['elasticity', { buffer_servers: 1 }],
    ['elasticity', { max_servers: 1 }],
    ['elasticity', { min_servers: 1 }],
    ['settings', { frame_support_admin_access: null }],
    ['settings', { is_login_banner_enabled: false }],
    ['settings', { max_concurrency: 1 }],
    ['customer', { id: 'c1' }],
  ])('%s are known by %o', (name, value) => {
    const read = readOf(name, value);

    expect(read.rows.map((row) => row.value)).toEqual([value]);
    expect(read.asks).toEqual([]);
  });

  test('the customer may be the only element of a list', () => {
    expect(readOf('customer', [{ id: 'c1' }]).rows.map(({ value }) => value)).toEqual([{ id: 'c1' }]);
  });
});

describe('answers that are not read', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const shapes: [string, string[], string, RegExp][] = [
    [
      'an object for a list',
      ['api-authorization-rules', 'accounts', 'cloud-services', 'master-images'],
      '{"data":[]}',
      /the answer is an object; a list was expected/,
    ],
    [
      'a list with a hole',
      ['api-authorization-rules', 'accounts', 'cloud-services', 'master-images'],
      '[{},null]',
      /element 1 of the list is null; an object was expected/,
    ],
    ['a list of lists', ['api-authorization-rules', 'accounts'], '[[]]', /element 0 of the list is a list/],
    ['a list for an object', ['settings', 'elasticity'], '[]', /the answer is a list; an object was expected/],
    [
      'one object in a list for an object',
      ['settings', 'elasticity'],
      '[{"max_servers":1,"max_concurrency":1}]',
      /a list; an object was expected/,
    ],
    ['two customers', ['customer'], '[{"id":1},{"id":2}]', /the answer is a list; an object was expected/],
    ['no customer', ['customer'], '[]', /the answer is a list; an object was expected/],
    ['an error for settings', ['settings'], '{"error":"no"}', /without any of frame_support_admin_access/],
    [
      'an error for elasticity',
      ['elasticity'],
      '{"error":"no"}',
      /without any of buffer_servers, max_servers, min_servers$/,
    ],
    ['an error for a customer', ['customer'], '{"error":"no"}', /without any of id/],
    [
      'what only objects are born with',
      ['customer', 'elasticity', 'settings'],
      '{"__proto__":{"id":1,"max_servers":1,"max_concurrency":1}}',
      /without any of/,
    ],
    ['nothing', ['settings'], ' \n', /the answer is empty \(application\/json, 2 characters\)/],
    ['half a list', ['accounts'], '[{"id":1},', /not JSON, or only a part of it/],
  ];
  const cases = shapes.flatMap(([what, names, text, message]) =>
    names.map((name) => [name, what, text, message] as const),
  );

  test.each(cases)('%s: %s', (name, _, text, message) => {
    const stream = snapshotOf(name);

    expect(() => stream.read(answer(text), stream.first(connection), connection)).toThrow(UnreadableError);
    expect(() => stream.read(answer(text), stream.first(connection), connection)).toThrow(message);
  });

  test('but those of any depth are, to the letter', () => {
    const text = `[{"a":${deep(100_000)}}]`;
    const { rows } = snapshotOf('api-authorization-rules').read(answer(text), { url: '/' }, connection);

    expect(`[${rows.map((row) => row.text).join()}]`).toBe(text);
  });

  test('say what a proxy wrote, and whether it was meant to be JSON', () => {
    const read = (text: string, type?: string) => {
      try {
        snapshotOf('settings').read(answer(text, type), { url: '/' }, connection);
        return undefined;
      } catch (thrown) {
        return thrown as UnreadableError;
      }
    };

    const page = read('<html>Please\nsign in</html>', 'text/html');
    expect(page?.message).toBe(
      'the answer is not JSON, or only a part of it (text/html, 27 characters): <html>Please sign in</html>',
    );
    expect(page?.claimsFormat).toBe(false);
    expect(read('{"a":', '')?.message).toContain('(no content type, 5 characters)');
    expect(read('{"a":', 'x'.repeat(500))?.message).toContain(`(${'x'.repeat(100)}, 5 characters)`);
    expect(read('{"a":')?.claimsFormat).toBe(true);
    expect(read('[1')?.claimsFormat).toBe(true);
  });
});

describe('keys', () => {
  test.each([
    ['api-authorization-rules', { id: 53, api_authorization_id: 'u' }, '53'],
    ['api-authorization-rules', { id: '53' }, '53'],
    ['api-authorization-rules', { id: null, api_authorization_id: 'u' }, 'u'],
    ['api-authorization-rules', { id: '', api_authorization_id: 'u' }, 'u'],
    ['api-authorization-rules', { id: 2 ** 53, api_authorization_id: 'u' }, 'u'],
    ['api-authorization-rules', { id: 'x'.repeat(200), api_authorization_id: 'u' }, 'x'.repeat(200)],
    ['api-authorization-rules', { id: 'x'.repeat(201), api_authorization_id: 'u' }, 'u'],
    ['accounts', { id: 'a' }, 'a'],
    ['cloud-services', { id: 'g.1', external_id: 'e' }, 'g.1'],
    ['cloud-services', { id: null, external_id: 'e' }, 'e'],
    ['customer', { id: 'c1' }, 'c1'],
    ['elasticity', { max_servers: 1 }, 'elasticity'],
    ['master-images', { id: 'i', cloud_service_id: 's' }, 's/i'],
    ['master-images', { id: 'i' }, 'i'],
  ])('%s: %o', (name, value, key) => {
    expect(itemsOf(name, value).map((item) => item.key)).toEqual([key]);
  });

  test('of a thing without an id are made of what it says, whatever the order', () => {
    const keyOf = (value: unknown) => itemsOf('accounts', value)[0]?.key;

    expect(keyOf({ name: 'a', x: [1, 2] })).toMatch(/^content-[0-9a-f]{32}$/);
    expect(keyOf({ x: [2, 1], name: 'a' })).toBe(keyOf({ name: 'a', x: [1, 2] }));
    expect(keyOf({ name: 'b' })).not.toBe(keyOf({ name: 'a' }));
    expect(keyOf([1])).toMatch(/^content-/);
    expect(itemsOf('settings', 5)).toHaveLength(1);
  });

  test('of settings are their names, each with its own value', () => {
    expect(itemsOf('settings', JSON.parse('{"b":[2,1],"a":null,"__proto__":7}'))).toEqual([
      { key: 'settings/b', value: { b: [1, 2] } },
      { key: 'settings/a', value: { a: null } },
      { key: 'settings/__proto__', value: JSON.parse('{"__proto__":7}') },
    ]);
  });
});

describe('the fixed order', () => {
  const tidied = (value: unknown) => JSON.stringify(itemsOf('accounts', { id: 'a', value })[0]?.value);

  test.each([
    ['texts', ['b', 'a', 'B'], ['B', 'a', 'b']],
    ['texts that begin alike', ['ab', 'a'], ['a', 'ab']],
    [
      'objects by id, whatever else changes',
      [
        { a: 1, id: 'y' },
        { a: 2, id: 'x' },
      ],
      [
        { a: 2, id: 'x' },
        { a: 1, id: 'y' },
      ],
    ],
    [
      'objects by name',
      [
        { a: 1, name: 'y' },
        { a: 2, name: 'x' },
      ],
      [
        { a: 2, name: 'x' },
        { a: 1, name: 'y' },
      ],
    ],
    [
      'objects by a number for an id',
      [
        { a: 1, id: 2 },
        { a: 2, id: 1 },
      ],
      [
        { a: 2, id: 1 },
        { a: 1, id: 2 },
      ],
    ],
    [
      'objects by name before what else they hold',
      [
        { a: 2, name: 'x' },
        { a: 1, name: 'y' },
      ],
      [
        { a: 2, name: 'x' },
        { a: 1, name: 'y' },
      ],
    ],
    [
      'objects by id before their names',
      [
        { id: 'x', name: 'y' },
        { id: 'y', name: 'x' },
      ],
      [
        { id: 'x', name: 'y' },
        { id: 'y', name: 'x' },
      ],
    ],
    [
      'objects with an id that is none',
      [
        { a: 2, id: { n: 1 } },
        { a: 1, id: [9] },
      ],
      [
        { a: 1, id: [9] },
        { a: 2, id: { n: 1 } },
      ],
    ],
    ['objects without either', [{ b: 2 }, { b: 1 }], [{ b: 1 }, { b: 2 }]],
    ['keys, at every depth', { b: { d: 1, c: 2 }, a: 1 }, { a: 1, b: { c: 2, d: 1 } }],
    ['lists in lists', [['b', 'a'], ['a']], [['a', 'b'], ['a']]],
    ['numbers that JSON does not hold', { a: Number.POSITIVE_INFINITY }, { a: 'Infinity' }],
    ['equal elements stay', ['a', 'a'], ['a', 'a']],
  ])('%s', (_, value, expected) => {
    expect(tidied(value)).toBe(JSON.stringify({ id: 'a', value: expected }));
  });

  test('leaves the record as it was', () => {
    const value = { id: 'a', list: ['b', 'a'] };

    itemsOf('accounts', value);

    expect(value.list).toEqual(['b', 'a']);
  });
});
