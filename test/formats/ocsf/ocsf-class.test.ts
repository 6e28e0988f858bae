import { describe, expect, test } from 'vitest';
import { CLASS_RULES } from '../../../functions/formats/ocsf/class.ts';
import { ocsfClassTable } from '../../../functions/formats/ocsf/class-table.ts';
import { ana, bruno, ocsf } from './ocsf-events.ts';
import { ocsfComplaints } from './ocsf-reader.ts';

describe('the class and the activity', () => {
  test.each([
    [['authentication'], ['start'], 'login', 300201, 'Authentication: Logon'],
    [['authentication'], ['end'], 'logout', 300202, 'Authentication: Logoff'],
    [['authentication'], ['info'], 'mfa-asked', 300299, 'Authentication: Other'],
    [['authentication', 'session'], ['start'], 'login', 300201, 'Authentication: Logon'],
    [['authentication', 'iam'], ['change', 'user'], 'user-disabled', 300105, 'Account Change: Disable'],
    [['session'], ['start'], 'session-start', 600199, 'Web Resources Activity: Other'],
    [['session'], ['end'], 'session-end', 600199, 'Web Resources Activity: Other'],
    [['iam'], ['creation', 'user'], 'user-created', 300101, 'Account Change: Create'],
    [['iam'], ['deletion', 'user'], 'user-deleted', 300106, 'Account Change: Delete'],
    [['iam'], ['change', 'user'], 'UserEnabled', 300102, 'Account Change: Enable'],
    [['iam'], ['change', 'user'], 'login_disabled', 300105, 'Account Change: Disable'],
    [['iam'], ['change', 'user'], 'ACCOUNT LOCKED', 300109, 'Account Change: Lock'],
    [['iam'], ['change', 'user'], 'user-unlocked', 300102, 'Account Change: Enable'],
    [['iam'], ['change', 'user'], 'password-changed', 300103, 'Account Change: Password Change'],
    [['iam'], ['change', 'user'], 'password-reset-failed', 300104, 'Account Change: Password Reset'],
    [['iam'], ['change', 'user'], 'mfa-enabled', 300110, 'Account Change: MFA Factor Enable'],
    [['iam'], ['change', 'user'], 'two-factor-authentication-disabled', 300111, 'Account Change: MFA Factor Disable'],
    [['iam'], ['creation', 'user'], 'api-token-generated', 300199, 'Account Change: Other'],
    [['iam'], ['change', 'user'], 'user-updated', 300199, 'Account Change: Other'],
    [['iam'], ['creation', 'group'], 'group-created', 300606, 'Group Management: Create'],
    [['iam'], ['deletion', 'group'], 'group-deleted', 300605, 'Group Management: Delete'],
    [['iam'], ['change', 'group', 'user'], 'user-added-to-account-group', 300603, 'Group Management: Add User'],
    [['iam'], ['change', 'group'], 'member-removed', 300604, 'Group Management: Remove User'],
    [['iam'], ['change', 'group'], 'role-assigned-to-group', 300601, 'Group Management: Assign Privileges'],
    [['iam'], ['change', 'group'], 'group-renamed', 300699, 'Group Management: Other'],
    [['iam'], ['creation', 'admin'], 'role-created', 300401, 'Entity Management: Create'],
    [['iam'], ['info'], 'listed', 300499, 'Entity Management: Other'],
    [['configuration'], ['creation'], 'test-created', 300401, 'Entity Management: Create'],
    [['configuration'], ['access'], 'report-viewed', 300402, 'Entity Management: Read'],
    [['configuration'], ['change'], 'test-modified', 300403, 'Entity Management: Update'],
    [['configuration'], ['change'], 'test-disabled', 300409, 'Entity Management: Disable'],
    [['configuration'], ['change'], 'testDeactivated', 300411, 'Entity Management: Deactivate'],
    [['configuration'], ['deletion'], 'disabled-test-deleted', 300404, 'Entity Management: Delete'],
    [['file'], ['creation'], 'video-uploaded', 600101, 'Web Resources Activity: Create'],
    [['file'], ['access'], 'video-viewed', 600102, 'Web Resources Activity: Read'],
    [['file'], ['access'], 'video-downloaded', 600107, 'Web Resources Activity: Export'],
    [['file'], ['change'], 'video-shared', 600108, 'Web Resources Activity: Share'],
    [['web'], ['access'], 'search', 600105, 'Web Resources Activity: Search'],
    [['web'], ['error'], 'not-found', 600199, 'Web Resources Activity: Other'],
    [['api'], ['change'], 'put', 600103, 'Web Resources Activity: Update'],
    [['host'], ['change'], 'host-rebooted', 300403, 'Entity Management: Update'],
    [['process'], ['start'], 'job-started', 300499, 'Entity Management: Other'],
    [['network'], ['info'], 'dns', 99, 'Base Event: Other'],
    [[], ['info'], 'frobnicated', 99, 'Base Event: Other'],
  ])('%j %j %s is %i', (category, type, action, type_uid, type_name) => {
    const event = ocsf({ category, type, action });

    expect(event).toMatchObject({ type_uid, type_name });
    expect(event.activity_name).toBe(event.activity_id === 99 ? action : type_name.split(': ')[1]);
    expect(ocsfComplaints(event)).toEqual([]);
  });

  test.each([
    ['state', { kind: 'state', category: ['configuration'], type: ['info'] }],
    ['metric', { kind: 'metric', category: ['host'], type: ['info'] }],
    ['pipeline_error', { kind: 'pipeline_error' }],
    ['an act of our own', { module: 'tidemark', category: ['configuration'], type: ['info'], action: 'gap' }],
  ])('%s is a Base Event', (_name, about) => {
    expect(ocsf(about)).toMatchObject({ class_uid: 0, category_uid: 0, type_uid: 99 });
  });

  test('an activity without a name of its own is named by the type of the event', () => {
    expect(ocsf({ category: ['session'], type: ['start'] })).toMatchObject({ activity_id: 99, activity_name: 'start' });
  });

  test('do not change when optional data is missing', () => {
    for (const { kinds, categories, types, words } of CLASS_RULES) {
      const about = { kind: kinds?.[0] ?? 'event', category: categories, type: types, action: words?.[0] };
      const full = ocsf(about, {
        source: { ip: '198.51.100.23' },
        group: { name: 'Admins' },
        user: { ...ana, roles: ['admin'], target: bruno },
        file: { name: 'a.mp4' },
        host: { name: 'vm-1' },
      });
      const bare = ocsf(about, { user: undefined, service: undefined, tidemark: {}, message: undefined });

      expect(bare.type_uid).toBe(full.type_uid);
      expect([ocsfComplaints(full), ocsfComplaints(bare)]).toEqual([[], []]);
    }
  });

  test('are documented from the same rules', () => {
    const table = ocsfClassTable();

    expect(table.split('\n')).toHaveLength(CLASS_RULES.length + 4);
    expect(table).toContain('| event.category `session` | 6001 Web Resources Activity | always: 99 Other |');
    expect(table).toContain('type `start`: 1 Logon<br>type `end`: 2 Logoff<br>else: 99 Other');
    expect(table).toContain('type `change`, action says password, action says reset: 4 Password Reset');
  });
});
