import type { SnapshotStream } from '../../../core/model.ts';
import { customerRequest } from './customer-request.ts';
import { baselineFields, DAILY, driftFields, type Kind } from './drift-fields.ts';
import { objectRow } from './read-answer.ts';
import { tidy } from './tidy.ts';

const KIND: Kind = { title: 'Elasticity', thing: 'elasticity', noun: 'elasticity', category: 'configuration' };

/** How many servers the customer may have running. */
export const elasticity: SnapshotStream = {
  ...DAILY,
  name: 'elasticity',
  title: KIND.title,
  thing: KIND.thing,
  first: (connection) => customerRequest(connection, 'elasticity'),
  read: (answer) => ({ rows: [objectRow(answer, ['buffer_servers', 'max_servers', 'min_servers'])], asks: [] }),
  items: ({ value }) => [{ key: 'elasticity', value: tidy(value) }],
  mapChange: (change, connection) => driftFields(KIND, change, connection),
  mapBaseline: (items, connection) => baselineFields(KIND, items, connection),
};
