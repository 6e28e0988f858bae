import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { ENVELOPES } from '../../functions/destinations/envelopes.ts';
import { DRAWN_TYPES } from '../../lib/delivery/drawings.ts';
import { ENDPOINTS } from '../../local/services/endpoints.ts';

const each = DESTINATION_TYPES.map((type) => [type.id, type] as const);

test('each type has an id of its own, and a drawing', () => {
  const ids = DESTINATION_TYPES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(DRAWN_TYPES.map(({ id }) => id)).toEqual(ids);
});

test('the functions know the envelopes of all types, and no others', () => {
  expect(ENVELOPES).toEqual(DESTINATION_TYPES.flatMap(({ envelope }) => envelope?.envelope ?? []));
});

test('the types that can be reached from this machine are sent to', () => {
  const reached = DESTINATION_TYPES.filter(({ endpointOf }) => endpointOf);
  expect(Object.keys(ENDPOINTS).sort()).toEqual(reached.map(({ id }) => id).sort());
});

test.each(each)('%s takes the default format', (_, { formats }) => {
  expect(formats).toContain('ecs');
});

test.each(each)('%s says what each of its settings is', (_, { settings }) => {
  const { properties = {} } = z.toJSONSchema(z.strictObject(settings), { io: 'input' });
  for (const [name, property] of Object.entries(properties)) expect(property, name).toHaveProperty('description');
});

test.each(each)(
  '%s has alarms with names of their own, about a metric or about several in an expression',
  (_, type) => {
    const { signs } = type.delivery;
    expect(signs.length).toBeGreaterThan(0);
    expect(new Set(signs.map(({ name }) => name)).size).toBe(signs.length);
    for (const { metrics, expression } of signs) expect(Object.keys(metrics).length > 1).toBe(expression !== undefined);
  },
);

test.each(each)('%s names the setting of its secret, and shows it as long as it is read', (_, type) => {
  const { secret, settings, cost } = type;
  expect(cost.secretCalls === undefined).toBe(secret === undefined);
  if (secret) expect(Object.keys(settings)).toContain(secret.setting);
});
