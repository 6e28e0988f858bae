import { describe, expect, test } from 'vitest';
import { readRefused } from '../../cli/put-aside/read-refused.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { inParts } from '../../functions/core/events/in-parts.ts';
import { formatInstant } from '../../functions/core/time.ts';
import type { RefusedRecords } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { COLUMNS, DOCUMENT_COLUMN } from '../../functions/destinations/iceberg/columns.ts';
import { createTable } from '../../functions/destinations/iceberg/create-table.ts';
import { iceberg } from '../../functions/destinations/iceberg/destination.ts';
import { unwrapRow } from '../../functions/destinations/iceberg/unwrap-row.ts';
import type { ProbeAnswer } from '../../functions/destinations/probe.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { fieldType } from '../../functions/formats/ecs-fields.ts';
import { checkDeployable } from '../../lib/check-deployable.ts';
import { GOLDEN_EVENTS, valueAt } from '../formats/golden-events.ts';
import { configure, GLUE_TABLES, S3_TABLES, SOURCES } from '../infra/support/draw.ts';

const SHAPE = { format: 'ecs', onePerRecord: true, row: true } as const;
const NAMES = [...COLUMNS.map(({ name }) => name), DOCUMENT_COLUMN];

/** What Firehose takes into a column of each type. */
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' && value.isWellFormed(),
  timestamp: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  'array<string>': (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

function rowOf(event: EcsEvent): Readonly<Record<string, unknown>> {
  return JSON.parse(writeEvent(SHAPE, event).text);
}

describe.each(GOLDEN_EVENTS)('a row of %s', (_, events) => {
  test('has every column, each with a value of its type or none, and the whole event', () => {
    for (const event of events) {
      const row = rowOf(event);
      expect(Object.keys(row)).toEqual(NAMES);
      for (const { name, field, type } of COLUMNS) {
        const value = row[name];
        expect(value === null || FITS[type]?.(value), name).toBe(true);
        // No value is lost on the way into its column.
        expect(value === null, name).toBe(valueAt(event, field) === undefined);
      }
      expect(row[DOCUMENT_COLUMN]).toBe(writeEvent({ format: 'ecs' }, event).text);
    }
  });

  test('has a key, and the time of the event to the microsecond', () => {
    for (const event of events) {
      const { event_id: id, time } = rowOf(event);
      expect(id).toBe(event.event.id);
      expect(Date.parse(formatInstant(time as number))).toBe(Date.parse(event['@timestamp']));
    }
  });
});

const EVENT = GOLDEN_EVENTS.flatMap(([, events]) => events)[0] as EcsEvent;

test.each(['ecs', 'cef', 'ocsf'] as const)('the document is the event in format %s', (format) => {
  const { text } = writeEvent({ ...SHAPE, format }, EVENT);
  expect(unwrapRow(text)).toBe(writeEvent({ format }, EVENT).text);
});

test.each([
  { '@timestamp': 'yesterday', message: 7, user: 'ada' },
  { '@timestamp': '1969-01-01T00:00:00Z', source: { ip: ['1.2.3.4'] }, user: { name: { a: 1 }, target: null } },
  { '@timestamp': '2026-01-10T09:00:00Z', message: 'half \ud800 pair', tags: 'x' },
])('a value of another type leaves its column empty, and loses no event: %j', (fields) => {
  const odd = { ...EVENT, ...fields, event: { ...EVENT.event, category: ['iam', 3, null] } } as unknown as EcsEvent;
  const row = rowOf(odd);
  for (const { name, type } of COLUMNS) expect(row[name] === null || FITS[type]?.(row[name]), name).toBe(true);
  expect(row.category).toEqual(['iam']);
  expect(row.event_id).toBe(EVENT.event.id);
});

test('an event that is too large for a record of Firehose is shortened', () => {
  const large = { ...EVENT, event: { ...EVENT.event, original: '"'.repeat(600_000) } };
  const { text, oversized } = writeEvent(SHAPE, large);
  expect(oversized).toBe(true);
  expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
  expect(JSON.parse(text).event_id).toBe(EVENT.event.id);
});

test.each(['\u0000', '"', '\\\\', '漢'])('the parts of a large event of %j fit a record of Firehose', (unit) => {
  const large = { ...EVENT, event: { ...EVENT.event, original: unit.repeat(200_000) } };
  const parts = [...inParts(large)].map((part) => writeEvent(SHAPE, part));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.filter(({ oversized }) => oversized)).toEqual([]);
});

test.each(['', '[]', '{"document":"x"}', '{"event_id":"1","document":7}', 'CEF:0|a'])('%j is no row', (text) => {
  expect(unwrapRow(text)).toBeUndefined();
});

test('the columns have the types that the schema gives their fields', () => {
  for (const { name, field, type } of COLUMNS) {
    const told = fieldType(field);
    expect(type, name).toBe(told === 'date' ? 'timestamp' : told?.endsWith('[]') ? 'array<string>' : 'string');
  }
  expect(new Set(NAMES).size).toBe(NAMES.length);
  expect(NAMES.every((name) => /^[a-z_]+$/.test(name))).toBe(true);
});

test('the statement for the table has these columns, and a partition that an event never leaves', () => {
  const [glue, s3tables] = createTable().split('-- In a bucket of S3 Tables');
  for (const statement of [glue, s3tables]) {
    const found = [...(statement ?? '').matchAll(/^ {2}`(\w+)` ([a-z<>]+),?$/gm)].map(([, name, type]) => [name, type]);
    expect(found).toEqual([...COLUMNS.map(({ name, type }) => [name, type]), [DOCUMENT_COLUMN, 'string']]);
    expect(statement).toContain('PARTITIONED BY (day(`time`))');
  }
  expect(glue).toContain('LOCATION');
  expect(s3tables).not.toContain('LOCATION');
});

test('rows that were put aside are sent again; files that could not be committed stay for a person', () => {
  const { text } = writeEvent(SHAPE, EVENT);
  const line = { attemptsMade: 1, errorCode: 'Iceberg.MissingColumn', rawData: Buffer.from(text).toString('base64') };
  const { records, reasons } = readRefused(Buffer.from(JSON.stringify(line)), iceberg.refused as RefusedRecords);
  expect(records.map((record) => Buffer.from(record).toString())).toEqual([text]);
  expect([...reasons]).toEqual([['Iceberg.MissingColumn', 1]]);

  const files = JSON.stringify({ errorCode: 'Iceberg.CommitFailed', dataFiles: ['s3://acme-lake/x.parquet'] });
  expect(() => readRefused(Buffer.from(files), iceberg.refused as RefusedRecords)).toThrow(/it has no rawData/);
});

const deploy = (destination: object) => () =>
  checkDeployable(configure({ destinations: [destination] }), SOURCES, DESTINATION_TYPES, 'tidemark.json');

test.each([
  [{ ...GLUE_TABLES, location: undefined }, '$.destinations[0].location: nothing is there, wanted the folder'],
  [{ ...GLUE_TABLES, tableBucketArn: S3_TABLES.tableBucketArn }, '$.destinations[0].tableBucketArn: there is "arn:'],
  [{ ...GLUE_TABLES, location: 'acme-lake' }, '$.destinations[0].location: there is "acme-lake", wanted a folder'],
  [{ ...GLUE_TABLES, location: 's3://acme-lake/*' }, '$.destinations[0].location: there is "s3://acme-lake/*"'],
  [{ ...S3_TABLES, database: 'audit-log' }, '$.destinations[0].database: there is "audit-log"'],
  [{ ...S3_TABLES, tableBucketArn: 'arn:aws:s3:::acme' }, '$.destinations[0].tableBucketArn: there is "arn:aws:s3:::'],
  [{ ...S3_TABLES, format: 'raw' }, '$.destinations[0].format: there is "raw"'],
])('%j is refused with the path', (destination, told) => {
  expect(deploy(destination)).toThrow(told);
});

test.each([GLUE_TABLES, S3_TABLES, { ...GLUE_TABLES, location: 's3://acme-lake', format: 'cef' }])(
  '%j can be deployed',
  (destination) => {
    expect(deploy(destination)).not.toThrow();
  },
);

describe('what doctor asks', () => {
  const ask = (destination: object, sources = ['acme-log']) => {
    const [configured] = configure({ destinations: [destination] }).destinations;
    if (!configured) throw new Error('there is no destination');
    return iceberg.signedProbes?.(configured, { region: 'eu-west-1', sources }) ?? [];
  };
  const read = (body: unknown, status = 200) => ask(GLUE_TABLES)[0]?.read(answer(body, status));
  const answer = (body: unknown, status: number): ProbeAnswer => ({ status, text: JSON.stringify(body) });
  const tableWith = (names: readonly string[]) => ({
    Table: { StorageDescriptor: { Columns: names.map((Name) => ({ Name, Type: 'string' })) } },
  });

  test('is about a table for each source, in the catalog where it lies', () => {
    const [first, second] = ask(S3_TABLES, ['one-log', 'two']);
    expect(first).toMatchObject({ url: 'https://glue.eu-west-1.amazonaws.com', service: 'glue', region: 'eu-west-1' });
    expect(JSON.parse(first?.request.body ?? '')).toEqual({
      CatalogId: '111122223333:s3tablescatalog/acme-tables',
      DatabaseName: 'audit',
      Name: 'one_log',
    });
    expect(JSON.parse(second?.request.body ?? '')).toMatchObject({ Name: 'two' });
    expect(JSON.parse(ask(GLUE_TABLES)[0]?.request.body ?? '')).toEqual({ DatabaseName: 'tidemark', Name: 'acme_log' });
  });

  test('is content with a table that has all columns, and more', () => {
    expect(read(tableWith([...NAMES, 'mine']))).toMatchObject({ ok: true });
  });

  test.each([
    [{ __type: 'EntityNotFoundException' }, 400, 'there is no table tidemark.acme_log'],
    [tableWith(NAMES.slice(1)), 200, 'it lacks columns: event_id'],
    [tableWith([]), 200, `and ${NAMES.length - 5} more`],
    [{ Table: {} }, 200, 'an unexpected answer (200)'],
    [{ __type: 'InternalServiceException' }, 500, 'an unexpected answer (500, InternalServiceException)'],
    ['<html>', 502, 'an unexpected answer (502)'],
  ])('finds what is wrong: %j', (body, status, told) => {
    const result = read(body, status);
    expect(result).toMatchObject({ ok: false });
    expect(result?.found).toContain(told);
  });

  test('is no finding if the credentials may not look', () => {
    expect(read({ __type: 'AccessDeniedException' }, 400)).toMatchObject({ ok: true });
    expect(read({}, 403)).toMatchObject({ ok: true });
  });
});
