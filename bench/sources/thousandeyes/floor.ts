import type { Floor } from '../../subjects/floor.ts';

interface Record {
  readonly accountGroupName: string;
  readonly aid: string;
  readonly date: string;
  readonly event: string;
  readonly ipAddress?: string;
  readonly uid?: string;
  readonly user?: string;
  readonly resources?: readonly { readonly name: string; readonly type: string }[];
}

export const floor: Floor<Record> = {
  first: ({ origin, from, to }) =>
    `${origin}/audit-user-events?startDate=${from.slice(0, 19)}Z&endDate=${to.slice(0, 19)}Z&max=1000`,
  read({ text }) {
    const { auditEvents, _links } = JSON.parse(text) as {
      auditEvents: Record[];
      _links: { next?: { href: string } };
    };
    return { rows: auditEvents, next: _links.next?.href };
  },
  ecs: (record, id, original) => ({
    '@timestamp': record.date,
    ecs: { version: '9.4.0' },
    message: `${record.user}: ${record.event}`,
    event: {
      kind: 'event',
      category: ['configuration'],
      type: ['change'],
      action: record.event,
      outcome: 'success',
      provider: 'vendor',
      id,
      module: 'vendor',
      dataset: 'vendor.audit-user-events',
      created: record.date,
      original,
    },
    user: { id: record.uid, name: record.user, email: record.user, full_name: record.user },
    source: { address: record.ipAddress, ip: record.ipAddress },
    related: { ip: [record.ipAddress], user: [record.uid, record.user] },
    vendor: {
      audit: { event: record.event, resources: record.resources },
      account_group: { id: record.aid, name: record.accountGroupName },
    },
    service: { name: 'The product', type: 'vendor' },
    observer: { vendor: 'Floor', product: 'Floor', type: 'forwarder' },
    floor: {
      feed: 'vendor/audit-user-events/bench',
      connection: 'bench',
      vendor: 'The vendor',
      product: 'The product',
    },
  }),
};
