import { expect, test } from 'vitest';
import { VERBS } from '../../../functions/source-kit/acts/verbs.ts';
import { auditUserEvents } from '../../../functions/sources/thousandeyes/audit-user-events.ts';
import { vocabularyComplaints } from '../vocabulary.ts';

const connection = { id: 'acme', source: 'thousandeyes', origin: 'https://te.example', secret: 's', settings: {} };
const THINGS = [
  'Test',
  'Alert rule',
  'User',
  'User role',
  'User permission',
  'Role',
  'Permission',
  'Account group',
  'API token',
  'Login',
  'Password',
  'Two-factor authentication',
  'MFA',
  'Account',
  'Account settings',
  'Report',
  'Agent',
  'Cluster',
  'Single sign-on',
  'Identity provider',
  'Credential',
  'Device',
  'Connector',
  'Proxy',
  'Usage limits',
  'Label',
  'Frobnix',
];
const verbs = Object.values(VERBS).flatMap((dones) =>
  Object.entries(dones).flatMap(([done, words]) => [done, ...words.split(' ').map(past)]),
);

function past(verb: string): string {
  if (verb.endsWith('e')) return `${verb}d`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${verb}ed`;
}

test.each([...new Set([...verbs, 'bindings'])])('what can be done, %s, has one name and one class', (verb) => {
  const texts = THINGS.flatMap((thing) => [
    `${thing} ${verb}`,
    `${thing} ${verb}.`,
    `${thing} ${verb} failed.`,
    `${thing} ${verb} to user`,
    `${thing} ${verb} to account group`,
    `${thing} ${verb} from user.`,
    `${thing} ${verb} from test`,
  ]);
  const events = texts.flatMap((event) =>
    [undefined, [{ type: 'userName', name: 'Bo' }]].map((resources) =>
      auditUserEvents.map({ value: { event, uid: '7', resources }, text: '' }, {}, connection),
    ),
  );

  expect(events.flatMap(vocabularyComplaints)).toEqual([]);
});
