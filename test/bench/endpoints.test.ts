import { describe, expect, test } from 'vitest';
import { Counting } from '../../bench/endpoints/counting.ts';
import { putRecordBatch } from '../../bench/endpoints/delivery.ts';
import { MemoryTable, TableError } from '../../bench/endpoints/table.ts';
import { contentAt, VendorLog } from '../../bench/endpoints/vendor.ts';

// The bench believes what its endpoints count.

test('Firehose counts records, their bytes, what is billed for them, and their lines', () => {
  const records = ['one\ntwo\n', `${'x'.repeat(5 * 1024)}\n`];
  const Records = records.map((text) => ({ Data: Buffer.from(text).toString('base64') }));
  const counting = new Counting();

  const answer = putRecordBatch(
    Buffer.from(JSON.stringify({ DeliveryStreamName: 'lake', Records })),
    counting.now.delivery,
  );

  expect(JSON.parse(answer)).toMatchObject({ FailedPutCount: 0, RequestResponses: [{}, {}] });
  expect(counting.take().delivery).toMatchObject({ records: 2, bytes: 8 + 5_121, billed: 3 * 5_120, lines: 3 });
  expect(counting.now.delivery.records).toBe(0);
});

describe('the table', () => {
  const item = (sk: string, more: object = {}) => ({ pk: { S: 'feed' }, sk: { S: sk }, ...more });
  const put = (table: MemoryTable, Item: object, condition: object = {}) =>
    table.call('PutItem', { Item, ...condition });

  test('writes under a condition, or refuses', () => {
    const table = new MemoryTable();
    const isNew = { ConditionExpression: 'attribute_not_exists(pk)' };
    put(table, item('a', { version: { N: '1' } }), isNew);

    expect(() => put(table, item('a'), isNew)).toThrow(TableError);
    const was = (N: string) => ({
      ConditionExpression: '#v = :v AND attribute_exists(sk)',
      ExpressionAttributeNames: { '#v': 'version' },
      ExpressionAttributeValues: { ':v': { N } },
    });
    expect(() => put(table, item('a', { version: { N: '3' } }), was('2'))).toThrow(TableError);
    put(table, item('a', { version: { N: '2' } }), was('1'));
    expect(table.call('GetItem', { Key: item('a') })).toMatchObject({ Item: { version: { N: '2' } } });
  });

  test('compares parts of maps, and their sizes', () => {
    const table = new MemoryTable();
    put(table, item('a', { quotas: { M: { one: { N: '1' } } } }));
    const sized = (N: string) => ({
      ConditionExpression: 'size(#q) = :s AND #q.#o = :o AND attribute_not_exists(#q.#p)',
      ExpressionAttributeNames: { '#q': 'quotas', '#o': 'one', '#p': 'two' },
      ExpressionAttributeValues: { ':s': { N }, ':o': { N: '1' } },
    });

    expect(() => put(table, item('a'), sized('2'))).toThrow(TableError);
    put(table, item('a'), sized('1'));
  });

  test('answers a query in order, and not more than a megabyte at a time', () => {
    const table = new MemoryTable();
    for (const sk of ['c', 'a', 'b', 'd']) put(table, item(sk, { text: { S: 'x'.repeat(600_000) } }));
    const query = {
      KeyConditionExpression: 'pk = :p AND sk BETWEEN :a AND :b',
      ExpressionAttributeValues: { ':p': { S: 'feed' }, ':a': { S: 'a' }, ':b': { S: 'c' } },
      ScanIndexForward: false,
    };

    const first = table.call('Query', query) as { Items: { sk: { S: string } }[]; LastEvaluatedKey?: object };
    const rest = table.call('Query', { ...query, ExclusiveStartKey: first.LastEvaluatedKey }) as typeof first;

    expect([first, rest].map(({ Items }) => Items.map(({ sk }) => sk.S))).toEqual([['c', 'b'], ['a']]);
    expect(rest.LastEvaluatedKey).toBeUndefined();
  });

  test('refuses what it does not know', () => {
    expect(() => new MemoryTable().call('Scan', {})).toThrow('Scan');
    const unknown = { ConditionExpression: 'begins_with(pk, :a)' };
    expect(() => put(new MemoryTable(), item('a'), unknown)).toThrow('begins_with');
  });
});

describe('a log', () => {
  const log = new VendorLog({ from: 0, to: 100_000, rows: 100 }, (at, time) => `${at} at ${time}`);

  test('has its rows evenly over its range, a twin at the time of the row before it', () => {
    expect(log.within(10_000, 20_000)).toEqual({ first: 10, end: 20 });
    expect(log.within(-1, 1_000_000)).toEqual({ first: 0, end: 100 });
    expect([49, 50, 51].map((at) => log.text(at))).toEqual(['49 at 49000', '50 at 49000', '51 at 51000']);
    expect(contentAt(50)).toBe(contentAt(49));
  });

  test('can show every n-th row only', () => {
    const some = new VendorLog({ from: 0, to: 100_000, rows: 100, every: 30 }, (at, time) => `${at} at ${time}`);

    expect(some.within(0, 100_000)).toEqual({ first: 0, end: 4 });
    expect(some.text(3)).toBe('90 at 90000');
  });
});
