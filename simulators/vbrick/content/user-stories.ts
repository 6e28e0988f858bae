import { pick } from '../../random.ts';
import { type EventContent, pickStory, type Story } from './story.ts';
import { GROUPS, PEOPLE, type Person, ROLES, type Thing } from './tenant.ts';

const ACTIVE = { Status: 'Active', ItemStatus: 'Active' };
const FAILED_SHARE = 0.15;

/** Only the first of these keys is documented; the others follow its style. */
const LOGONS = ['RecordLdapConnectorUserLogon', 'RecordUserLogon', 'RecordSsoUserLogon'];
const LOGOFF_SHARE = 0.25;

/** A user logged in, failed to, or logged off. */
export function accessEvent(random: () => number): EventContent {
  const user = pick(random, PEOPLE);
  if (random() < LOGOFF_SHARE) return access(user, 'RecordUserLogoff', {});
  const isGood = random() >= FAILED_SHARE;
  const key = pick(random, LOGONS);
  return access(user, key, { LogOnSuccessful: isGood });
}

/** One record of the user access log. */
export function access(user: Person, key: string, command: object, after: object = {}): EventContent {
  return {
    messageKey: `Network:${key}`,
    entityKey: 'Network:UserAccess',
    entityId: user.id,
    actor: user,
    command: { UserId: user.id, ...command },
    before: ACTIVE,
    after: { ...ACTIVE, ...after },
  };
}

function userState(user: Person, changes: object = {}): object {
  return {
    Username: user.username,
    FirstName: user.firstName,
    LastName: user.lastName,
    Email: user.email,
    Title: user.title,
    PhoneNumber: '+44 20 7946 0000',
    ...ACTIVE,
    RoleIds: [],
    ...changes,
  };
}

function statusChange(key: string, weight: number, from: string, to: string): Story<Person> {
  return {
    weight,
    key,
    change: (user) => ({
      command: {},
      before: userState(user, { Status: from }),
      after: userState(user, { Status: to }),
    }),
  };
}

/** None of these keys is documented. */
const USER_STORIES: readonly Story<Person>[] = [
  {
    weight: 3,
    key: 'AddUser',
    change: (user) => ({
      command: { Username: user.username, Email: user.email },
      before: null,
      after: userState(user, { Status: 'AwaitingConfirmation' }),
    }),
  },
  { weight: 2, key: 'DeleteUser', change: (user) => ({ command: {}, before: userState(user), after: null }) },
  statusChange('SuspendUser', 3, 'Active', 'Suspended'),
  statusChange('UnsuspendUser', 1, 'Suspended', 'Active'),
  statusChange('UnlockUser', 1, 'LockedOut', 'Active'),
  statusChange('ResetUserPassword', 1, 'Active', 'AwaitingPasswordReset'),
  { ...statusChange('ModifyUserLicense', 1, 'Unlicensed', 'Active'), bySystem: true },
  {
    weight: 5,
    key: 'ModifyUser',
    change(user, random) {
      const title = pick(random, ['Engineer, "Video"', 'Producer\nlive events', 'Leitung Öffentlichkeitsarbeit']);
      return { command: { Title: title }, before: userState(user), after: userState(user, { Title: title }) };
    },
  },
  {
    weight: 4,
    key: 'AddRolesToUser',
    change(user, random) {
      const role = pick(random, ROLES);
      return {
        command: { RoleIds: [role.id] },
        before: userState(user),
        after: userState(user, { RoleIds: [role.id] }),
      };
    },
  },
  {
    weight: 2,
    key: 'RemoveRolesFromUser',
    change(user, random) {
      const role = pick(random, ROLES);
      return {
        command: { RoleIds: [role.id] },
        before: userState(user, { RoleIds: [role.id] }),
        after: userState(user),
      };
    },
  },
];

/** None of these keys is documented. */
const GROUP_STORIES: readonly Story<Thing>[] = [
  {
    weight: 2,
    key: 'AddGroup',
    change: ({ name }) => ({ command: { Name: name }, before: null, after: { Name: name } }),
  },
  {
    weight: 2,
    key: 'ModifyGroup',
    change: ({ name }) => ({ command: { Name: name }, before: { Name: `${name} (old)` }, after: { Name: name } }),
  },
  {
    weight: 5,
    key: 'AddUsersToGroup',
    change({ name }, random) {
      const ids = [pick(random, PEOPLE).id];
      return { command: { UserIds: ids }, before: { Name: name, UserIds: [] }, after: { Name: name, UserIds: ids } };
    },
  },
  {
    weight: 3,
    key: 'RemoveUsersFromGroup',
    change({ name }, random) {
      const ids = [pick(random, PEOPLE).id];
      return { command: { UserIds: ids }, before: { Name: name, UserIds: ids }, after: { Name: name, UserIds: [] } };
    },
  },
  { weight: 1, key: 'DeleteGroup', change: ({ name }) => ({ command: {}, before: { Name: name }, after: null }) },
];

/** A user record was made, changed or removed. */
export function userEvent(random: () => number): EventContent {
  const user = pick(random, PEOPLE);
  const story = pickStory(random, USER_STORIES);
  const change = story.change(user, random);
  return {
    ...change,
    messageKey: `Network:${story.key}`,
    entityKey: 'Network:User',
    entityId: user.id,
    actor: story.bySystem ? null : pick(random, PEOPLE),
    command: { UserId: user.id, ...change.command },
  };
}

/** A group was made, changed or removed. */
export function groupEvent(random: () => number): EventContent {
  const group = pick(random, GROUPS);
  const story = pickStory(random, GROUP_STORIES);
  const change = story.change(group, random);
  return {
    ...change,
    messageKey: `Network:${story.key}`,
    entityKey: 'Network:Group',
    entityId: group.id,
    actor: pick(random, PEOPLE),
    command: { GroupId: group.id, ...change.command },
  };
}
