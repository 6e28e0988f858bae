import { pick } from '../../random.ts';
import { type Happened, pickStory, type Story } from './story.ts';
import { GROUPS, PEOPLE, type Person, ROLES, type Thing } from './tenant.ts';

const ACTIVE = { Status: 'Active', ItemStatus: 'Active' };
const FAILED_SHARE = 0.15;

/** Only the first of these keys is documented; the others follow its manner. */
const LOGONS = ['RecordLdapConnectorUserLogon', 'RecordUserLogon', 'RecordSsoUserLogon'];
const LOGOFF_SHARE = 0.25;

/** Somebody came, tried to, or went. */
export function accessHappened(random: () => number): Happened {
  const user = pick(random, PEOPLE);
  if (random() < LOGOFF_SHARE) return access(user, 'RecordUserLogoff', {});
  const isGood = random() >= FAILED_SHARE;
  const key = pick(random, LOGONS);
  return access(user, key, { LogOnSuccessful: isGood });
}

/** One record of the user access log. */
export function access(user: Person, key: string, says: object, after: object = {}): Happened {
  return {
    messageKey: `Network:${key}`,
    entityKey: 'Network:UserAccess',
    entityId: user.id,
    actor: user,
    says: { UserId: user.id, ...says },
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
    tell: (user) => ({ says: {}, before: userState(user, { Status: from }), after: userState(user, { Status: to }) }),
  };
}

/** None of these keys is documented. */
const USER_STORIES: readonly Story<Person>[] = [
  {
    weight: 3,
    key: 'AddUser',
    tell: (user) => ({
      says: { Username: user.username, Email: user.email },
      before: null,
      after: userState(user, { Status: 'AwaitingConfirmation' }),
    }),
  },
  { weight: 2, key: 'DeleteUser', tell: (user) => ({ says: {}, before: userState(user), after: null }) },
  statusChange('SuspendUser', 3, 'Active', 'Suspended'),
  statusChange('UnsuspendUser', 1, 'Suspended', 'Active'),
  statusChange('UnlockUser', 1, 'LockedOut', 'Active'),
  statusChange('ResetUserPassword', 1, 'Active', 'AwaitingPasswordReset'),
  { ...statusChange('ModifyUserLicense', 1, 'Unlicensed', 'Active'), isOfSystem: true },
  {
    weight: 5,
    key: 'ModifyUser',
    tell(user, random) {
      const title = pick(random, ['Engineer, "Video"', 'Producer\nlive events', 'Leitung Öffentlichkeitsarbeit']);
      return { says: { Title: title }, before: userState(user), after: userState(user, { Title: title }) };
    },
  },
  {
    weight: 4,
    key: 'AddRolesToUser',
    tell(user, random) {
      const role = pick(random, ROLES);
      return {
        says: { RoleIds: [role.id] },
        before: userState(user),
        after: userState(user, { RoleIds: [role.id] }),
      };
    },
  },
  {
    weight: 2,
    key: 'RemoveRolesFromUser',
    tell(user, random) {
      const role = pick(random, ROLES);
      return {
        says: { RoleIds: [role.id] },
        before: userState(user, { RoleIds: [role.id] }),
        after: userState(user),
      };
    },
  },
];

/** None of these keys is documented. */
const GROUP_STORIES: readonly Story<Thing>[] = [
  { weight: 2, key: 'AddGroup', tell: ({ name }) => ({ says: { Name: name }, before: null, after: { Name: name } }) },
  {
    weight: 2,
    key: 'ModifyGroup',
    tell: ({ name }) => ({ says: { Name: name }, before: { Name: `${name} (old)` }, after: { Name: name } }),
  },
  {
    weight: 5,
    key: 'AddUsersToGroup',
    tell({ name }, random) {
      const ids = [pick(random, PEOPLE).id];
      return { says: { UserIds: ids }, before: { Name: name, UserIds: [] }, after: { Name: name, UserIds: ids } };
    },
  },
  {
    weight: 3,
    key: 'RemoveUsersFromGroup',
    tell({ name }, random) {
      const ids = [pick(random, PEOPLE).id];
      return { says: { UserIds: ids }, before: { Name: name, UserIds: ids }, after: { Name: name, UserIds: [] } };
    },
  },
  { weight: 1, key: 'DeleteGroup', tell: ({ name }) => ({ says: {}, before: { Name: name }, after: null }) },
];

/** A user record was made, changed or removed. */
export function userHappened(random: () => number): Happened {
  const user = pick(random, PEOPLE);
  const story = pickStory(random, USER_STORIES);
  const change = story.tell(user, random);
  return {
    ...change,
    messageKey: `Network:${story.key}`,
    entityKey: 'Network:User',
    entityId: user.id,
    actor: story.isOfSystem ? null : pick(random, PEOPLE),
    says: { UserId: user.id, ...change.says },
  };
}

/** A group was made, changed or removed. */
export function groupHappened(random: () => number): Happened {
  const group = pick(random, GROUPS);
  const story = pickStory(random, GROUP_STORIES);
  const change = story.tell(group, random);
  return {
    ...change,
    messageKey: `Network:${story.key}`,
    entityKey: 'Network:Group',
    entityId: group.id,
    actor: pick(random, PEOPLE),
    says: { GroupId: group.id, ...change.says },
  };
}
