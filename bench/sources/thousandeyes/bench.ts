import { currentUser } from '../../../simulators/thousandeyes/access.ts';
import type { VendorEndpoint, VendorLog } from '../../endpoints/vendor.ts';
import type { BenchSource } from '../find.ts';
import { row, stamp } from './rows.ts';

const PAGE_ROWS = 1_000;

const endpoint: VendorEndpoint = {
  row,
  answer({ url, base }, log) {
    const path = url.pathname;
    if (path === '/v7/users/current') {
      return { type: 'application/hal+json', body: currentUser('organization-admin', url.href).body as string };
    }
    return path === '/v7/audit-user-events' ? page(url.searchParams, base, log) : undefined;
  },
};

/** Newest first. The cursor is the number of the row before which the page ends. */
function page(asked: URLSearchParams, base: string, log: VendorLog) {
  const [startDate = '', endDate = ''] = [asked.get('startDate') ?? '', asked.get('endDate') ?? ''];
  const { first, end } = log.within(Date.parse(startDate), Date.parse(endDate));
  const cursor = asked.get('cursor');
  const last = cursor === null ? end : Number(Buffer.from(cursor, 'base64').toString().slice('offset='.length));
  const begin = Math.max(first, last - Number(asked.get('max') ?? PAGE_ROWS));
  const texts: string[] = [];
  for (let at = last - 1; at >= begin; at--) texts.push(log.text(at));
  const next = begin > first ? { next: { href: linkTo(asked, base, begin) } } : {};
  const echo = `"startDate":"${stamp(Date.parse(startDate))}","endDate":"${stamp(Date.parse(endDate))}"`;
  const body = `{"auditEvents":[${texts.join(',')}],${echo},"_links":${JSON.stringify({ self: { href: base }, ...next })}}`;
  return { type: 'application/hal+json', body, rows: texts.length };
}

function linkTo(asked: URLSearchParams, base: string, cursor: number): string {
  const parameters = new URLSearchParams(asked);
  parameters.set('cursor', Buffer.from(`offset=${cursor}`).toString('base64'));
  return `${base}/v7/audit-user-events?${parameters}`;
}

export const bench: BenchSource = {
  id: 'thousandeyes',
  stream: 'audit-user-events',
  path: '/v7',
  settings: { allAccountGroups: true, max: PAGE_ROWS },
  secret: { token: '7b0e7c1a-52d4-4f0b-9a55-0d1c2b3a4f5e' },
  endpoint,
  pageRows: PAGE_ROWS,
  share: 1,
  isReadInParts: true,
  formats: { raw: 2.5, ecs: 2, cef: 2.5, ocsf: 2.5 },
};
