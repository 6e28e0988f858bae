// An activity log without ids: whole-second times, newest first, and equal records are separate events all the same.
import * as z from 'zod/mini';
import type { Connection, Source } from '../../core/model.ts';
import { auditUserEvents } from './audit-user-events.ts';
import { judge, quota } from './judge.ts';
import { rotation } from './rotation.ts';
import { visibility } from './visibility.ts';

const DIGITS = /^\d{1,20}$/;

const settings = z.strictObject({
  aid: z.optional(
    z
      .union([z.string().check(z.regex(DIGITS)), z.int().check(z.nonnegative())])
      .check(
        z.describe(
          'The id of the account group to read, from GET /account-groups. Without it: the token’s current account group.',
        ),
      ),
  ),
  allAccountGroups: z._default(
    z
      .boolean()
      .check(
        z.describe('Read all account groups that the token’s owner belongs to (useAllPermittedAids), not only one.'),
      ),
    false,
  ),
  max: z.optional(
    z
      .int()
      .check(
        z.minimum(1),
        z.maximum(1000),
        z.describe('Records a page. The vendor does not document it for this log: leave it out unless paging is slow.'),
      ),
  ),
  scopeAccepted: z.optional(
    z
      .string()
      .check(
        z.maxLength(100),
        z.describe(
          'When the token sees less than it did and that is meant: today’s date. Any new value accepts what it sees now.',
        ),
      ),
  ),
});

/** Cisco ThousandEyes, API version 7. */
export const source: Source = {
  id: 'thousandeyes',
  title: 'ThousandEyes',
  vendor: 'Cisco',
  origin: 'https://api.thousandeyes.com/v7',
  auth: {
    kind: 'header',
    scheme: 'Bearer',
    field: 'token',
    secret: [{ token: 'A user API token (Account Settings > Users and Roles > Profile > User API Tokens).' }],
  },
  settings,
  streams: [auditUserEvents],
  scope,
  tenant,
  judge,
  quota,
  visibility,
  rotation,
};

function scope({ origin, settings: { aid, allAccountGroups } }: Connection): Record<string, string> {
  return { origin, aid: aid === undefined ? '' : String(aid), allAccountGroups: String(allAccountGroups === true) };
}

/** One account group. Which one is read by default, and which ones are read if all are, depends on the token. */
function tenant({ settings: { aid, allAccountGroups } }: Connection): string | undefined {
  return aid === undefined || allAccountGroups === true ? undefined : String(aid);
}
