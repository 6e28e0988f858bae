import { EcsFlat } from '@elastic/ecs';
import { expect, test } from 'vitest';
import { ECS_FIELDS, type FieldTree, type FieldType, fieldType } from '../../functions/formats/ecs-fields.ts';
import { EVENT_COLUMNS } from '../../lib/delivery/event-columns.ts';
import { fieldsOf, GOLDEN_EVENTS } from './golden-events.ts';

interface Field {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly index?: boolean;
}

const SCHEMA: Readonly<Record<string, Field>> = EcsFlat;

test('there are golden events of every stream', () => {
  expect(GOLDEN_EVENTS.length).toBeGreaterThan(10);
  for (const [stream, events] of GOLDEN_EVENTS) expect(events.length, stream).toBeGreaterThan(0);
});

test.each(GOLDEN_EVENTS)('every field of the events of %s is in the list', (_, events) => {
  const fields = new Set(events.flatMap(fieldsOf));
  expect([...fields].filter((path) => fieldType(path) === undefined)).toEqual([]);
});

test('a field that is not in the list has no type, and neither has what holds fields', () => {
  expect(['user.shoe_size', 'user', 'message.text', 'constructor', 'toString'].map(fieldType)).toEqual(
    Array(5).fill(undefined),
  );
});

test.each(leaves(ECS_FIELDS).filter(([path]) => !path.startsWith('tidemark.')))(
  '%s has the type that the schema gives it',
  (path, type) => {
    const { type: told, normalize, index } = SCHEMA[path] as Field;
    const word = index === false ? 'unindexed' : told.replace('match_only_text', 'text');
    expect(type).toBe(`${word}${normalize.includes('array') ? '[]' : ''}`);
  },
);

test('the columns of the archive keep the structure of lists and objects', () => {
  expect(EVENT_COLUMNS).toMatchObject({
    timestamp: 'string',
    tags: 'array<string>',
    source: 'struct<address:string,ip:string,geo:struct<city_name:string>>',
  });
  expect(Object.keys(EVENT_COLUMNS)).toHaveLength(Object.keys(ECS_FIELDS).length);
});

function leaves(tree: FieldTree, prefix = ''): [path: string, type: FieldType][] {
  return Object.entries(tree).flatMap(([name, field]) =>
    typeof field === 'string'
      ? [[`${prefix}${name}`, field] as [string, FieldType]]
      : leaves(field, `${prefix}${name}.`),
  );
}
