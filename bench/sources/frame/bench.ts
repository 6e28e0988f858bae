import { ACCOUNTS, CUSTOMER, ORGANIZATIONS } from '../../../simulators/frame/organization.ts';
import type { VendorEndpoint, VendorLog } from '../../endpoints/vendor.ts';
import type { BenchSource } from '../find.ts';
import { row } from './rows.ts';

const PAGE_ROWS = 1_000;
const JSON_TYPE = 'application/json; charset=utf-8';

const endpoint: VendorEndpoint = {
  row,
  answer({ url }, log) {
    const [, what] = /^\/v1\/customers\/[^/]+\/([\w-]+)$/.exec(url.pathname) ?? [];
    if (what === 'audit-trails') return page(url.searchParams, log);
    const named = what === 'accounts' ? ACCOUNTS : what === 'organizations' ? ORGANIZATIONS : undefined;
    const list = url.searchParams.get('offset') === '0' ? named : [];
    return named && { type: JSON_TYPE, body: JSON.stringify(list) };
  },
};

/** Oldest first, by offset. */
function page(asked: URLSearchParams, log: VendorLog) {
  const { first, end } = log.within(Date.parse(asked.get('from_date') ?? ''), Date.parse(asked.get('to_date') ?? ''));
  const begin = first + Number(asked.get('offset'));
  const texts: string[] = [];
  for (let at = begin; at < Math.min(end, begin + Number(asked.get('limit'))); at++) texts.push(log.text(at));
  return { type: JSON_TYPE, body: `[${texts.join(',')}]`, rows: texts.length };
}

export const bench: BenchSource = {
  id: 'frame',
  stream: 'audit-trails',
  path: '/v1',
  settings: { customerId: CUSTOMER.id, limit: PAGE_ROWS },
  secret: { client_id: 'bench-client-id', client_secret: 'bench-client-secret' },
  endpoint,
  pageRows: PAGE_ROWS,
  share: 0.5,
  isReadInParts: true,
  formats: { raw: 2.5, ecs: 2 },
};
