import { parse } from 'csv-parse/sync';
import type { Floor } from '../../subjects/floor.ts';

type Record = Readonly<{ [name: string]: string }>;

export const floor: Floor<Record> = {
  first: ({ origin, from, to }) => `${origin}/network/audit/accounts/bench/users?fromDate=${from}&toDate=${to}`,
  read({ text, url, headers }) {
    const rows = parse(text, { columns: true }) as Record[];
    const token = headers.get('nextcontinuationtoken');
    const next = new URL(url);
    if (token !== null) next.searchParams.set('nextContinuationToken', token);
    return { rows, next: token === null ? undefined : next.href };
  },
  ecs: (record, id, original) => ({
    '@timestamp': record.When,
    ecs: { version: '9.4.0' },
    message: `${record.EntityId}: ${record.MessageKey}`,
    event: {
      kind: 'event',
      category: ['iam'],
      type: ['change', 'user'],
      action: record.MessageKey,
      outcome: 'success',
      provider: 'vendor',
      code: record.MessageKey,
      id,
      module: 'vendor',
      dataset: 'vendor.users',
      created: record.When,
      original,
    },
    user: { id: record.EntityId, target: { id: record.EntityId } },
    organization: { id: record.EntityId },
    related: { user: [record.EntityId, record.EntityId] },
    vendor: {
      audit: {
        message_key: record.MessageKey,
        entity_key: record.EntityKey,
        entity_id: record.EntityId,
        changes: [{ field: 'Everything', from: record.Principal, to: record.Message }],
      },
    },
    service: { name: 'The product', type: 'vendor' },
    observer: { vendor: 'Floor', product: 'Floor', type: 'forwarder' },
    floor: { feed: 'vendor/users/bench', connection: 'bench', vendor: 'The vendor', product: 'The product' },
  }),
};
