import type { SnapshotStream } from '../../../core/model.ts';
import { customerRequest } from './customer-request.ts';
import { baselineFields, DAILY, driftFields, type Kind } from './drift-fields.ts';
import { itemOf } from './item.ts';
import { listRows } from './read-answer.ts';

const KIND: Kind = {
  title: 'Cloud services',
  thing: 'cloud service',
  noun: 'cloud-service',
  category: 'configuration',
};

/** The clouds that the customer's desktops run in. cloud_provider_id is documented as required, but missing in the vendor's own samples. */
export const cloudServices: SnapshotStream = {
  ...DAILY,
  name: 'cloud-services',
  title: KIND.title,
  thing: KIND.thing,
  first: (connection) => customerRequest(connection, 'cloud_services'),
  read: (answer) => ({ rows: listRows(answer), asks: [] }),
  items: ({ value }) => [itemOf(value, ['id', 'external_id'])],
  mapChange: (change, connection) => driftFields(KIND, change, connection),
  mapBaseline: (items, connection) => baselineFields(KIND, items, connection),
};
