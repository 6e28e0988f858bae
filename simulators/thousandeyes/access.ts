import type { Reply } from '../send-reply.ts';
import { ACCOUNT_GROUPS, type AccountGroup, ORGANIZATION, TOKEN_OWNER } from './organization.ts';
import { hal, problem } from './replies.ts';

/** The role of the token's owner. */
export type RoleChoice = keyof typeof ROLES;

const SEE_ALL = {
  permissionId: '71',
  label: 'View activity log for all users in account group',
  isManagementPermission: true,
};
const SEE_OWN = { permissionId: '72', label: 'View own activity log', isManagementPermission: false };
const API_ACCESS = { permissionId: '12', label: 'API access', isManagementPermission: false };
const VIEW_TESTS = { permissionId: '20', label: 'View tests', isManagementPermission: false };
const EDIT_USERS = { permissionId: '45', label: 'Edit users in account group', isManagementPermission: true };

export const ROLES = {
  'organization-admin': role('101', 'Organization Admin', true, [API_ACCESS, VIEW_TESTS, EDIT_USERS, SEE_ALL, SEE_OWN]),
  'account-admin': role('102', 'Account Admin', true, [API_ACCESS, VIEW_TESTS, EDIT_USERS, SEE_ALL, SEE_OWN]),
  regular: role('103', 'Regular User', true, [API_ACCESS, VIEW_TESTS, SEE_OWN]),
  'custom-all': role('2201', 'SIEM export', false, [API_ACCESS, SEE_ALL]),
  'custom-own': role('2202', 'Audit reader', false, [API_ACCESS, VIEW_TESTS, SEE_OWN]),
} as const;

interface Role {
  readonly roleId: string;
  readonly name: string;
  readonly isBuiltin: boolean;
  readonly permissions: readonly (typeof SEE_ALL)[];
}

function role(roleId: string, name: string, isBuiltin: boolean, permissions: Role['permissions']): Role {
  return { roleId, name, isBuiltin, permissions };
}

/** The part of the log that a role shows: account groups, and whether other users' events. */
export interface Visibility {
  readonly groups: readonly AccountGroup[];
  readonly seesOthers: boolean;
}

/** Organization Admins are in every account group; all other roles are in the first two. */
export function visibilityOf(choice: RoleChoice): Visibility {
  const groups = choice === 'organization-admin' ? ACCOUNT_GROUPS : ACCOUNT_GROUPS.slice(0, 2);
  return { groups, seesOthers: ROLES[choice].permissions.includes(SEE_ALL) };
}

/** `GET /users/current`. */
export function currentUser(choice: RoleChoice, self: string): Reply {
  const { groups } = visibilityOf(choice);
  const { roleId, name, isBuiltin } = ROLES[choice];
  const roles = [{ roleId, name, isBuiltin }];
  const isEverywhere = choice === 'organization-admin';
  const assigned = isEverywhere ? groups.slice(0, 1) : groups;
  return hal(
    JSON.stringify({
      uid: TOKEN_OWNER.uid,
      name: TOKEN_OWNER.name,
      email: TOKEN_OWNER.email,
      dateRegistered: '2024-03-04T08:15:00Z',
      loginAccountGroup: groups[0],
      accountGroupRoles: assigned.map((accountGroup) => ({ accountGroup, roles })),
      allAccountGroupRoles: isEverywhere ? roles : [],
      _links: { self: { href: self } },
    }),
  );
}

/** `GET /roles/{id}`. */
export function roleById(roleId: string, self: string): Reply {
  const found = Object.values(ROLES).find((one) => one.roleId === roleId);
  if (!found) return problem(404, 'The role does not exist', `/v7/roles/${roleId}`);
  const hasManagementPermissions = found.permissions.some((permission) => permission.isManagementPermission);
  return hal(JSON.stringify({ ...found, hasManagementPermissions, _links: { self: { href: self } } }));
}

/** `GET /account-groups`: the groups that the token's owner is assigned to. */
export function accountGroups(choice: RoleChoice, self: string): Reply {
  const groups = visibilityOf(choice).groups.map(({ aid, accountGroupName }, index) => ({
    aid,
    accountGroupName,
    isCurrentAccountGroup: index === 0,
    isDefaultAccountGroup: index === 0,
    organizationName: ORGANIZATION.name,
    orgId: ORGANIZATION.orgId,
  }));
  return hal(JSON.stringify({ accountGroups: groups, _links: { self: { href: self } } }));
}
