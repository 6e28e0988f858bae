import { UnreadableError } from '../../core/errors.ts';
import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Lookup } from '../../core/model.ts';
import { DAY } from '../../core/time.ts';
import { type Fields, fieldsOf, parseJson } from '../../source-kit/json-values.ts';
import { ID } from './answers/question.ts';

/** The id of the account whose audit is read. Rev gives it from version 8.0 on. */
const accountId: Lookup = {
  name: 'accountId',
  age: 30 * DAY,
  remedy:
    'Set settings.accountId: it stands in the address of Rev’s admin pages, /#/admin/<accountId>/accounts. ' +
    'Rev tells it by itself from version 8.0 on only.',
  wanted: ({ settings }) => settings.accountId === undefined,
  first: () => ({ url: '/api/v2/accounts/bootstrap' }),
  read: (answers) => ({
    found: idIn(answers, 'account.id', ({ account }) => fieldsOf(account).id),
  }),
};

/** The id of our own user at Rev, by which our own sign-ins are recognised. */
const me: Lookup = {
  name: 'me',
  age: DAY,
  wanted: () => true,
  first: () => ({ url: '/api/v2/users/me' }),
  read: (answers) => ({ found: { id: idIn(answers, 'userId', ({ userId, id }) => userId ?? id) } }),
};

export const lookups: readonly Lookup[] = [accountId, me];

/** An id in the last answer. Anything else must not get into the path of a request. */
function idIn(answers: readonly Answer[], name: string, pick: (document: Fields) => unknown): string {
  const text = answers.at(-1)?.text ?? '';
  const id = pick(fieldsOf(parseJson(text)));
  if (typeof id === 'string' && ID.test(id)) return id;
  throw new UnreadableError(`the answer has no ${name} that is an id${excerpt(text)}`);
}
