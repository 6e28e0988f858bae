import { ACCOUNT_ID, SERVICE_USER } from '../../../simulators/vbrick/content/tenant.ts';
import { csvHeader } from '../../../simulators/vbrick/log/rows-text.ts';
import type { VendorCall, VendorEndpoint, VendorLog, VendorReply } from '../../endpoints/vendor.ts';
import type { BenchSource } from '../find.ts';
import { row } from './rows.ts';

/** The vendor gives no more. */
const PAGE_ROWS = 100;
const TOKEN = 'nextContinuationToken';

const endpoint: VendorEndpoint = {
  row,
  answer(call, log) {
    const { pathname, searchParams } = call.url;
    const [, collection, one] = /^\/network\/audit\/accounts\/[^/]+\/(\w+)(\/[^/]+)?$/.exec(pathname) ?? [];
    if (collection === undefined) return signIn(call);
    const isTheLog = collection === 'users' && one === undefined;
    return isTheLog ? page(searchParams, log) : csv([], {});
  },
};

function signIn({ method, url }: VendorCall): VendorReply | undefined {
  const token = { token: 'bench-token', expiration: '2099-01-01T00:00:00Z' };
  const answers: Readonly<Record<string, object>> = {
    'POST /api/v2/authenticate': token,
    'POST /api/v2/user/extend-session': token,
    'POST /api/v2/user/logoff': {},
    'GET /api/v2/users/me': { userId: SERVICE_USER.id },
  };
  const body = answers[`${method} ${url.pathname}`];
  return body && { type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

/** Oldest first. The token is the number of the row with which the page begins. */
function page(asked: URLSearchParams, log: VendorLog): VendorReply {
  const { first, end } = log.within(Date.parse(asked.get('fromDate') ?? ''), Date.parse(asked.get('toDate') ?? ''));
  const begin = Number(asked.get(TOKEN) ?? first);
  const next = Math.min(end, begin + PAGE_ROWS);
  const texts: string[] = [];
  for (let at = begin; at < next; at++) texts.push(log.text(at));
  const totalRecords = String(end - begin);
  if (next >= end) return csv(texts, { totalrecords: totalRecords });
  return csv(texts, {
    totalrecords: totalRecords,
    nextfromdate: new Date(log.time(next)).toISOString(),
    [TOKEN.toLowerCase()]: String(next),
  });
}

function csv(lines: readonly string[], headers: Readonly<Record<string, string>>): VendorReply {
  const body = [csvHeader({}), ...lines].map((line) => `${line}\r\n`).join('');
  return { type: 'text/csv', headers, body, rows: lines.length };
}

export const bench: BenchSource = {
  id: 'vbrick',
  stream: 'users',
  path: '',
  settings: { accountId: ACCOUNT_ID, requestsPerMinute: 6_000 },
  secret: { apiKey: 'bench-api-key', secret: 'bench-api-secret' },
  endpoint,
  pageRows: PAGE_ROWS,
  // At 6,000 requests a minute, the most that can be set, pages are 10 ms apart.
  share: 0.3,
  formats: { raw: 2.5, ecs: 1.8 },
  watch(feeds) {
    const { length } = LOGS;
    const watched = Array.from({ length: feeds - length }, (_, at) => ({
      log: LOGS[at % length] as Log,
      id: `thing-${at}`,
    }));
    const byPath = Map.groupBy(watched, ({ log }) => log.path);
    const watch = Object.fromEntries([...byPath].map(([path, all]) => [path, all.map(({ id }) => id)]));
    const streams = [...LOGS.map(({ name }) => name), ...watched.map(({ log, id }) => `watch-${log.name}-${id}`)];
    return { settings: { watch }, streams };
  },
};

type Log = (typeof LOGS)[number];

const LOGS = [
  { path: 'userAccess', name: 'user-access' },
  { path: 'users', name: 'users' },
  { path: 'groups', name: 'groups' },
  { path: 'devices', name: 'devices' },
  { path: 'videos', name: 'videos' },
  { path: 'scheduledEvents', name: 'scheduled-events' },
] as const;
