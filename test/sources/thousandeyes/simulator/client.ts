import { type RunningThousandEyes, simulator } from '../../../../simulators/thousandeyes/simulator.ts';

/** A minute in the tests' time, in milliseconds. */
export const MINUTE_MS = 60_000;
/** When the tests' clock stands still unless they move it. */
export const NOON = Date.parse('2026-01-10T12:00:00Z');

const AUTHORIZATION = { authorization: `Bearer ${simulator.demo.secretValue.token}` };

/** A page of the activity log as the tests read it. */
export interface Page {
  readonly auditEvents: readonly { readonly [field: string]: unknown }[];
  readonly startDate: string;
  readonly endDate: string;
  readonly _links: { readonly self?: { readonly href: string }; readonly next?: { readonly href: string } };
}

/** Asks a simulator with its token. */
export function ask(running: RunningThousandEyes, pathOrUrl: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(pathOrUrl, running.origin), {
    redirect: 'manual',
    ...init,
    headers: { ...AUTHORIZATION, ...init.headers },
  });
}

/** The path that asks for a range of the activity log, over all account groups. */
export function logPath(from: number, to: number, more = ''): string {
  return `/v7/audit-user-events?useAllPermittedAids=true&startDate=${stamp(from)}&endDate=${stamp(to)}${more}`;
}

/** Follows the links from a path to their end, or so many pages far. */
export async function readPages(running: RunningThousandEyes, path: string, most = 10_000): Promise<Page[]> {
  const pages: Page[] = [];
  for (let next: string | undefined = path; next && pages.length < most; next = pages.at(-1)?._links.next?.href) {
    pages.push((await (await ask(running, next)).json()) as Page);
  }
  return pages;
}

/** The rows of pages, each as its text. */
export function texts(pages: readonly Page[]): string[] {
  return pages.flatMap((page) => page.auditEvents.map((event) => JSON.stringify(event)));
}

/** What the vendor holds, oldest first, each as its text. */
export function held(running: RunningThousandEyes, from: number, to: number, visibleAt?: number): string[] {
  return [...running.events({ from, to, ...(visibleAt !== undefined && { visibleAt }) })].map((row) => row.text);
}

/** A time in the vendor's manner. */
export function stamp(time: number): string {
  return new Date(time).toISOString().replace('.000', '');
}
