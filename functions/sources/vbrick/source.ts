// Audit logs without ids, as CSV or as JSON, behind a session that may be signed in to only once in a while.
import * as z from 'zod/mini';
import type { Connection, Source } from '../../core/model.ts';
import { accountIdOf, ID, ID_WANTED } from './answers/question.ts';
import { judge, pace } from './judge.ts';
import { lookups } from './lookups.ts';
import { ownSignIns } from './own-sign-ins.ts';
import { streams, watched } from './streams.ts';

const id = z.string().check(z.regex(ID, ID_WANTED));

function ids(what: string) {
  const areUnique = (list: string[]) => new Set(list.map((one) => one.toLowerCase())).size === list.length;
  return z.optional(
    z.array(id).check(z.maxLength(100), z.refine(areUnique, 'each id only once'), z.describe(`The ids of ${what}.`)),
  );
}

const settings = z.strictObject({
  accountId: z.optional(
    z
      .string()
      .check(
        z.regex(ID, ID_WANTED),
        z.describe(
          'The id of the Rev account, from the address of its admin pages, /#/admin/<accountId>/accounts. Without it Rev is asked, which takes version 8.0.',
        ),
      ),
  ),
  requestsPerMinute: z._default(
    z
      .int()
      .check(
        z.minimum(1),
        z.maximum(6_000),
        z.describe(
          'Requests a minute to each audit endpoint. Rev counts them for the whole account: lower it when other programs read the audit, too.',
        ),
      ),
    60,
  ),
  watch: z.optional(
    z
      .strictObject({
        users: ids('users whose records are watched'),
        userAccess: ids('users whose sign-ins are watched'),
        principals: ids('users of whom everything that they do is watched'),
        groups: ids('groups that are watched'),
        devices: ids('devices that are watched'),
        videos: ids('videos that are watched'),
        scheduledEvents: ids('webcasts that are watched'),
      })
      .check(
        z.describe(
          'Single things that are read by their ids, each as a feed of its own, whether or not the log of their kind is read as a whole.',
        ),
      ),
  ),
  includeSelf: z._default(
    z
      .boolean()
      .check(
        z.describe(
          'Whether the forwarder’s own sign-ins are delivered, with the tag forwarder-self. Others under its account always are.',
        ),
      ),
    true,
  ),
  includeStates: z._default(
    z
      .boolean()
      .check(
        z.describe(
          'Whether PreviousState, CurrentState and Message are delivered with their values, which may be mail addresses and phone numbers. False: their keys only, in event.original, too.',
        ),
      ),
    true,
  ),
});

/** Vbrick Rev, API version 2. */
export const source: Source = {
  id: 'vbrick',
  title: 'Vbrick Rev',
  vendor: 'Vbrick',
  auth: {
    kind: 'session',
    scheme: 'VBrick',
    secret: [
      {
        apiKey: 'A user API key, made by an Account Admin for a user with that role. Not a device’s API key.',
        secret: 'The secret of that key, which is shown once, when it is made.',
      },
      {
        username: 'The name of a user with the role Account Admin who signs in without single sign-on.',
        password: 'The password of that user.',
      },
    ],
    freeText: ['username', 'password'],
    notHidden: ['username'],
    signIn: [
      { url: '/api/v2/authenticate', body: 'json' },
      { url: '/api/v2/user/login', body: 'json' },
    ],
    answer: { token: 'token', expires: 'expiration' },
    extend: '/api/v2/user/extend-session',
  },
  settings,
  streams,
  watched,
  scope,
  tenant: accountIdOf,
  judge,
  pace,
  lookups,
  ownSignIns,
};

function scope(connection: Connection): Record<string, string> {
  return { origin: connection.origin, accountId: accountIdOf(connection) ?? '' };
}
