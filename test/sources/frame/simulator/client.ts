import { createHmac } from 'node:crypto';
import { type FrameOptions, type RunningFrame, simulator } from '../../../../simulators/frame/simulator.ts';
import { MINUTE_MS, NOON } from '../../thousandeyes/simulator/client.ts';

export { MINUTE_MS, NOON } from '../../thousandeyes/simulator/client.ts';

export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const HOUR_AGO = NOON - HOUR_MS;
/** The path of everything that hangs on the simulated customer. */
export const CUSTOMER = '/v1/customers/0d9c2f53-6f0b-4c52-8a77-51b0a4c1e901';

/** A row as the tests read it. */
export type Row = Readonly<Record<string, unknown>>;

const started: { readonly running: RunningFrame; readonly now: () => number }[] = [];

/** Starts a simulator whose clock stands still at noon, unless told otherwise. */
export async function start(options: FrameOptions = {}): Promise<RunningFrame> {
  const settled = { now: () => NOON, ...options };
  const running = await simulator.start(settled);
  started.push({ running, now: settled.now });
  return running;
}

/** Ends all that were started. */
export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map(({ running }) => running.stop()));
}

type Secret = { readonly client_id: string; readonly client_secret: string };

/** What a signed request carries. */
export function signed(timestamp: string, secret: Secret = simulator.demo.secretValue) {
  const { client_id, client_secret } = secret;
  return {
    'x-frame-clientid': client_id,
    'x-frame-timestamp': timestamp,
    'x-frame-signature': createHmac('sha256', client_secret)
      .update(timestamp + client_id)
      .digest('hex'),
  };
}

/** Asks a simulator, signed by its own clock. */
export function ask(running: RunningFrame, path: string, headers: Readonly<Record<string, string>> = {}) {
  const now = started.find((one) => one.running === running)?.now() ?? NOON;
  const skew = (running.faults.clockSkewSeconds ?? 0) * 1000;
  const timestamp = String(Math.floor((now + skew) / 1000));
  return fetch(new URL(path, running.origin), {
    redirect: 'manual',
    headers: { ...signed(timestamp), ...headers },
  });
}

/** What an answer says, as JSON. */
export async function json<T = Row[]>(running: RunningFrame, path: string): Promise<T> {
  return (await (await ask(running, path)).json()) as T;
}

/** The status of an answer. */
export async function status(running: RunningFrame, path: string): Promise<number> {
  const answer = await ask(running, path);
  await answer.arrayBuffer();
  return answer.status;
}

/** The path that asks for a range of a trail. */
export function trailPath(name: 'audit-trails' | 'session-trails', from: number, to: number, more = ''): string {
  const [first, last] = name === 'audit-trails' ? ['from_date', 'to_date'] : ['session_start', 'session_end'];
  return `${CUSTOMER}/${name}?${first}=${stamp(from)}&${last}=${stamp(to)}${more}`;
}

/** Reads by offset until a page is empty; `between` runs after every page. */
export async function readPages(
  running: RunningFrame,
  path: string,
  { order = 'asc', limit = 100, between = () => {} } = {},
): Promise<Row[][]> {
  const pages: Row[][] = [];
  for (let offset = 0; pages.at(-1)?.length !== 0; offset += pages.at(-1)?.length ?? 0) {
    pages.push(await json(running, `${path}&order=${order}&offset=${offset}&limit=${limit}`));
    between();
  }
  return pages;
}

/** Rows as their texts, which is how the simulator holds them. */
export function texts(pages: readonly (readonly Row[])[]): string[] {
  return pages.flat().map((row) => JSON.stringify(row));
}

/** What the simulator holds behind an endpoint, as texts. */
export function held(running: RunningFrame, ...[endpoint, query]: Parameters<RunningFrame['held']>): string[] {
  return [...running.held(endpoint, query)].map((row) => row.text);
}

/** A time as a client writes it. */
export function stamp(time: number): string {
  return new Date(time).toISOString();
}
