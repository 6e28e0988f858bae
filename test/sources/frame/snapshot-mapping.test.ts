import { describe, expect, test } from 'vitest';
import type { Change } from '../../../functions/core/model.ts';
import { diffItems } from '../../../functions/core/snapshots/snapshot-diff.ts';
import { connection, snapshotOf } from './records.ts';

/** The events between two records. */
function eventsOf(name: string, before: unknown, after: unknown) {
  const stream = snapshotOf(name);
  const items = (value: unknown) => (value === undefined ? [] : stream.items({ value, text: '' }));
  return diffItems(items(before), items(after)).map((change) => stream.mapChange(change, connection));
}

const role = (name: string, ...permissions: string[]) => ({ id: `of ${name}`, role: { name, permissions } });
const key = (...roles: unknown[]) => ({ id: 53, api_authorization_id: 'u-53', name: 'SIEM export', roles });

describe('API keys', () => {
  test('a new one is a user made, with the roles that it has', () => {
    const [event] = eventsOf('api-authorization-rules', undefined, key(role('Auditor', 'a'), role('Admin', 'b')));

    expect(event).toMatchObject({
      message: 'API key “SIEM export” was created.',
      event: {
        kind: 'event',
        category: ['iam'],
        type: ['creation', 'user'],
        action: 'api-authorization-rule-created',
        outcome: 'success',
        reason: 'roles: “Admin”, “Auditor”',
      },
      user: { target: { id: 'u-53', name: 'SIEM export', roles: ['Admin', 'Auditor'] } },
      related: { user: ['u-53', 'SIEM export'] },
      frame: { customer: { id: 'c1' }, snapshot: { thing: 'API key', key: '53', change: 'created' } },
    });
    expect(event?.frame).not.toHaveProperty('snapshot.before');
    expect(event?.frame).not.toHaveProperty('snapshot.fields');
  });

  test('a new one with a single role says which', () => {
    const [event] = eventsOf('api-authorization-rules', undefined, key(role('Auditor')));

    expect(event?.event).toMatchObject({ reason: 'roles: “Auditor”', provider: 'frame' });
  });

  test('one that is gone is a user deleted, as it was', () => {
    const [event] = eventsOf('api-authorization-rules', key(role('Auditor', 'a')), undefined);

    expect(event).toMatchObject({
      message: 'API key “SIEM export” was deleted.',
      event: { type: ['deletion', 'user'], action: 'api-authorization-rule-deleted' },
      user: { target: { id: 'u-53', name: 'SIEM export', roles: ['Auditor'] } },
    });
    expect(event?.event.reason).toBeUndefined();
    expect(event?.frame).not.toHaveProperty('snapshot.after');
  });

  test('a role with other permissions is a user changed, and the reason says which', () => {
    const [event] = eventsOf('api-authorization-rules', key(role('Auditor', 'a', 'b')), key(role('Auditor', 'c', 'b')));

    expect(event).toMatchObject({
      message: 'API key “SIEM export” was changed: roles[Auditor].role.permissions.',
      event: {
        type: ['change', 'user'],
        reason: 'roles[Auditor].role.permissions gained c and lost a',
      },
      user: { target: { roles: ['Auditor'] } },
    });
    expect(event?.user?.changes).toBeUndefined();
    expect(event?.frame).toMatchObject({
      snapshot: {
        fields: ['roles[Auditor].role.permissions'],
        before:
          '{"api_authorization_id":"u-53","id":53,"name":"SIEM export","roles":[{"id":"of Auditor","role":{"name":"Auditor","permissions":["a","b"]}}]}',
        after: expect.stringContaining('"permissions":["b","c"]'),
      },
    });
  });

  test('another name and other roles are what has changed of the user', () => {
    const [event] = eventsOf('api-authorization-rules', key(role('Auditor', 'a')), {
      ...key(role('Auditor', 'a'), role('Admin')),
      name: 'Export',
    });

    expect(event).toMatchObject({
      message: 'API key “Export” was changed: name, roles[Admin].',
      event: { action: 'role-assigned', reason: 'name: "SIEM export" → "Export"; roles[Admin] added' },
      user: {
        target: { name: 'SIEM export', roles: ['Auditor'] },
        changes: { name: 'Export', roles: ['Admin', 'Auditor'] },
      },
      related: { user: ['u-53', 'SIEM export', 'Export'] },
    });
    expect(event?.user?.changes).not.toHaveProperty('id');
  });

  test.each([
    [[], ['Admin'], 'role-assigned'],
    [['Admin'], [], 'role-removed'],
    [['Admin', 'Auditor'], ['Auditor'], 'role-removed'],
    [['Auditor'], ['Admin'], 'user-roles-updated'],
  ])('from the roles %j to %j is %s', (had, has, action) => {
    const [event] = eventsOf(
      'api-authorization-rules',
      key(...had.map((name) => role(name))),
      key(...has.map((name) => role(name))),
    );

    expect(event?.event).toMatchObject({ action, category: ['iam'], type: ['change', 'user'] });
  });

  test('permissions and roles in another order are no change', () => {
    const before = key(role('Auditor', 'a', 'b'), role('Admin', 'c'));
    const after = key(role('Admin', 'c'), role('Auditor', 'b', 'a'));

    expect(eventsOf('api-authorization-rules', before, after)).toEqual([]);
  });

  test('a reason names ten permissions and counts the others, and never exceeds what can be searched', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `p${String(at).padStart(3, '0')}`);
    const reasonOf = (before: string[], after: string[]) =>
      eventsOf('api-authorization-rules', key(role('R', ...before)), key(role('R', ...after)))[0]?.event.reason;

    expect(reasonOf([], many(10))).toMatch(/gained p000, .*, p009$/);
    expect(reasonOf([], many(11))).toMatch(/, p009 and 1 more$/);
    expect(reasonOf([], ['x'.repeat(81)])).toBe(`roles[R].role.permissions gained ${'x'.repeat(79)}…`);
    const long = (end: string) => key(...many(40).map((name) => role(name.padEnd(90, '-'), `a${end}`)));
    const reason = eventsOf('api-authorization-rules', long('1'), long('2'))[0]?.event.reason;
    expect(reason).toHaveLength(1_000);
    expect(reason).toMatch(/…$/);
  });

  test('values that would be misread in a list stand in quotes', () => {
    const [event] = eventsOf(
      'api-authorization-rules',
      key(role('R')),
      key(role('R', 'a b', 'c,d', 'e;f', '\u202e', 'g')),
    );

    expect(event?.event.reason).toBe('roles[R].role.permissions gained "a b", "c,d", "e;f", g, "\u202e"');
  });

  test.each([
    ['nothing', {}, {}],
    ['roles that are no list', { id: 1, roles: 'all' }, { target: { id: '1' } }],
    [
      'roles of odd shapes',
      { id: 1, roles: [null, 5, { role: 'x' }, { name: 'Own' }] },
      { target: { id: '1', roles: ['Own'] } },
    ],
    ['a name that is no text', { id: 1, name: { x: 1 } }, { target: { id: '1' } }],
    ['a name without a character to see', { id: 1, name: ' \u0000\u202e' }, { target: { id: '1' } }],
    ['no id', { name: 'x' }, { target: { name: 'x' } }],
  ])('a record with %s still is an event', (_, value, user) => {
    const [event] = eventsOf('api-authorization-rules', undefined, value);

    expect(event?.user ?? {}).toEqual(user);
    expect(event?.message).toMatch(/^API key “.+” was created\.$/);
  });
});

describe('settings', () => {
  const change = (name: string, before: unknown, after: unknown) =>
    eventsOf('settings', { [name]: before }, { [name]: after })[0];

  test.each([
    ['is_login_banner_enabled', true, false, 'login-banner-setting-disabled'],
    ['is_login_banner_enabled', false, true, 'login-banner-setting-enabled'],
    ['is_login_banner_enabled', null, true, 'login-banner-setting-enabled'],
    ['is_login_banner_enabled', null, false, 'login-banner-setting-updated'],
    ['is_login_banner_enabled', true, null, 'login-banner-setting-updated'],
    ['is_mfa_enabled', true, false, 'mfa-setting-disabled'],
    ['is_persistent_desktops_backups_enabled', true, false, 'persistent-desktops-backups-setting-disabled'],
    ['frame_cloud_account_allowed', false, true, 'frame-cloud-account-setting-enabled'],
    ['can_frame_account_support_start_session', null, true, 'frame-account-support-start-session-setting-enabled'],
    ['frame_support_admin_access', null, 'full_access', 'frame-support-admin-access-setting-updated'],
    ['authorized_nutanix_personnel', [], ['a@vendor.example'], 'support-personnel-setting-updated'],
    ['max_concurrency', 160, 320, 'max-concurrency-setting-raised'],
    ['max_concurrency', 320, 160, 'max-concurrency-setting-lowered'],
    ['max_concurrency', 160, null, 'max-concurrency-setting-updated'],
    ['max_concurrency', 160, '320', 'max-concurrency-setting-updated'],
    ['light_publish_settings', { threshold: 1 }, { threshold: 2 }, 'light-publish-setting-updated'],
    ['Is it|so?', 1, 2, 'is-it-so-setting-raised'],
    ['_enabled', false, true, 'setting-enabled'],
    ['___', false, true, 'setting-enabled'],
    ['ü'.repeat(3), 'a', 'b', 'setting-updated'],
    ['x'.repeat(300), 'a', 'b', `${'x'.repeat(70)}-setting-updated`],
    ['is_disenabled', true, false, 'disenabled-setting-disabled'],
  ])('%s: %o to %o is %s', (name, before, after, action) => {
    expect(change(name, before, after)?.event).toMatchObject({
      action,
      category: expect.arrayContaining(['configuration']),
    });
  });

  test('what comes and goes is made and deleted', () => {
    const [came, went] = eventsOf('settings', { x: 1, is_b_enabled: false }, { x: 1, is_a_enabled: true });

    expect(came).toMatchObject({
      message: 'Setting “is_a_enabled” was created: true.',
      event: { type: ['creation'], action: 'a-setting-created', code: 'is_a_enabled', category: ['configuration'] },
    });
    expect(went).toMatchObject({
      message: 'Setting “is_b_enabled” was deleted: false.',
      event: { type: ['deletion'], action: 'b-setting-deleted', code: 'is_b_enabled' },
    });
  });

  test('the message says from what to what, and not more than can be read', () => {
    expect(change('max_concurrency', 160, 320)).toMatchObject({
      message: 'Setting “max_concurrency” was raised: 160 → 320.',
      event: { reason: 'max_concurrency: 160 → 320' },
      frame: { snapshot: { thing: 'setting', key: 'settings/max_concurrency' } },
    });
    const long = change('note', 'x'.repeat(10_000), '\ud83d\ude00'.repeat(1_000));
    expect(long?.message?.length).toBeLessThan(250);
    for (const start of ['', 'x']) {
      const pairs = change('note', 'a', `${start}${'\ud83d\ude00'.repeat(1_000)}`);
      expect(pairs?.message?.isWellFormed()).toBe(true);
      expect(pairs?.event.reason?.isWellFormed()).toBe(true);
    }
    expect(change('note', 'a', 'x'.repeat(78))?.event.reason).toBe(`note: "a" → "${'x'.repeat(78)}"`);
    expect(change('note', 'a', 'x'.repeat(79))?.event.reason).toBe(`note: "a" → "${'x'.repeat(78)}…`);
  });

  test.each([
    ['frame_support_admin_access', true],
    ['is_frame_support_customer_admin', true],
    ['can_frame_account_support_start_session', true],
    ['authorized_nutanix_personnel', true],
    ['is_SUPPORT_x', true],
    ['is_login_banner_enabled', false],
  ])('%s is a matter of access: %s', (name, isAccess) => {
    const event = change(name, false, true)?.event;

    expect(event?.category).toEqual(isAccess ? ['iam', 'configuration'] : ['configuration']);
    expect(event?.type).toEqual(isAccess ? ['change', 'admin'] : ['change']);
  });

  test('the vendor’s persons who were let in or shut out can be searched', () => {
    const event = change(
      'authorized_nutanix_personnel',
      ['a@v.example', 'b@v.example', 7],
      ['b@v.example', 'c@v.example', ''],
    );

    expect(event).toMatchObject({
      event: { reason: 'authorized_nutanix_personnel gained "", c@v.example and lost a@v.example, 7' },
      related: { user: ['c@v.example', 'a@v.example'] },
    });
    expect(change('other', ['a'], ['b'])?.related).toBeUndefined();
    expect(change('authorized_nutanix_personnel', [], ['a'])?.related).toEqual({ user: ['a'] });
    const many = Array.from({ length: 60 }, (_, at) => `p${at}@v.example`);
    expect(change('authorized_nutanix_personnel', [], many)?.related?.user).toHaveLength(50);
  });

  test('changes within a setting are named by their path', () => {
    const mail = (email_addresses: unknown, notify_on_info: unknown) => ({ email_addresses, notify_on_info });
    const event = change('notification_center_settings', mail(null, null), mail(['ops@example.com'], true));

    expect(event?.event.reason).toBe(
      'notification_center_settings.email_addresses gained ops@example.com; notification_center_settings.notify_on_info: none → true',
    );
  });
});

describe('other things', () => {
  test.each([
    [
      'accounts',
      { id: 'a', name: 'Sales' },
      { id: 'a', name: 'EMEA' },
      'account-updated',
      'Account “EMEA” was changed: name.',
    ],
    [
      'cloud-services',
      { id: 'a', display_name: 'AWS', x: 1 },
      { id: 'a', display_name: 'AWS', x: [{ id: 1 }] },
      'cloud-service-updated',
      'Cloud service “AWS” was changed: x.',
    ],
    [
      'master-images',
      { id: 'a', description: 'Windows', x: 1 },
      { id: 'a', description: 'Windows' },
      'master-image-updated',
      'Master image “Windows” was changed: x.',
    ],
    [
      'elasticity',
      { max_servers: 1 },
      { max_servers: 2 },
      'elasticity-updated',
      'Elasticity was changed: max_servers.',
    ],
    ['customer', { id: 'c' }, { id: 'c', name: 'Acme' }, 'customer-updated', 'Customer “Acme” was changed: name.'],
    ['accounts', { id: 'a', name: 'Sales' }, undefined, 'account-deleted', 'Account “Sales” was deleted.'],
    ['accounts', undefined, { id: 'a b' }, 'account-created', 'Account “a b” was created.'],
  ])('%s: %o to %o', (name, before, after, action, message) => {
    const [event] = eventsOf(name, before, after);

    expect(event).toMatchObject({ message, event: { action, category: ['configuration'], outcome: 'success' } });
    expect(event?.event.type).toEqual([
      { created: 'creation', updated: 'change', deleted: 'deletion' }[action.split('-').at(-1) as 'created'],
    ]);
  });

  test('a message names five places and counts the others', () => {
    const wide = (count: number) => ({
      id: 'a',
      ...Object.fromEntries([...'bcdefgh'].slice(0, count).map((name) => [name, 1])),
    });

    expect(eventsOf('accounts', wide(0), wide(5))[0]?.message).toBe('Account “a” was changed: b, c, d, e, f.');
    expect(eventsOf('accounts', wide(0), wide(7))[0]?.message).toBe(
      'Account “a” was changed: b, c, d, e, f and 2 more.',
    );
  });

  test('a message is one line, however long and odd names are', () => {
    const name = `a\r\n\u2028b\u202e\u0000${'x'.repeat(500)}\ud800`;
    const [event] = eventsOf(
      'accounts',
      { id: 'a', name, ['k'.repeat(90)]: { ['l'.repeat(90)]: { ['m'.repeat(90)]: 1 } } },
      { id: 'a', name, ['k'.repeat(90)]: { ['l'.repeat(90)]: { ['m'.repeat(90)]: 2 } } },
    );

    expect(event?.message).toMatch(/^Account “a b x{195}…” was changed: k{90}\.l{90}\.m{17}…\.$/);
    expect(event?.message?.isWellFormed()).toBe(true);
    expect(eventsOf('accounts', undefined, { id: 'a', name: '\n x\ud800 \u0000' })[0]?.message).toBe(
      'Account “x\ufffd” was created.',
    );
  });

  test('a list that only changed in how often it says things has changed', () => {
    expect(eventsOf('accounts', { id: 'a', x: ['b'] }, { id: 'a', x: ['b', 'b'] })[0]?.event.reason).toBe('x changed');
  });

  test('what is no plain value is said to be added, removed or changed', () => {
    const reasonOf = (before: object, after: object) =>
      eventsOf('accounts', { id: 'a', ...before }, { id: 'a', ...after })[0]?.event.reason;

    expect(reasonOf({}, { x: { y: 1 } })).toBe('x added');
    expect(reasonOf({ x: { y: 1 } }, {})).toBe('x removed');
    expect(reasonOf({ x: { y: 1 } }, { x: [1] })).toBe('x changed');
    expect(reasonOf({ x: [1] }, { x: 1 })).toBe('x changed');
    expect(reasonOf({ x: [1] }, { x: [1, { y: 1 }] })).toBe('x changed');
    expect(reasonOf({ x: 1 }, {})).toBe('x: 1 → none');
  });

  test('without a known customer there is none in the event', () => {
    const { found: _found, ...unknown } = connection;
    const change: Change = { kind: 'deleted', key: 'a', before: { id: 'a' }, fields: [] };

    expect(snapshotOf('accounts').mapChange(change, unknown).frame).not.toHaveProperty('customer');
    expect(snapshotOf('accounts').mapBaseline([], unknown).frame).not.toHaveProperty('customer');
  });
});

describe('the first snapshot', () => {
  const items = (count: number) => Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value: {} }));

  test.each([
    ['api-authorization-rules', 'iam', 'api-authorization-rule-baseline', 'API keys: first snapshot, with 2 items.'],
    ['settings', 'configuration', 'setting-baseline', 'Settings: first snapshot, with 2 items.'],
    ['accounts', 'configuration', 'account-baseline', 'Accounts: first snapshot, with 2 items.'],
    ['cloud-services', 'configuration', 'cloud-service-baseline', 'Cloud services: first snapshot, with 2 items.'],
    ['master-images', 'configuration', 'master-image-baseline', 'Master images: first snapshot, with 2 items.'],
    ['elasticity', 'configuration', 'elasticity-baseline', 'Elasticity: first snapshot, with 2 items.'],
    ['customer', 'configuration', 'customer-baseline', 'Customer: first snapshot, with 2 items.'],
  ])('of %s is a state', (name, category, action, message) => {
    expect(snapshotOf(name).mapBaseline(items(2), connection)).toEqual({
      message,
      event: { kind: 'state', category: [category], type: ['info'], action, provider: 'frame' },
      frame: {
        customer: { id: 'c1' },
        snapshot: { thing: snapshotOf(name).thing, change: 'baseline', count: 2, keys: ['k0', 'k1'] },
      },
    });
  });

  test('names up to fifty keys, and says that it is one when it is one', () => {
    const keysOf = (count: number) =>
      snapshotOf('accounts').mapBaseline(items(count), connection).frame as {
        snapshot: { keys?: string[]; count: number };
      };

    expect(keysOf(50).snapshot.keys).toHaveLength(50);
    expect(keysOf(51).snapshot.keys?.slice(49)).toEqual(['k49', '...']);
    expect(keysOf(51).snapshot.count).toBe(51);
    expect(keysOf(1).snapshot.keys).toEqual(['k0']);
    expect(keysOf(0).snapshot).not.toHaveProperty('keys');
    expect(snapshotOf('accounts').mapBaseline(items(1), connection).message).toBe(
      'Accounts: first snapshot, with 1 item.',
    );
  });
});
