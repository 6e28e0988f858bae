import { UnreadableError } from '../../core/errors.ts';
import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Lookup } from '../../core/model.ts';
import { DAY } from '../../core/time.ts';
import { isObject, type JsonObject } from './answers/json-object.ts';
import { ID } from './answers/question.ts';

/** The account whose audit is read. Rev tells it from version 8.0 on. */
const accountId: Lookup = {
  name: 'accountId',
  age: 30 * DAY,
  remedy:
    'Set settings.accountId: it stands in the address of Rev’s admin pages, /#/admin/<accountId>/accounts. ' +
    'Rev tells it by itself from version 8.0 on only.',
  wanted: ({ settings }) => settings.accountId === undefined,
  first: () => ({ url: '/api/v2/accounts/bootstrap' }),
  read: (answers) => ({
    found: idIn(answers, 'account.id', ({ account }) => (isObject(account) ? account.id : undefined)),
  }),
};

/** Who we are at Rev, so that our own sign-ins can be told from those of others. */
const me: Lookup = {
  name: 'me',
  age: DAY,
  wanted: () => true,
  first: () => ({ url: '/api/v2/users/me' }),
  read: (answers) => ({ found: { id: idIn(answers, 'userId', ({ userId, id }) => userId ?? id) } }),
};

export const lookups: readonly Lookup[] = [accountId, me];

/** An id from the last answer: whatever else stands in its place must not end up in an address. */
function idIn(answers: readonly Answer[], name: string, pick: (document: JsonObject) => unknown): string {
  const text = answers.at(-1)?.text ?? '';
  const id = pick(documentIn(text));
  if (typeof id === 'string' && ID.test(id)) return id;
  throw new UnreadableError(`the answer has no ${name} that is an id${excerpt(text)}`);
}

function documentIn(text: string): JsonObject {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? document : {};
  } catch {
    return {};
  }
}
