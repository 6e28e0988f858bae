import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { parseConnection } from '../../../functions/core/config/connection.ts';
import { configSchema, parseConfig } from '../../../functions/core/config/tidemark-config.ts';
import { SECOND } from '../../../functions/core/time.ts';
import { DESTINATION_TYPES, SIMPLEST_TYPE } from '../../../functions/destinations/destination-types.ts';
import { madeUpSource } from '../../made-up/source.ts';
import { memorySource, memoryStream } from '../../memory/source.ts';

const source = madeUpSource();
const other = { ...memorySource([memoryStream('events', SECOND, false)]), id: 'other' };
const NAMED = 'settings.tenant: nothing is there, wanted the name of your tenant, such as acme.';

function parse(settings?: unknown) {
  return parseConnection(source, { id: 'acme', source: 'memory', ...(settings !== undefined && { settings }) });
}

describe('a setting that a source requires', () => {
  test.each([[undefined], [{}]])('is named where the settings are %j, with what belongs there', (settings) => {
    expect(() => parse(settings)).toThrow(`connection is not right:\n  $.${NAMED}`);
  });

  test('is named in tidemark.json by its whole path, beside whatever else is wrong', () => {
    const file = (connection: object) =>
      JSON.stringify({
        connections: [
          { id: 'one', source: other.id },
          { id: 'acme', source: 'memory', ...connection },
        ],
        destinations: [{ id: 'lake', type: SIMPLEST_TYPE.id }],
      });
    const read = (connection: object) =>
      parseConfig(file(connection), 'tidemark.json', [other, source], DESTINATION_TYPES);

    expect(() => read({})).toThrow(`  $.connections[1].${NAMED}`);
    expect(() => read({ rotates: true })).toThrow(
      /\.settings\.tenant: nothing is there(.|\n)*\.rotates: there is no such/,
    );
    expect(() => read({ settings: 'acme' })).toThrow('$.connections[1].settings: there is "acme", wanted an object.');
    expect(read({ settings: { tenant: 'acme' } }).connections[1]).toMatchObject({ settings: { tenant: 'acme' } });
  });

  test('of another type is told as such', () => {
    expect(() => parse({ tenant: 7 })).toThrow('$.settings.tenant: there is 7, wanted the name of your tenant');
  });

  test('is required in the JSON Schema, and so are the settings; where nothing is required, they are not', () => {
    const schema = z.toJSONSchema(configSchema([other, source], DESTINATION_TYPES), { io: 'input' });
    const { connections } = schema.properties as unknown as { connections: { items: { oneOf: object[] } } };
    const [free, strict] = connections.items.oneOf;

    expect(strict).toMatchObject({
      required: ['id', 'source', 'settings'],
      properties: { settings: { required: ['tenant'] } },
    });
    expect(free).toMatchObject({ required: ['id', 'source'] });
  });
});

test('a token URL of the connection is as safe as an origin', () => {
  const withUrl = (tokenUrl: string) => () => parse({ tenant: 'acme', tokenUrl });

  expect(withUrl('https://login.example.com/acme/token')).not.toThrow();
  expect(withUrl('http://127.0.0.1:8080/token')).not.toThrow();
  for (const wrong of [
    'http://login.example.com/token',
    'ftp://login.example.com',
    'https://a:b@login.example.com',
    '/token',
  ])
    expect(withUrl(wrong), wrong).toThrow('$.settings.tokenUrl: there is ');
});
