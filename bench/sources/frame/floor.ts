import type { Floor } from '../../subjects/floor.ts';

type Record = Readonly<{ [name: string]: string | null }>;

const PAGE_ROWS = 1_000;

export const floor: Floor<Record> = {
  first: ({ origin, from, to }) =>
    `${origin}/customers/bench/audit-trails?from_date=${from}&to_date=${to}&order=asc&order_by=inserted_at&offset=0&limit=${PAGE_ROWS}`,
  read({ text, url }) {
    const rows = JSON.parse(text) as Record[];
    const next = url.replace(/offset=(\d+)/, (_, offset) => `offset=${Number(offset) + rows.length}`);
    return { rows, next: rows.length > 0 ? next : undefined };
  },
  ecs: (record, id, original) => ({
    '@timestamp': record.inserted_at,
    ecs: { version: '9.4.0' },
    message: `${record.user_first_name} ${record.user_last_name}: ${record.kind}`,
    event: {
      kind: 'event',
      category: ['configuration'],
      type: ['change'],
      action: record.kind,
      outcome: 'unknown',
      provider: 'vendor',
      id,
      module: 'vendor',
      dataset: 'vendor.audit-trails',
      created: record.inserted_at,
      original,
    },
    user: {
      name: record.user_email,
      email: record.user_email,
      full_name: `${record.user_first_name} ${record.user_last_name}`,
      domain: record.user_idp,
    },
    organization: { id: record.organization_id, name: 'Europe' },
    related: { user: [record.user_email, record.user_first_name] },
    vendor: { account: { id: record.account_id, name: 'Finance desktops' }, customer: { id: record.customer_id } },
    service: { name: 'The product', type: 'vendor' },
    observer: { vendor: 'Floor', product: 'Floor', type: 'forwarder' },
    floor: { feed: 'vendor/audit-trails/bench', connection: 'bench', vendor: 'The vendor', product: 'The product' },
  }),
};
