import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNKNOWN_EVENT } from '../../../functions/core/events/tags.ts';
import { auditTrails } from '../../../functions/sources/frame/audit-trails.ts';
import { classify } from '../../../functions/sources/frame/classify.ts';

const connection = { id: 'acme', source: 'frame', origin: 'https://frame.example', secret: 's', settings: {} };

describe('a kind is understood by its verb and its words', () => {
  test.each([
    // Documented, or met in the vendor's permissions and in public code.
    ['createLaunchpad', 'launchpad-created', 'configuration', 'creation'],
    ['updateLaunchpad', 'launchpad-updated', 'configuration', 'change'],
    ['deleteBackup', 'backup-deleted', 'configuration', 'deletion'],
    ['startSessionProduction', 'session-started', 'session', 'start'],
    ['deleteGoogleAuthorizationRule', 'google-authorization-rule-deleted', 'iam', 'deletion', 'admin'],
    ['updateLaunchpadSessionSettings', 'launchpad-session-settings-updated', 'configuration', 'change'],
    ['dismissPoolAlert', 'pool-alert-dismissed', 'configuration', 'change'],
    ['updateClusterAosTier', 'cluster-aos-tier-updated', 'configuration', 'change'],
    ['updateAccountGeneralSettings', 'account-general-settings-updated', 'configuration', 'change'],
    // Sent by kiosks for each visitor: no change of anybody's access.
    ['setUserPreferences', 'user-preferences-updated', 'configuration', 'change'],
    ['updateAdminUserPreference', 'admin-user-preferences-updated', 'configuration', 'change'],
    ['deleteUserPreferences', 'user-preferences-cleared', 'configuration', 'change'],
    ['getUserPreferences', 'user-preferences-viewed', 'configuration', 'access'],
    ['updateUserPreferencesRole', 'user-roles-updated', 'iam', 'change', 'user'],
    // Of the same make.
    ['createSaml2Provider', 'saml2-provider-created', 'iam', 'creation', 'admin'],
    ['deleteSAMLProviders', 'saml-provider-deleted', 'iam', 'deletion', 'admin'],
    ['createRole', 'role-created', 'iam', 'creation', 'admin'],
    ['updateRolePermissions', 'role-permission-updated', 'iam', 'change', 'admin'],
    ['removeUser', 'user-deleted', 'iam', 'deletion', 'user'],
    ['createApiKey', 'api-key-created', 'iam', 'creation', 'user'],
    ['createAPIAuthorization', 'api-authorization-created', 'iam', 'creation', 'admin'],
    ['updateFrameSupportAccess', 'support-access-updated', 'iam', 'change', 'admin'],
    ['updateFrame', 'frame-updated', 'configuration', 'change'],
    ['enableSupportAccess', 'support-access-enabled', 'iam', 'change', 'admin'],
    ['listUsers', 'user-viewed', 'iam', 'info', 'user'],
    ['startUserImport', 'user-import-started', 'iam', 'change', 'user'],
    ['addUserToGroup', 'group-member-added', 'iam', 'change', 'group'],
    ['removeUserFromGroup', 'group-member-removed', 'iam', 'change', 'group'],
    ['addTagToPool', 'pool-tag-added', 'configuration', 'change'],
    ['terminateSession', 'session-ended', 'session', 'end'],
    ['closeSessions', 'session-ended', 'session', 'end'],
    ['stopSessionSettingsUpdate', 'session-settings-update-stopped', 'configuration', 'change'],
    ['startSessionPreferences', 'session-preferences-started', 'configuration', 'change'],
    ['createSession', 'session-created', 'configuration', 'creation'],
    ['startServer', 'server-started', 'host', 'start'],
    ['stopInstances', 'instance-stopped', 'host', 'end'],
    ['rebootDesktop', 'desktop-restarted', 'host', 'change'],
    ['powerOffServer', 'server-stopped', 'host', 'end'],
    ['powerOnServers', 'server-started', 'host', 'start'],
    ['rebootEverything', 'everything-restarted', 'configuration', 'change'],
    ['createPool', 'pool-created', 'configuration', 'creation'],
    ['updateServer', 'server-updated', 'configuration', 'change'],
    ['startBackup', 'backup-started', 'configuration', 'change'],
    ['publishSandbox', 'sandbox-published', 'configuration', 'change'],
    ['downloadReport', 'report-downloaded', 'configuration', 'access'],
    ['delete_backup', 'backup-deleted', 'configuration', 'deletion'],
    ['Delete-Backup', 'backup-deleted', 'configuration', 'deletion'],
    ['create', 'thing-created', 'configuration', 'creation'],
  ])('%s is %s, %s: %s', (kind, action, category, ...type) => {
    expect(classify(kind)).toMatchObject({ action, category: [category], type, known: true });
  });

  test.each([
    ['addRoleToUser', 'role-assigned'],
    ['addUserRole', 'role-assigned'],
    ['assignRole', 'role-assigned'],
    ['grantUserPermission', 'permission-assigned'],
    ['removeUserRole', 'role-removed'],
    ['revokeRoleFromUser', 'role-removed'],
    ['unassignRoles', 'role-removed'],
    ['deleteUserRole', 'role-removed'],
    ['updateUserRole', 'user-roles-updated'],
    ['setUserRoles', 'user-roles-updated'],
  ])('%s changes a user: %s', (kind, action) => {
    expect(classify(kind)).toMatchObject({ action, category: ['iam'], type: ['change', 'user'], known: true });
  });

  test.each([
    ['shadowSession', 'session-shadowing-started', 'start'],
    ['startSessionShadowing', 'session-shadowing-started', 'start'],
    ['startShadowing', 'session-shadowing-started', 'start'],
    ['unshadowSession', 'session-shadowing-ended', 'end'],
    ['stopSessionShadowing', 'session-shadowing-ended', 'end'],
    ['hibernateSession', 'session-hibernated', 'info'],
    ['hibernateServer', 'session-hibernated', 'info'],
  ])('%s is an act on a session: %s', (kind, action, type) => {
    expect(classify(kind)).toMatchObject({ action, category: ['session'], type: [type], known: true });
  });

  test.each([
    ['updateShadowingSettings', 'shadowing-settings-updated', 'configuration'],
    ['startPersistentDesktopShadowPool', 'persistent-desktop-shadow-pool-started', 'host'],
    ['createShadowPool', 'shadow-pool-created', 'configuration'],
  ])('%s is no look at somebody’s desktop', (kind, action, category) => {
    expect(classify(kind)).toMatchObject({ action, category: [category] });
  });

  test.each([
    ['frobnicateLaunchpad', [], ['info']],
    ['frobnicateUserRole', ['iam'], ['info', 'admin']],
    ['inspectApi', ['iam'], ['info', 'user']],
    ['sessionStart', [], ['info']],
    ['userCreate', [], ['info']],
    ['creation', [], ['info']],
    ['constructor', [], ['info']],
    ['', [], ['info']],
    ['  ', [], ['info']],
    ['🙂', [], ['info']],
  ])('a verb like that of "%s" is not known', (kind, category, type) => {
    expect(classify(kind)).toEqual({ category, type, action: 'unknown-event', known: false });
  });

  test('what a kind is stands at its beginning', () => {
    expect(classify(`create${'X'.repeat(191)}User`).category).toEqual(['configuration']);
    expect(classify(`create${'X'.repeat(190)}User`).category).toEqual(['iam']);
  });
});

test('what is unknown is tagged as the engine counts it, and what is known is not', () => {
  const tags = (kind: unknown) =>
    auditTrails.map({ value: { kind }, text: '' }, {}, { ...connection, settings: { limit: 100 } }).tags;

  expect(tags('frobnicateLaunchpad')).toEqual([UNKNOWN_EVENT]);
  expect(tags(null)).toEqual([UNKNOWN_EVENT]);
  expect(tags('createLaunchpad')).toBeUndefined();
});

test('any text has one class, and only iam has a second type', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string()),
      fc.constantFrom('', 'create', 'start'),
      (text, verb) => {
        const { category, type } = classify(verb + text);

        expect(category.length).toBeLessThanOrEqual(1);
        expect(type).toHaveLength(category[0] === 'iam' ? 2 : 1);
      },
    ),
  );
});
