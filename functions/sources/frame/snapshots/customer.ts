import type { SnapshotStream } from '../../../core/model.ts';
import { HEADERS } from '../offset-pages.ts';
import { baselineFields, DAILY, driftFields, type Kind } from './drift-fields.ts';
import { itemOf } from './item.ts';
import { loneRow } from './read-answer.ts';

const KIND: Kind = { title: 'Customer', thing: 'customer', noun: 'customer', category: 'configuration' };

/** The customer itself: its name, its owner, what is enabled for it. */
export const customer: SnapshotStream = {
  ...DAILY,
  name: 'customer',
  title: KIND.title,
  thing: KIND.thing,
  // The vendor documents the slash at the end.
  first: () => ({ url: '/customers/', headers: HEADERS }),
  read: (answer) => ({ rows: [loneRow(answer, ['id'])], asks: [] }),
  items: ({ value }) => [itemOf(value, ['id'])],
  mapChange: (change, connection) => driftFields(KIND, change, connection),
  mapBaseline: (items, connection) => baselineFields(KIND, items, connection),
};
