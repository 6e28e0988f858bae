import { parse } from 'csv-parse/sync';
import type { CollectionName } from '../../../../simulators/vbrick/content/collections.ts';
import type { Columns } from '../../../../simulators/vbrick/content/record.ts';
import { ACCOUNT_ID } from '../../../../simulators/vbrick/content/tenant.ts';
import type { VbrickFaults } from '../../../../simulators/vbrick/faults.ts';
import type { RunningVbrick } from '../../../../simulators/vbrick/simulator.ts';
import { simulator, type VbrickOptions } from '../../../../simulators/vbrick/simulator.ts';
import { MINUTE_MS, NOON } from '../../thousandeyes/simulator/client.ts';

export const HOUR_AGO = NOON - 60 * MINUTE_MS;
export const COLLECTIONS = ['userAccess', 'users', 'groups', 'devices', 'videos', 'scheduledEvents'] as const;

const started: RunningVbrick[] = [];

/** A simulated Rev at noon that never throttles, unless the options say otherwise. */
export async function start(options: VbrickOptions = {}): Promise<RunningVbrick> {
  const running = await simulator.start({ now: () => NOON, limit: 1_000_000, ...options });
  started.push(running);
  return running;
}

/** The same with faults. */
export function startWith(faults: VbrickFaults, options: VbrickOptions = {}): Promise<RunningVbrick> {
  return start({ ...options, faults });
}

/** Stops all that were started: after every test. */
export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((running) => running.stop()));
}

/** Asks with a token, and sends JSON when there is a body. */
export function ask(running: RunningVbrick, path: string, token?: string, body?: unknown): Promise<Response> {
  return fetch(new URL(path, running.origin), {
    redirect: 'manual',
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { ...(token && { authorization: `VBrick ${token}` }), 'content-type': 'application/json' },
  });
}

/** Logs in with the demo's key, or with something else in its place. */
export function logIn(running: RunningVbrick, changes: object = {}): Promise<Response> {
  return ask(running, '/api/v2/authenticate', undefined, { ...simulator.demo.secretValue, ...changes });
}

/** The token of a new login. */
export async function tokenOf(running: RunningVbrick): Promise<string> {
  return ((await (await logIn(running)).json()) as { token: string }).token;
}

/** The path of an audit endpoint; dates are milliseconds or texts. */
export function auditPath(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    query.set(name, typeof value === 'number' ? new Date(value).toISOString() : value);
  return `/network/audit/accounts/${ACCOUNT_ID}/${path}?${query}`;
}

/** An answer of an audit endpoint as a client reads it. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly rows: readonly Columns[];
  readonly token: string | null;
  readonly fromDate: string | null;
  readonly total: string | null;
  readonly type: string | null;
}

/** The parameters of an audit endpoint. */
export type Parameters = Readonly<Record<string, string | number>>;

/** One page; rows that are no CSV are none. */
export async function readPage(
  running: RunningVbrick,
  token: string,
  path: string,
  parameters: Parameters,
): Promise<Page> {
  const answer = await ask(running, auditPath(path, parameters), token);
  const text = await answer.text();
  const get = (name: string) => answer.headers.get(name);
  return {
    status: answer.status,
    text,
    rows: get('content-type') === 'text/csv' ? readCsv(text) : [],
    token: get('nextContinuationToken'),
    fromDate: get('nextFromDate'),
    total: get('totalRecords'),
    type: get('content-type'),
  };
}

interface PagesQuery {
  readonly from?: number;
  readonly to?: number;
  /** Maximum number of pages. */
  readonly most?: number;
}

/** The pages of a range, read as the documentation says. Without a range, those of the last hour. */
export async function readPages(
  running: RunningVbrick,
  path: string,
  { from = HOUR_AGO, to = NOON, most = 10_000 }: PagesQuery = {},
): Promise<Page[]> {
  const token = await tokenOf(running);
  const pages: Page[] = [];
  let next: Parameters | undefined = { fromDate: from, toDate: to };
  while (next && pages.length < most) {
    const page: Page = await readPage(running, token, path, next);
    pages.push(page);
    next = page.token ? { fromDate: page.fromDate ?? '', toDate: to, nextContinuationToken: page.token } : undefined;
  }
  return pages;
}

/** The rows of pages. */
export function rowsOf(pages: readonly Page[]): Columns[] {
  return pages.flatMap((page) => page.rows);
}

interface HeldRange {
  readonly from?: number;
  readonly to?: number;
  readonly visibleAt?: number | undefined;
}

/** What the vendor holds in a collection, oldest first. Without a range, that of the last hour. */
export function held(
  running: RunningVbrick,
  collection: CollectionName | `${CollectionName | 'principals'}/${string}`,
  { from = HOUR_AGO, to = NOON, visibleAt }: HeldRange = {},
): Columns[] {
  const query = { from, to, collection, ...(visibleAt !== undefined && { visibleAt }) };
  return [...running.events(query)].map((row) => row.columns);
}

/** Reads CSV as RFC 4180 has it, by the names in its first row; throws when it is not that. */
export function readCsv(text: string): Columns[] {
  return parse(text, { columns: true, bom: true });
}
