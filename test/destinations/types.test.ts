import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { eventsOf, feedFor } from '../../cli/preview/events-of.ts';
import { fillDestination } from '../../functions/core/config/destination.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { ENVELOPES } from '../../functions/destinations/envelopes.ts';
import { DRAWN_TYPES } from '../../lib/delivery/drawings.ts';
import { ENDPOINTS } from '../../local/services/endpoints.ts';
import { DISTANT, madeUpSource } from '../unit/cli/look/made-up-log.ts';

const MADE_UP_ROW = { value: { id: 'r', date: '2026-01-10T09:00:00Z', act: 'opened' }, text: '{}' };
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
    const { signs } = type.delivery(
      fillDestination([type], { id: 'soc', type: type.id, format: 'ecs', cefVersion: 0 }),
    );
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

test.each(each)('%s takes each line out of its envelope as it was', (_, { envelope, shapeOf }) => {
  if (!envelope) return;
  const event = eventsOf(feedFor(madeUpSource(), 'acts'), MADE_UP_ROW, { readAt: DISTANT })[0] as EcsEvent;
  const shape = { format: 'raw', ...shapeOf?.({}) } as const;
  for (const line of ['{"a":1.0,"b":"\\u00e4|\u2028"}', 'CEF:0|a|b', '[1]', '"quoted"', '{"event":{"event":2}}']) {
    expect(envelope.unwrap(envelope.envelope.wrap(shape, event, line))).toBe(line);
  }
  expect(envelope.unwrap('no envelope')).toBeUndefined();
});
