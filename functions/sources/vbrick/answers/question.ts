import { TidemarkError, UnreadableError } from '../../../core/errors.ts';
import type { Connection, Request } from '../../../core/model.ts';
import { IncompleteError } from '../../../core/requests/paging.ts';
import { ceilTo, floorTo, formatInstant, MILLISECOND, type Range } from '../../../core/time.ts';

const HEADERS = { accept: 'text/csv, application/json' };
/**
 * Tells whoever reads the answer that the states are not to be passed on. Reading knows the question and not the settings,
 * and the fragment of a URL is the one part of a question that HTTP does not send.
 */
const KEYS_ONLY = '#keys-only';
const TOKEN = 'nextContinuationToken';
const SOMEWHERE = 'https://rev.invalid';

/** Ids end up in paths, where dots alone would lead elsewhere. */
export const ID = /^(?!\.+$)[\w.-]{1,64}$/;
export const ID_WANTED = 'letters, digits, dots, dashes and underscores, at most 64';

/** What to ask first for the audit of a collection, or of one thing in it: `users`, `users/<id>`. */
export function firstQuestion(path: string, range: Range, connection: Connection): Request {
  const accountId = accountIdOf(connection);
  if (accountId === undefined) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'the id of the Rev account is not known',
      remedy: 'Set settings.accountId: it stands in the address of Rev’s admin pages, /#/admin/<accountId>/accounts.',
    });
  }
  const query = new URLSearchParams();
  query.set('fromDate', formatInstant(floorTo(range.from, MILLISECOND)));
  query.set('toDate', formatInstant(ceilTo(range.to, MILLISECOND)));
  const fragment = connection.settings.includeStates === false ? KEYS_ONLY : '';
  const url = `/network/audit/accounts/${encodeURIComponent(accountId)}/${path}?${query}${fragment}`;
  return { url, headers: HEADERS };
}

/** Which account is audited: as it is set, else as it was found out. */
export function accountIdOf({ settings, found }: Connection): string | undefined {
  const accountId = settings.accountId ?? found?.accountId;
  return typeof accountId === 'string' && ID.test(accountId) ? accountId : undefined;
}

/** What to ask for the next page: all as before, but from another time on and with a token; nothing without a token. */
export function nextQuestion(asked: Request, fromDate: unknown, token: unknown): Request | undefined {
  const next = directionOf(TOKEN, token);
  if (next === undefined) return undefined;
  const from = directionOf('nextFromDate', fromDate);
  const url = new URL(asked.url, SOMEWHERE);
  const before = url.search;
  if (from !== undefined) url.searchParams.set('fromDate', from);
  url.searchParams.set(TOKEN, next);
  if (url.search === before) throw new IncompleteError('the vendor’s paging leads from a page to the same page');
  // Rev calls the token a scroll: nobody says that the same one gives the same page twice.
  return { url: `${url.pathname}${url.search}${url.hash}`, headers: HEADERS, once: true };
}

export function isKeysOnly({ url }: Request): boolean {
  return url.endsWith(KEYS_ONLY);
}

export function hasToken({ url }: Request): boolean {
  return new URL(url, SOMEWHERE).searchParams.has(TOKEN);
}

/** Where to go on; what is there but cannot be understood is no end of paging. */
function directionOf(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new UnreadableError(`${name} is a ${typeof value}; a text was expected`);
  return value.trim() === '' ? undefined : value.trim();
}
