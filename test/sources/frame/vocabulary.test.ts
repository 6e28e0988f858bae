import { expect, test } from 'vitest';
import { VERBS } from '../../../functions/source-kit/acts/verbs.ts';
import { auditTrails } from '../../../functions/sources/frame/audit-trails.ts';
import { vocabularyComplaints } from '../vocabulary.ts';

const connection = { id: 'acme', source: 'frame', origin: 'https://frame.example', secret: 's', settings: {} };
const THINGS =
  'Launchpad Pool Server Sandbox User UserRole Role RolePermission UserPermission ApiKey ApiAuthorization ApiAuthorizationRule ' +
  'GoogleAuthorizationRule Session SessionSettings SessionShadowing ShadowPool UserPreferences Account AccountGeneralSettings ' +
  'Saml2Provider SupportAccess Backup Token Password Group UserGroup PoolGroup Policy Cluster Desktop Mfa Credential Admin ' +
  'IdentityProvider Invitation MasterImage UserToGroup RoleToUser TagToPool UserFromGroup RoleFromUser Frobnix';
const verbs = Object.values(VERBS).flatMap((dones) => Object.values(dones).flatMap((words) => words.split(' ')));

test.each([...verbs, 'shadow', 'unshadow', 'hibernate'])('what can be done, %s, has one name and one class', (verb) => {
  const kinds = THINGS.split(' ').map((thing) => verb + thing);
  const events = kinds.map((kind) => auditTrails.map({ value: { kind }, text: '' }, {}, connection));

  expect(events.flatMap(vocabularyComplaints)).toEqual([]);
  expect(events.map(({ event }) => event.code)).toEqual(kinds);
});
