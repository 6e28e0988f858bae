import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNKNOWN_EVENT } from '../../../functions/core/events/tags.ts';
import { auditTrails } from '../../../functions/sources/frame/audit-trails.ts';
import { classify } from '../../../functions/sources/frame/classify.ts';

const connection = { id: 'acme', source: 'frame', origin: 'https://frame.example', secret: 's', settings: {} };

describe('a kind is understood by its verb and its words', () => {
  test.each([
    // Documented, or met in the vendor's permissions and in public code.
    ['createLaunchpad', 'configuration', 'creation'],
    ['updateLaunchpad', 'configuration', 'change'],
    ['deleteBackup', 'configuration', 'deletion'],
    ['startSessionProduction', 'session', 'start'],
    ['deleteGoogleAuthorizationRule', 'iam', 'deletion', 'admin'],
    ['updateLaunchpadSessionSettings', 'configuration', 'change'],
    ['dismissPoolAlert', 'configuration', 'change'],
    ['updateClusterAosTier', 'configuration', 'change'],
    ['updateAccountGeneralSettings', 'configuration', 'change'],
    ['setUserPreferences', 'iam', 'change', 'user'],
    // Of the same make.
    ['createSaml2Provider', 'iam', 'creation', 'admin'],
    ['deleteSAMLProviders', 'iam', 'deletion', 'admin'],
    ['addRoleToUser', 'iam', 'creation', 'admin'],
    ['removeUser', 'iam', 'deletion', 'user'],
    ['createApiKey', 'iam', 'creation', 'user'],
    ['createAPIAuthorization', 'iam', 'creation', 'admin'],
    ['enableSupportAccess', 'iam', 'change', 'admin'],
    ['listUsers', 'iam', 'info', 'user'],
    ['startUserImport', 'iam', 'change', 'user'],
    ['terminateSession', 'session', 'end'],
    ['closeSessions', 'session', 'end'],
    ['stopSessionSettingsUpdate', 'configuration', 'change'],
    ['startSessionPreferences', 'configuration', 'change'],
    ['createSession', 'configuration', 'creation'],
    ['startServer', 'host', 'start'],
    ['stopInstances', 'host', 'end'],
    ['rebootDesktop', 'host', 'change'],
    ['rebootEverything', 'configuration', 'change'],
    ['createPool', 'configuration', 'creation'],
    ['updateServer', 'configuration', 'change'],
    ['startBackup', 'configuration', 'change'],
    ['publishSandbox', 'configuration', 'change'],
    ['downloadReport', 'configuration', 'access'],
    ['delete_backup', 'configuration', 'deletion'],
    ['Delete-Backup', 'configuration', 'deletion'],
    ['create', 'configuration', 'creation'],
  ])('%s is %s: %s', (kind, category, ...type) => {
    expect(classify(kind)).toEqual({ category: [category], type, known: true });
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
    expect(classify(kind)).toEqual({ category, type, known: false });
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
