import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EcsFields } from '../../../functions/core/ecs-event.ts';
import { complete } from '../../../functions/core/events/complete.ts';
import { UNKNOWN_EVENT } from '../../../functions/core/events/tags.ts';
import type { Connection, Feed, Row } from '../../../functions/core/model.ts';
import { writeEvent } from '../../../functions/destinations/write-event.ts';
import { COLUMNS } from '../../../functions/sources/vbrick/answers/columns.ts';
import { changesBetween } from '../../../functions/sources/vbrick/mapping/changes.ts';
import { actionFor, classify } from '../../../functions/sources/vbrick/mapping/classify.ts';
import { map } from '../../../functions/sources/vbrick/mapping/map.ts';
import { source } from '../../../functions/sources/vbrick/source.ts';
import { ecsComplaints } from '../../ecs-reader.ts';

const ANA = '6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d';
const BO = '1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f';
const THING = '3d4e5f60-7182-4394-a5b6-c7d8e9f0a1b2';

function connection(settings: Record<string, unknown> = {}): Connection {
  const origin = 'https://acme.example.com';
  return { id: 'acme', source: 'vbrick', origin, secret: 's', settings: { accountId: 'acc-1', ...settings } };
}

interface Told {
  readonly principal?: unknown;
  readonly message?: unknown;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A row about a thing of this kind; Ana acts when nobody else does. */
function row(messageKey: string, entityKey: string, entityId: string, told: Told = {}): Row {
  const { principal = { Id: ANA }, message = {}, before = null, after = null } = told;
  const json = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const value = {
    MessageKey: messageKey,
    EntityKey: entityKey,
    EntityId: entityId,
    When: '2026-01-10T09:10:00.000Z',
    Principal: json(principal),
    Message: json(message),
    PreviousState: json(before),
    CurrentState: json(after),
  };
  return { value, text: JSON.stringify(value) };
}

const user = (key: string, told: Told = {}) => map(row(`Network:${key}`, 'Network:User', BO, told), {}, connection());
const access = (key: string, told: Told = {}, settings = {}) =>
  map(row(`Network:${key}`, 'Network:UserAccess', BO, told), {}, connection(settings));

/** What is wrong with these fields as an event, in any format. */
function complaints(fields: EcsFields, from: Row): string[] {
  const stream = source.streams[0] as Feed['stream'];
  const feed: Feed = { name: 'vbrick/users/acme', source, stream, connection: connection(), settle: 1, overlap: 1 };
  const event = complete(fields, from, { feed, id: 'id', readAt: 1_000_000, time: 1_000_000 });
  for (const format of ['cef', 'ocsf'] as const) writeEvent({ format }, event);
  return ecsComplaints(JSON.parse(writeEvent({ format: 'ecs' }, event).text));
}

describe('what an act is', () => {
  test.each([
    ['Network:RecordLdapConnectorUserLogon', 'Network:UserAccess', 'access', 'start'],
    ['Network.RecordUserLogOn', 'Network.UserAccess', 'access', 'start'],
    ['Network:RecordSSOUserLogin', 'Network:UserAccess', 'access', 'start'],
    ['Network:UserSignedIn', 'Network:UserAccess', 'access', 'start'],
    ['Network:RecordUserLogoff', 'Network:UserAccess', 'access', 'end'],
    ['Network:RecordUserLogOut', 'network:useraccess', 'access', 'end'],
    ['Network:RecordUserLogon', '', 'access', 'start'],
    ['Network:UpdateLoginSettings', 'Network:User', 'user', 'change'],
    ['Network:ModifyUser', 'Network:UserAccess', 'user', 'change'],
    ['Network:Mystery', 'Network:UserAccess', 'access', undefined],
    ['Network:AddUser', 'Network:User', 'user', 'creation'],
    ['Network:CreateLdapUsers', 'Network:User', 'user', 'creation'],
    ['Network:ImportUsersFromCsv', 'Network:User', 'user', 'creation'],
    ['Network:UserAdded', 'Network:User', 'user', 'creation'],
    ['Network:Create', 'Network:User', 'user', 'creation'],
    ['Network:DeleteUser', 'Network:User', 'user', 'deletion'],
    ['Network:DeleteUserById', 'Network:User', 'user', 'deletion'],
    ['Network:UsersDeleted', 'Network:User', 'user', 'deletion'],
    ['Network:AddRolesToUser', 'Network:User', 'user', 'change'],
    ['Network:RemoveRolesFromUser', 'Network:User', 'user', 'change'],
    ['Network:AddUserToTeam', 'Network:User', 'user', 'change'],
    ['Network:SuspendUser', 'Network:User', 'user', 'change'],
    ['Network:UnsuspendUser', 'Network:User', 'user', 'change'],
    ['Network:ResetUserPassword', 'Network:User', 'user', 'change'],
    ['Network:UserModified', 'Network:User', 'user', 'change'],
    ['Network:GetUser', 'Network:User', 'user', 'view'],
    ['Network:AddGroup', 'Network:Group', 'group', 'creation'],
    ['Network:DeleteGroups', 'Network:Group', 'group', 'deletion'],
    ['Network:AddUsersToGroup', 'Network:Group', 'group', 'change'],
    ['Network:RemoveUsersFromGroup', 'Network:Group', 'group', 'change'],
    ['Network:AddGroupMembers', 'Network:Group', 'group', 'change'],
    ['Devices:AddDme', 'Devices:DmeDevice', 'device', 'creation'],
    ['Devices:AddLdapConnector', 'Devices.LdapConnectorDevice', 'device', 'creation'],
    ['Devices:AddHologram', 'Devices:HologramDevice', 'device', 'creation'],
    ['Devices:DeleteEncoderPreset', 'Devices:EncoderDevice', 'device', 'change'],
    ['Devices:UpdateDmeStatus', 'Devices:DmeDevice', 'device', 'change'],
    ['Devices:RebootDme', 'Devices:DmeDevice', 'device', 'change'],
    ['Media:AddVideo', 'Media:Video', 'video', 'creation'],
    ['Media:VideoUploaded', 'Media:Video', 'video', 'creation'],
    ['Media:SaveVideoSettings', 'Media:Video', 'video', 'change'],
    ['Media:SetVideoOwner', 'Media:Video', 'video', 'change'],
    ['Media:DeleteVideo', 'Media:Video', 'video', 'deletion'],
    ['Media:DeleteVideoComment', 'Media:Video', 'video', 'change'],
    ['Media:VideoCommentDeleted', 'Media:Video', 'video', 'change'],
    ['Media:AddCommentToVideo', 'Media:Video', 'video', 'change'],
    ['Media:DownloadVideo', 'Media:Video', 'video', 'view'],
    ['ScheduledEvents:AddWebcast', 'ScheduledEvents:Webcast', 'webcast', 'creation'],
    ['ScheduledEvents:StopWebcast', 'ScheduledEvents:Webcast', 'webcast', 'change'],
    ['ScheduledEvents:WebcastStopped', 'ScheduledEvents:Webcast', 'webcast', 'change'],
    ['ScheduledEvents:WebcastEnded', 'ScheduledEvents:Webcast', 'webcast', 'change'],
    ['Network:AddRole', 'Network:Role', 'role', 'creation'],
    ['Network:AddRoleMember', 'Network:Role', 'role', 'change'],
    ['Network:CopiedRole', 'Network:Role', 'role', 'creation'],
    ['DeleteThing', '', 'other', 'deletion'],
    ['Network:Calibrate', 'Network:User', 'user', undefined],
    ['Network:Calibrate', 'Network:Quantum', 'other', undefined],
    ['', '', 'other', undefined],
    ['', ' \ufeffDevices:Dme', 'device', undefined],
  ])('%s of a %s', (messageKey, entityKey, subject, verb) => {
    expect(classify(messageKey, entityKey)).toMatchObject({ subject, verb });
  });

  test.each([
    ['Network:SaveSSOSettings', '', 'sso-settings-updated'],
    ['Network.Users.AddUser', 'Network.User', 'user-created'],
    ['Network:CreateAccount', 'Network:User', 'user-created'],
    ['Network:Create', 'Network:User', 'user-created'],
    ['Network:DeleteUserById', 'Network:User', 'user-deleted'],
    ['Network:ImportUsersFromCsv', 'Network:User', 'user-imported'],
    ['Network:AddRolesToUser', 'Network:User', 'role-assigned'],
    ['Network:RemoveRolesFromUser', 'Network:User', 'role-removed'],
    ['Network:AddUserToTeam', 'Network:User', 'user-team-added'],
    ['Network:ResetUserPassword', 'Network:User', 'user-password-reset'],
    ['Network:AddUsersToGroup', 'Network:Group', 'group-member-added'],
    ['Network:RemoveUsersFromGroup', 'Network:Group', 'group-member-removed'],
    ['Network:AddGroupMembers', 'Network:Group', 'group-member-added'],
    ['Network:AddRoleMember', 'Network:Role', 'role-member-added'],
    ['Network:CopiedRole', 'Network:Role', 'role-cloned'],
    ['Devices:DeleteEncoderPreset', 'Devices:EncoderDevice', 'encoder-preset-removed'],
    ['Devices:RebootDme', 'Devices:DmeDevice', 'dme-restarted'],
    ['Devices:Reboot', 'Devices:DmeDevice', 'dme-device-restarted'],
    ['Media:AddCommentToVideo', 'Media:Video', 'video-comment-added'],
    ['Media:VideoCommentDeleted', 'Media:Video', 'video-comment-removed'],
    ['Media:VideoRejected', 'Media:Video', 'video-rejected'],
    ['ScheduledEvents:WebcastStopped', 'ScheduledEvents:Webcast', 'webcast-stopped'],
    ['Network:ModifyUserFailed', 'Network:User', 'user-update-failed'],
    ['Network:用户Add', '', '用户-created'],
    [`Network:Modify${'Very'.repeat(5_000)}Long`, '', expect.stringMatching(/^(very-)+\w+-updated$/)],
    [`Network:ModifyB${'a'.repeat(180)}`, '', `b${'a'.repeat(91)}-updated`],
  ])('the action of %.60j of a %s', (messageKey, entityKey, action) => {
    const { told, failed } = classify(messageKey, entityKey);
    const found = told && actionFor(told, failed);
    expect(found).toEqual(action);
    expect([...(found ?? '')].length).toBeLessThanOrEqual(100);
  });

  test.each(['no separator | = "7"\r\n', 'Network:', ''])('%j has no verb, so no action', (messageKey) => {
    expect(classify(messageKey).told).toBeUndefined();
  });

  test('says when it failed', () => {
    expect(classify('Network:RecordUserLogonFailed', 'Network:UserAccess')).toMatchObject({
      verb: 'start',
      failed: true,
    });
    expect(classify('Network:RecordFailedUserLogon', 'Network:UserAccess').failed).toBe(true);
    expect(classify('Network:SetFailover', 'Devices:DmeDevice').failed).toBe(false);
  });
});

describe('a sign-in', () => {
  test('is of the user in the command, and succeeds when the command says so', () => {
    expect(
      access('RecordUserLogon', {
        principal: { Id: BO, Name: 'Bo Berg' },
        message: { UserId: BO, LogOnSuccessful: true },
      }),
    ).toEqual({
      message: 'Bo Berg logged in',
      event: {
        category: ['authentication'],
        type: ['start'],
        action: 'user-login',
        outcome: 'success',
        provider: 'vbrick',
        code: 'Network:RecordUserLogon',
      },
      user: { id: BO, full_name: 'Bo Berg' },
      organization: { id: 'acc-1' },
      related: { user: [BO, 'Bo Berg'] },
      vbrick: { audit: { message_key: 'Network:RecordUserLogon', entity_key: 'Network:UserAccess', entity_id: BO } },
    });
  });

  test.each([
    [{ LogOnSuccessful: true }, 'success'],
    [{ LogOnSuccessful: 'True' }, 'success'],
    [{ logonsuccessful: false }, 'failure'],
    [{ LogOnSuccessful: 'false' }, 'failure'],
    [{ LogOnSuccessful: 1 }, 'unknown'],
    [{ LogOnSuccessful: 'yes' }, 'unknown'],
    [{ LogOnSuccessful: { toString: 1 } }, 'unknown'],
    [{ LogOnSuccessful: null }, 'unknown'],
    [{}, 'unknown'],
    ['not JSON', 'unknown'],
  ])('with %j has the outcome %s', (message, outcome) => {
    expect(access('RecordUserLogon', { message }).event.outcome).toBe(outcome);
    expect(access('RecordUserLogoff', { message }).event).toMatchObject({ type: ['end'], outcome });
  });

  test('whose name says that it failed did, unless the command says otherwise', () => {
    expect(access('RecordFailedUserLogon').event.outcome).toBe('failure');
    expect(access('RecordFailedUserLogon', { message: { LogOnSuccessful: true } }).event.outcome).toBe('success');
  });

  test('that failed says why, as far as the user’s status tells', () => {
    const failed = (after: unknown, before: unknown = after, settings = {}) =>
      access('RecordUserLogon', { message: { LogOnSuccessful: false }, before, after }, settings).event.reason;

    expect(failed({ Status: 'Active' })).toBe('Sign-in failed');
    expect(failed(null)).toBe('Sign-in failed');
    expect(failed({ Status: 'LockedOut' })).toBe('Sign-in failed: the user is locked out of signing in');
    expect(failed({ Status: 'Frozen' })).toBe('Sign-in failed: the user has the status Frozen');
    expect(failed({ Status: 'LockedOut' }, { Status: 'Active' })).toBe(
      'Sign-in failed. Status changed from Active to LockedOut: the user is locked out of signing in',
    );
    expect(failed({ Status: 'LockedOut' }, { Status: 'Active' }, { includeStates: false })).toBe(
      'Sign-in failed. Status changed',
    );
    expect(
      access('RecordUserLogon', { message: { LogOnSuccessful: true }, after: { Status: 'Suspended' } }).event.reason,
    ).toBeUndefined();
  });

  test('keeps its action when the status changes with it', () => {
    expect(
      access('RecordUserLogon', { before: { Status: 'Active' }, after: { Status: 'LockedOut' } }).event.action,
    ).toBe('user-login');
  });

  test('is of the entity, or of who acted, where the command does not say', () => {
    expect(access('RecordUserLogon', { message: 'null' }).user).toEqual({ id: BO });
    expect(
      map(row('Network:RecordUserLogon', 'Network:UserAccess', '', { message: '' }), {}, connection()).user,
    ).toEqual({ id: ANA });
  });

  test('recorded by somebody else is of the user all the same, with the other one related', () => {
    const fields = access('RecordUserLogon', { principal: { Id: ANA, UserName: 'ana' }, message: { UserId: BO } });

    expect(fields.user).toEqual({ id: BO });
    expect(fields.related).toEqual({ user: [BO, ANA, 'ana'] });
  });

  test('knows the user’s names from the states', () => {
    const after = { UserName: 'bo', Email: 'bo@example.com', FirstName: 'Bo', LastName: 'Berg' };

    expect(access('RecordUserLogon', { principal: null, after }).user).toEqual({
      id: BO,
      name: 'bo',
      email: 'bo@example.com',
      full_name: 'Bo Berg',
    });
    expect(access('RecordUserLogon', { principal: null, after }, { includeStates: false }).user).toEqual({ id: BO });
  });
});

describe('a change to a user', () => {
  const before = {
    UserName: 'bo',
    Email: 'bo@example.com',
    FirstName: 'Bo',
    LastName: 'Berg',
    Status: 'Active',
    RoleIds: ['r-1'],
  };

  test('has who acts at the root, who is changed as a target as they were, and what is different', () => {
    const after = { ...before, Email: 'b.berg@example.com', LastName: 'Bergman', Title: 'Producer' };
    const {
      message,
      user: users,
      related,
      event,
      vbrick,
    } = user('ModifyUser', { principal: { Id: ANA, UserName: 'ana' }, before, after });

    expect(message).toBe('ana updated the user “Bo Berg”');
    expect(event).toMatchObject({
      category: ['iam'],
      type: ['change', 'user'],
      action: 'user-updated',
      outcome: 'success',
    });
    expect(users).toEqual({
      id: ANA,
      name: 'ana',
      target: { id: BO, name: 'bo', email: 'bo@example.com', full_name: 'Bo Berg', roles: ['r-1'] },
      changes: { email: 'b.berg@example.com', full_name: 'Bo Bergman' },
    });
    expect(related?.user).toEqual([
      ANA,
      'ana',
      BO,
      'bo',
      'bo@example.com',
      'Bo Berg',
      'b.berg@example.com',
      'Bo Bergman',
    ]);
    expect((vbrick as { audit: { changes: unknown } }).audit.changes).toEqual([
      { field: 'Email', from: 'bo@example.com', to: 'b.berg@example.com' },
      { field: 'LastName', from: 'Berg', to: 'Bergman' },
      { field: 'Title', to: 'Producer' },
    ]);
  });

  test.each([
    ['Active', 'Suspended', 'user-suspended', ': the user may not sign in'],
    ['Active', 'LockedOut', 'user-locked', ': the user is locked out of signing in'],
    ['LockedOut', 'Active', 'user-unlocked', ': the user may sign in'],
    ['Suspended', 'Active', 'user-unsuspended', ': the user may sign in'],
    ['Unlicensed', 'Active', 'user-activated', ': the user may sign in'],
    ['Active', 'Unlicensed', 'user-unlicensed', ': the user has no licence'],
    ['Active', 'AwaitingConfirmation', 'user-confirmation-required', ': the user has to confirm the account first'],
    ['Active', 'AwaitingPasswordReset', 'user-password-reset-required', ': the user has to set a new password'],
    [
      'Active',
      'AwaitingSecurityQuestionReset',
      'user-security-question-reset-required',
      ': the user has to set a new security question',
    ],
    ['Active', 'FrozenSolid', 'user-status-set-to-frozen-solid', ''],
    ['Active', '-', 'user-status-set-to-other', ''],
  ])('of status, %s to %s, is told', (from, to, action, means) => {
    const { event } = user('ModifyUser', { before: { Status: from }, after: { Status: to } });

    expect(event).toMatchObject({
      action,
      reason: `Status changed from ${from} to ${to}${means}`,
      code: 'Network:ModifyUser',
    });
  });

  test.each([
    [{ Status: 'Active' }, { Status: 'Active' }],
    [null, { Status: 'Active' }],
    [{ Status: 'Active' }, null],
    [{ Status: ['Active'] }, { Status: 'Suspended' }],
  ])('from %j to %j is no change of status', (from, to) => {
    expect(user('ModifyUser', { before: from, after: to }).event).toMatchObject({ action: 'user-updated' });
    expect(user('ModifyUser', { before: from, after: to }).event.reason).toBeUndefined();
  });

  test.each([
    [
      { RoleIds: ['r-1'] },
      { RoleIds: ['r-2', 'r-3'] },
      'added r-2, r-3; removed r-1',
      ['r-2', 'r-3'],
      'user-roles-updated',
    ],
    [
      { Roles: [] },
      { Roles: [{ Id: 'r-1', Name: 'Account Admin' }] },
      'added Account Admin',
      ['Account Admin'],
      'role-assigned',
    ],
    [{ Roles: ['Admin'] }, { Roles: [] }, 'removed Admin', undefined, 'role-removed'],
  ])('of roles, %j to %j, is told', (from, to, told, roles, action) => {
    const { event, user: users } = user('ModifyUser', { before: from, after: to });

    expect(event).toMatchObject({ action, reason: `Roles changed: ${told}` });
    expect(users?.changes).toEqual(roles && { roles });
  });

  test('of roles that come in another order is none', () => {
    expect(user('ModifyUser', { before: { RoleIds: ['a', 'b'] }, after: { RoleIds: ['b', 'a'] } }).event.action).toBe(
      'user-updated',
    );
    expect(user('ModifyUser', { before: { RoleIds: ['a'] }, after: { RoleIds: 'b' } }).event.action).toBe(
      'user-updated',
    );
  });

  test('of status and of roles at once is told as both', () => {
    expect(
      user('ModifyUser', { before: { Status: 'Active', RoleIds: [] }, after: { Status: 'Suspended', RoleIds: ['r'] } })
        .event,
    ).toMatchObject({
      // A role that was given counts more than anything else.
      action: 'role-assigned',
      reason: 'Status changed from Active to Suspended: the user may not sign in. Roles changed: added r',
    });
  });

  test('by oneself has one person, who stands at the root', () => {
    const after = { ...before, Email: 'new@example.com' };
    const { message, user: users } = user('ModifyUser', { principal: { Id: BO.toUpperCase() }, before, after });

    expect(users).toEqual({
      id: BO.toUpperCase(),
      name: 'bo',
      email: 'bo@example.com',
      full_name: 'Bo Berg',
      roles: ['r-1'],
      changes: { email: 'new@example.com' },
    });
    expect(message).toBe(`${BO.toUpperCase()} updated their own user`);
  });

  test('may name who acts by either kind of name', () => {
    expect(user('ModifyUser', { principal: { Id: ANA, Name: 'ana.duarte' } }).user).toMatchObject({
      id: ANA,
      name: 'ana.duarte',
    });
    expect(user('ModifyUser', { principal: { Id: ANA, Name: 'Ana Duarte' } }).user).toMatchObject({
      id: ANA,
      full_name: 'Ana Duarte',
    });
  });

  test('by Rev itself has a target and nobody who acts', () => {
    expect(user('ModifyUser', { principal: { Id: null } }).user).toEqual({ target: { id: BO } });
    expect(user('ModifyUser', { principal: 'null' }).message).toBe(`The user “${BO}” was updated`);
  });

  test('that makes one or deletes one names who that is', () => {
    expect(user('AddUser', { message: { Username: 'bo', Email: 'bo@example.com' } })).toMatchObject({
      event: { type: ['creation', 'user'] },
      user: { target: { id: BO, name: 'bo', email: 'bo@example.com' } },
    });
    expect(user('AddUser', { after: before, message: { Username: 'other' } }).user).toMatchObject({
      target: { name: 'bo', roles: ['r-1'] },
    });
    expect(user('DeleteUser', { before })).toMatchObject({
      event: { type: ['deletion', 'user'] },
      user: { target: { name: 'bo' } },
    });
    expect(user('AddUser', { after: before }).user?.changes).toBeUndefined();
  });

  test('finds the user in the command when the column is empty', () => {
    expect(
      map(row('Network:ModifyUser', 'Network:User', '', { message: { UserId: BO } }), {}, connection()).user?.target,
    ).toEqual({ id: BO });
  });
});

describe('a change to a group', () => {
  const group = (key: string, told: Told) => map(row(`Network:${key}`, 'Network:Group', THING, told), {}, connection());

  test('names the group, and the one member who comes or goes', () => {
    const {
      event,
      group: named,
      user: users,
      vbrick,
      message,
    } = group('AddUsersToGroup', {
      message: { GroupId: THING, UserIds: [BO] },
      before: { Name: 'Presenters' },
      after: { Name: 'Presenters' },
    });

    expect(event).toMatchObject({ category: ['iam'], type: ['change', 'group'], action: 'group-member-added' });
    expect(named).toEqual({ id: THING, name: 'Presenters' });
    expect(users).toEqual({ id: ANA, target: { id: BO } });
    expect(vbrick).toMatchObject({ audit: { user_ids: [BO] } });
    expect(message).toBe(`${ANA} added a group member to “Presenters”`);
  });

  test('of several members has none of them for a target, and all of them related', () => {
    const {
      user: users,
      related,
      vbrick,
    } = group('AddUsersToGroup', { message: { UserIds: [BO, 'u-2', 7, null, {}] } });

    expect(users).toEqual({ id: ANA });
    expect(related?.user).toEqual([ANA, BO, 'u-2', '7']);
    expect(vbrick).toMatchObject({ audit: { user_ids: [BO, 'u-2', '7'] } });
    expect(
      (
        group('AddUsersToGroup', { message: { UserIds: Array.from({ length: 5_000 }, (_, at) => `u-${at}`) } }).related
          ?.user ?? []
      ).length,
    ).toBe(101);
  });

  test('finds the group in the command when the column is empty', () => {
    const fields = map(
      row('Network:AddGroup', 'Network:Group', '', { message: { GroupId: 'g', Name: 'New' } }),
      {},
      connection(),
    );

    expect(fields.group).toEqual({ id: 'g', name: 'New' });
  });
});

describe('a change to a device', () => {
  const device = (key: string, told: Told) =>
    map(row(`Devices:${key}`, 'Devices:DmeDevice', THING, told), {}, connection());

  test('is one to a host’s configuration', () => {
    const { event, host, message } = device('ModifyDme', { after: { Name: 'dme-lon-01' } });

    expect(event).toMatchObject({
      category: ['configuration', 'host'],
      type: ['change'],
      action: 'dme-updated',
      outcome: 'success',
    });
    expect(host).toEqual({ id: THING, name: 'dme-lon-01', type: 'DmeDevice' });
    expect(message).toBe(`${ANA} updated the DME “dme-lon-01”`);
  });

  test('that is lost says so', () => {
    const told = { before: { DeviceStatus: 'Active' }, after: { DeviceStatus: 'Unreachable' } };

    expect(device('UpdateDmeStatus', told).event).toMatchObject({
      action: 'device-status-set-to-unreachable',
      reason: 'Status changed from Active to Unreachable',
    });
    expect(device('UpdateDmeStatus', { before: told.before, after: told.before }).event.action).toBe(
      'dme-status-updated',
    );
  });

  test('finds the device in the command when the column is empty', () => {
    expect(map(row('Devices:AddDme', 'Devices:', '', { message: { DeviceId: 'd' } }), {}, connection()).host).toEqual({
      id: 'd',
    });
  });
});

describe('a change to a video or a webcast', () => {
  const video = (told: Told, key = 'SaveVideoSettings', settings = {}) =>
    map(row(`Media:${key}`, 'Media:Video', THING, told), {}, connection(settings));
  const webcast = (told: Told, key = 'ModifyWebcast') =>
    map(row(`ScheduledEvents:${key}`, 'ScheduledEvents:Webcast', THING, told), {}, connection());

  test('that everybody may see from now on says so', () => {
    const before = { Title: 'All hands, Q1', AccessControl: 'AllUsers' };
    const fields = video({ before, after: { ...before, AccessControl: 'Public' } });

    expect(fields.event).toMatchObject({
      category: ['configuration', 'file'],
      type: ['change'],
      action: 'video-access-set-to-public',
      reason: 'AccessControl changed from AllUsers to Public',
      code: 'Media:SaveVideoSettings',
    });
    expect(fields.file).toEqual({ name: 'All hands, Q1' });
    expect(fields.message).toBe(
      `${ANA} updated video settings of “All hands, Q1”. AccessControl changed from AllUsers to Public`,
    );
  });

  test.each([
    [{ AccessControl: 'Public' }, { AccessControl: 'TrustedIPs' }, {}, 'video-access-set-to-trusted-ips'],
    [{ AccessControl: 'Private' }, null, { Settings: { AccessControl: 'Public' } }, 'video-access-set-to-public'],
    [{ AccessControl: 'Private' }, null, { AccessControl: 'AllUsers' }, 'video-access-set-to-all-users'],
    [null, { AccessControl: 'Public' }, {}, 'video-access-set-to-public'],
    [null, { AccessControl: 'AllUsers' }, {}, 'video-settings-updated'],
    [{ AccessControl: 'AllUsers' }, { AccessControl: 'AllUsers' }, {}, 'video-settings-updated'],
    [
      { AccessControl: 'Private' },
      { AccessControl: 'AllUsers' },
      { AccessControl: 'Public' },
      'video-access-set-to-all-users',
    ],
    [{ AccessControl: 'Private' }, { AccessControl: '?' }, {}, 'video-access-set-to-other'],
  ])('from %j to %j by %j', (before, after, message, action) => {
    expect(video({ before, after, message }).event.action).toBe(action);
  });

  test('that was never seen before is told as set', () => {
    expect(video({ after: { AccessControl: 'Public' } }, 'AddVideo').event).toMatchObject({
      category: ['file'],
      type: ['creation'],
      action: 'public-video-created',
      reason: 'AccessControl set to Public',
    });
  });

  test('that is deleted has no access any more', () => {
    expect(
      video({ before: { AccessControl: 'Private' }, message: { AccessControl: 'Public' } }, 'DeleteVideo').event,
    ).toMatchObject({
      category: ['file'],
      type: ['deletion'],
      action: 'video-deleted',
    });
  });

  test('has its owners related', () => {
    const { related } = video({
      before: { OwnerUserId: 'o-1' },
      after: { OwnerUserId: 'o-2' },
      message: { Settings: { OwnerUserId: 'o-3' } },
    });

    expect(related?.user).toEqual([ANA, 'o-1', 'o-2', 'o-3']);
  });

  test('that is a webcast is no file', () => {
    const fields = webcast({
      before: { Title: 'Town hall', AccessControl: 'Private' },
      after: { Title: 'Town hall', AccessControl: 'Public' },
    });

    expect(fields).toMatchObject({
      event: { category: ['configuration'], type: ['change'], action: 'webcast-access-set-to-public' },
    });
    expect(fields.file).toBeUndefined();
    expect(fields.message).toContain('updated the webcast “Town hall”');
  });

  test('has a name of whole characters, and not of endless many', () => {
    const name = (title: string) => (video({ after: { Title: title } }).file as { name: string }).name;

    expect(name('half \ud83d of')).toBe('half \ufffd of');
    expect(name('x'.repeat(1_000))).toBe('x'.repeat(1_000));
    expect(name('x'.repeat(1_001))).toBe(`${'x'.repeat(999)}…`);
    expect(name(`${'x'.repeat(998)}😀😀`)).toBe(`${'x'.repeat(998)}\ufffd…`);
  });

  test('is viewed as a file is accessed', () => {
    expect(video({}, 'DownloadVideo').event).toMatchObject({ category: ['file'], type: ['access'] });
  });
});

describe('anything else', () => {
  test('is told by its verb', () => {
    const fields = map(
      row('Network:ModifyRole', 'Network:Role', 'r-1', { after: { Name: 'Producers' } }),
      {},
      connection(),
    );

    expect(fields).toMatchObject({
      message: `${ANA} updated the role “Producers”`,
      event: { category: ['iam'], type: ['change', 'admin'], action: 'role-updated', outcome: 'success' },
    });
    expect(fields.tags).toBeUndefined();
  });

  test('without a verb is marked, so that the engine counts it, and claims nothing', () => {
    expect(map(row('Network:Calibrate', 'Network:Quantum', 'q-1'), {}, connection())).toMatchObject({
      message: `${ANA} did something that Tidemark does not know: Network:Calibrate (q-1)`,
      tags: [UNKNOWN_EVENT],
      event: { type: ['info'], action: 'unknown-event', code: 'Network:Calibrate', outcome: 'unknown' },
    });
    expect(map(row('Network:Calibrate', 'Network:Quantum', 'q-1'), {}, connection()).event.category).toBeUndefined();
    expect(user('Calibrate')).toMatchObject({
      tags: [UNKNOWN_EVENT],
      event: { category: ['iam'], type: ['info', 'user'] },
    });
    expect(access('Calibrate')).toMatchObject({
      tags: [UNKNOWN_EVENT],
      event: { category: ['authentication'], type: ['info'] },
    });
    expect(user('GetUser').event).toMatchObject({ category: ['iam'], type: ['info', 'user'], outcome: 'success' });
  });

  test('that failed did', () => {
    expect(user('ModifyUserFailed').event.outcome).toBe('failure');
  });

  test('of nothing is an event all the same', () => {
    expect(map({ value: {}, text: '{}' }, {}, { ...connection(), settings: {} })).toEqual({
      message: 'Somebody did something that the record does not name',
      tags: [UNKNOWN_EVENT],
      event: { type: ['info'], action: 'unknown-event', outcome: 'unknown', provider: 'vbrick' },
    });
  });

  test.each([
    [null, 'null'],
    [5, 'a number'],
    [true, 'a boolean'],
    [[], 'a list'],
  ])('that is %j is none', (value, shape) => {
    expect(() => map({ value, text: '' }, {}, connection())).toThrow(`the row is ${shape}; an object was expected`);
  });
});

describe('the differences between two states', () => {
  test.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1 }, { a: 2 }, [{ field: 'a', from: '1', to: '2' }]],
    [{ a: null }, { a: true }, [{ field: 'a', to: 'true' }]],
    [{ a: 'x' }, { a: '' }, [{ field: 'a', from: 'x' }]],
    [{ a: [] }, {}, []],
    [{ a: {} }, {}, []],
    [{ a: ['x', 'y'] }, { a: ['y', 'x'] }, []],
    [{ a: ['x'] }, { a: ['y', 'x', { b: 1 }] }, [{ field: 'a', from: 'x', to: 'x, y, {"b":1}' }]],
    [{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, [{ field: 'a.b.c', from: '1', to: '2' }]],
    [
      { a: { b: { c: { d: { e: 1 } } } } },
      { a: { b: { c: { d: { e: 2 } } } } },
      [{ field: 'a.b.c.d', from: '{"e":1}', to: '{"e":2}' }],
    ],
    [undefined, { a: 1 }, []],
    [{ a: 1 }, undefined, []],
  ])('%j and %j', (before, after, changes) => {
    expect(changesBetween(before, after, true)).toEqual({ changes, leftOff: 0 });
  });

  test('are bounded in number and length', () => {
    const state = (text: string) =>
      Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`${at}`.padEnd(300, 'k'), text]));
    const { changes, leftOff } = changesBetween(state('a'.repeat(5_000)), state('b'.repeat(5_000)), true);

    expect([changes.length, leftOff]).toEqual([50, 30]);
    for (const { field, from, to } of changes)
      expect([field.length, from?.length, to?.length]).toEqual([100, 200, 200]);
    const wide = (offset: number) =>
      Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at + offset]));
    expect(changesBetween(wide(0), wide(1), true).leftOff).toBe(950);
  });

  test('in texts that begin alike are seen', () => {
    const long = 'a'.repeat(5_000);

    expect(changesBetween({ a: `${long}1` }, { a: `${long}2` }, true).changes).toHaveLength(1);
  });

  test('in what is nested too deep cannot be told', () => {
    const deep = (inner: string) => ({ a: JSON.parse(`${'['.repeat(20_000)}${inner}${']'.repeat(20_000)}`) });

    expect(changesBetween(deep('1'), deep('2'), true).changes).toEqual([]);
    expect(changesBetween(deep('1'), { a: 1 }, true).changes).toEqual([{ field: 'a', from: '…', to: '1' }]);
  });

  test('can be told without values', () => {
    const before = { Settings: { Email: 'a' }, Owners: { 'bo.berg@example.com': 'x', 'b-b': 1 } };

    expect(changesBetween(before, { Settings: { Email: 'b' } }, false)).toEqual({
      changes: [{ field: 'Settings.Email' }, { field: 'Owners.[withheld]' }, { field: 'Owners.[withheld]' }],
      leftOff: 0,
    });
  });

  test('that are too many are counted in the event', () => {
    const wide = (offset: number) => Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`k${at}`, at + offset]));

    expect(user('ModifyUser', { before: wide(0), after: wide(1) }).vbrick).toMatchObject({
      audit: { changes_left_off: 10 },
    });
    expect(user('ModifyUser', { before: { a: 1 }, after: { a: 2 } }).vbrick).not.toHaveProperty(
      'audit.changes_left_off',
    );
  });
});

describe('with the states switched off', () => {
  const closed = (from: Row) => map(from, {}, connection({ includeStates: false }));
  const states = {
    before: {
      UserName: 'secret-1',
      Email: 'secret-2@example.com',
      Status: 'secret-3',
      RoleIds: ['secret-4'],
      AccessControl: 'secret-5',
      Title: 'secret-6',
    },
    after: {
      UserName: 'secret-7',
      Email: 'secret-8@example.com',
      Status: 'secret-9',
      RoleIds: ['secret-10'],
      AccessControl: 'Public',
      DeviceStatus: 'secret-11',
      OwnerUserId: 'secret-12',
    },
    message: {
      UserId: 'secret-13',
      UserIds: ['secret-14'],
      Name: 'secret-15',
      Settings: { Title: 'secret-16', OwnerUserId: THING },
      LogOnSuccessful: false,
    },
  };

  test.each([
    ['Network:RecordUserLogon', 'Network:UserAccess'],
    ['Network:ModifyUser', 'Network:User'],
    ['Network:AddUsersToGroup', 'Network:Group'],
    ['Devices:ModifyDme', 'Devices:DmeDevice'],
    ['Media:SaveVideoSettings', 'Media:Video'],
    ['ScheduledEvents:ModifyWebcast', 'ScheduledEvents:Webcast'],
    ['Network:ModifyRole', 'Network:Role'],
  ])('%s tells what is different, and nothing of what was in it', (messageKey, entityKey) => {
    const fields = closed(row(messageKey, entityKey, BO, states));
    const text = JSON.stringify(fields);

    expect(text).not.toContain('secret');
    expect(text).not.toMatch(/public/i);
    expect(fields.vbrick).toMatchObject({
      audit: { changes: expect.arrayContaining([{ field: 'Status' }, { field: 'Email' }]) },
    });
  });

  test('what it was about, who did it and whether it succeeded is still told', () => {
    expect(closed(row('Network:RecordUserLogon', 'Network:UserAccess', BO, states))).toMatchObject({
      event: { outcome: 'failure', reason: 'Sign-in failed. Status changed' },
      user: { id: BO },
    });
    expect(closed(row('Network:ModifyUser', 'Network:User', BO, states))).toMatchObject({
      event: { action: 'user-status-updated', reason: 'Status changed. Roles changed' },
      user: { id: ANA, target: { id: BO } },
    });
    expect(closed(row('Media:SaveVideoSettings', 'Media:Video', BO, states))).toMatchObject({
      event: { action: 'video-access-updated', reason: 'AccessControl changed' },
      related: { user: [ANA, THING] },
    });
    expect(
      closed(row('Devices:ModifyDme', 'Devices:DmeDevice', BO, { before: { Status: 'a' }, after: { Status: 'b' } }))
        .event,
    ).toMatchObject({
      action: 'device-status-updated',
      reason: 'Status changed',
    });
    expect(closed(row('Network:AddUsersToGroup', 'Network:Group', THING, { message: { UserIds: [BO] } })).user).toEqual(
      { id: ANA, target: { id: BO } },
    );
  });
});

describe('any row', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'Network:ModifyUser',
      'Network:User',
      'Network:UserAccess',
      'Network:RecordUserLogon',
      'Network:Group',
      'Network:AddUsersToGroup',
    ),
    fc.constantFrom(
      'Devices:DmeDevice',
      'Media:Video',
      'Media:SaveVideoSettings',
      'ScheduledEvents:Webcast',
      'x'.repeat(3_000),
    ),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u0000', '\ud800', '|=\n"', '{}', '__proto__'),
  );
  const name = fc.constantFrom(
    ...[
      'Id',
      'UserId',
      'UserIds',
      'Status',
      'Name',
      'Email',
      'UserName',
      'FirstName',
      'LastName',
      'Roles',
      'RoleIds',
      'Title',
    ],
    ...['AccessControl', 'Settings', 'OwnerUserId', 'LogOnSuccessful', 'DeviceStatus', '__proto__', 'constructor', ''],
  );
  const value = fc.oneof(word, fc.jsonValue(), fc.array(fc.oneof(word, fc.dictionary(name, word))));
  const column = fc.oneof(
    fc.dictionary(name, value).map((object) => JSON.stringify(object)),
    word,
    fc.json(),
    fc.jsonValue(),
  );
  const record = fc.dictionary(fc.constantFrom(...COLUMNS), fc.oneof(column, column, word), {
    maxKeys: COLUMNS.length,
  });

  test('that is an object becomes an event that every format takes, with its states or without', () => {
    fc.assert(
      fc.property(record, fc.boolean(), (columns, includeStates) => {
        const from = { value: columns, text: JSON.stringify(columns) };
        const fields = map(from, {}, connection({ includeStates }));
        expect(complaints(fields, from)).toEqual([]);
        expect(JSON.parse(JSON.stringify(fields))).toEqual(fields);
      }),
      { numRuns: 500 },
    );
  });
});
