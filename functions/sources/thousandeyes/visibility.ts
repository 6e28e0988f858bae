import type { Answer, Connection, Request, Visibility } from '../../core/model.ts';
import { type Fields, fieldsOf, objectsIn, parseJson } from '../../source-kit/json-values.ts';
import { idOf } from '../../source-kit/scalars.ts';
import { HEADERS } from './request-headers.ts';

/** Built-in roles that see every user's activity, in lower case. */
const SEEING_ROLES: ReadonlySet<string> = new Set(['organization admin', 'account admin']);
/** Permissions that let any role see it, in lower case. */
const SEEING_PERMISSIONS: ReadonlySet<string> = new Set([
  'view activity log for all users in account group',
  'view user activity in all account groups',
]);
/** The built-in role that sees its owner's own sign-ins only. */
const BLIND_ROLE = 'regular user';
const MAX_ROLES_ASKED = 5;
const ROLE_ID = /^[\w-]{1,64}$/;
/** Stands for all account groups, present and future, if a role was given for all of them at once. */
const EVERY_GROUP = '*';

type Reach = 'all' | 'own' | 'unknown';

/** How much of the activity log a token shows. A token with few permissions gets no error from the API, only fewer records. */
export interface Seen {
  readonly sees: Reach;
  /** The account groups whose whole log is visible, sorted. */
  readonly groups: readonly string[];
  /** The account groups where only the token owner's events are visible, sorted. */
  readonly ownOnly: readonly string[];
  /** The account groups for which this could not be found out, sorted. */
  readonly unclear: readonly string[];
  readonly allAccountGroups: boolean;
  /** What the operator has confirmed in settings.scopeAccepted. A new value accepts what is visible now. */
  readonly basis: string;
}

interface Role {
  /** Undefined if its permissions need not be asked for. */
  readonly id: string | undefined;
  readonly reach: Reach | undefined;
}

/** How much the token sees: from the names of its owner's roles, and from their permissions if the names do not tell. */
export const visibility: Visibility = {
  first: () => ({ url: '/users/current', headers: HEADERS }),
  read,
  compare,
  singleActorWarning:
    'All events of a long stretch are of one user: the ThousandEyes token may lack the permission ' +
    '`View activity log for all users in account group`, and then gets only its owner’s own events. Give the owner’s role that permission.',
};

function read(answers: readonly Answer[], connection: Connection): { next: Request } | { seen: Seen | undefined } {
  const [userAnswer, ...roleAnswers] = answers;
  const groups = rolesByGroup(bodyOf(userAnswer), connection);
  const toAsk = rolesToAsk(groups);
  const id = toAsk[roleAnswers.length];
  if (id !== undefined) return { next: { url: `/roles/${id}`, headers: HEADERS } };
  const reachOfRole = new Map(toAsk.map((role, at) => [role, reachByPermissions(bodyOf(roleAnswers[at]))]));
  const seen = summary(groups, reachOfRole, connection);
  // An unknown result must not replace a known one.
  return { seen: seen.sees === 'unknown' ? undefined : seen };
}

function summary(
  groups: ReadonlyMap<string, readonly Role[]>,
  reachOfRole: ReadonlyMap<string, Reach>,
  { settings }: Connection,
): Seen {
  const sorted: Record<Reach, string[]> = { all: [], own: [], unknown: [] };
  for (const [group, roles] of groups) {
    const reaches = roles.map((role) => role.reach ?? reachOfRole.get(role.id ?? '') ?? 'unknown');
    const best = reaches.includes('all')
      ? 'all'
      : reaches.includes('unknown') || reaches.length === 0
        ? 'unknown'
        : 'own';
    sorted[best].push(group);
  }
  const { all, own, unknown } = sorted;
  return {
    sees: all.length > 0 ? 'all' : own.length > 0 && unknown.length === 0 ? 'own' : 'unknown',
    groups: all.sort(),
    ownOnly: own.sort(),
    unclear: unknown.sort(),
    allAccountGroups: settings.allAccountGroups === true,
    basis: typeof settings.scopeAccepted === 'string' ? settings.scopeAccepted : '',
  };
}

/** The roles that count in each account group that the feed reads. */
function rolesByGroup(user: Fields, { settings }: Connection): ReadonlyMap<string, readonly Role[]> {
  const everywhere = objectsIn(user.allAccountGroupRoles).map(roleOf);
  const groups = new Map<string, Role[]>();
  for (const entry of objectsIn(user.accountGroupRoles)) {
    const aid = idOf(fieldsOf(entry.accountGroup).aid);
    if (aid !== undefined) groups.set(aid, [...(groups.get(aid) ?? everywhere), ...objectsIn(entry.roles).map(roleOf)]);
  }
  if (settings.allAccountGroups === true) return everywhere.length > 0 ? groups.set(EVERY_GROUP, everywhere) : groups;
  const aid = idOf(settings.aid) ?? idOf(fieldsOf(user.loginAccountGroup).aid);
  return aid === undefined ? new Map() : new Map([[aid, groups.get(aid) ?? everywhere]]);
}

/** The roles whose permissions must be asked for: those of groups without a role that is known to see everything. */
function rolesToAsk(groups: ReadonlyMap<string, readonly Role[]>): readonly string[] {
  const ids = new Set<string>();
  for (const roles of groups.values()) {
    if (roles.some(({ reach }) => reach === 'all')) continue;
    for (const { id } of roles) if (id !== undefined) ids.add(id);
  }
  return [...ids].sort().slice(0, MAX_ROLES_ASKED);
}

function roleOf(role: Fields): Role {
  const name = typeof role.name === 'string' ? role.name.trim().toLowerCase() : '';
  // A custom role may have the name of a built-in role and permit something else.
  const builtIn = role.isBuiltin !== false;
  if (builtIn && SEEING_ROLES.has(name)) return { id: undefined, reach: 'all' };
  if (builtIn && name === BLIND_ROLE) return { id: undefined, reach: 'own' };
  const id = idOf(role.roleId);
  return { id: id !== undefined && ROLE_ID.test(id) ? id : undefined, reach: undefined };
}

function reachByPermissions(role: Fields): Reach {
  if (!Array.isArray(role.permissions)) return 'unknown';
  const labels = objectsIn(role.permissions).map(({ label }) =>
    typeof label === 'string' ? label.trim().toLowerCase() : '',
  );
  return labels.some((label) => SEEING_PERMISSIONS.has(label)) ? 'all' : 'own';
}

function compare(seen: unknown, before: unknown): { warning?: string; shrank?: string } {
  if (!isSeen(seen)) return {};
  const lost = isSeen(before) && before.basis === seen.basis ? lossSince(seen, before) : undefined;
  return {
    ...(seen.ownOnly.length > 0 && { warning: narrowWarning(seen) }),
    ...(lost !== undefined && {
      shrank: `${lost}. Give it back, or set settings.scopeAccepted to today’s date when it is meant.`,
    }),
  };
}

function narrowWarning({ sees, ownOnly }: Seen): string {
  const where = sees === 'own' ? '' : ` in the account groups ${namesOf(ownOnly)}`;
  return (
    `The ThousandEyes token lacks the permission \`View activity log for all users in account group\`${where}: ` +
    'the answers hold only the token owner’s own events. Give the owner’s role that permission.'
  );
}

function lossSince(seen: Seen, before: Seen): string | undefined {
  if (before.sees === 'all' && seen.sees === 'own') {
    return 'The ThousandEyes token saw all users’ activity and now sees only its owner’s (`View activity log for all users in account group` is gone)';
  }
  if (!seen.allAccountGroups || !before.allAccountGroups || seen.sees !== 'all' || seen.groups.includes(EVERY_GROUP))
    return undefined;
  const gone = before.groups.filter((group) => !seen.groups.includes(group) && !seen.unclear.includes(group));
  return gone.length > 0
    ? `The ThousandEyes token no longer sees the whole activity of the account groups ${namesOf(gone)}`
    : undefined;
}

function namesOf(groups: readonly string[]): string {
  const names = groups
    .slice(0, 20)
    .map((group) => (group === EVERY_GROUP ? 'given by a role for all account groups' : group));
  return groups.length > names.length
    ? `${names.join(', ')} and ${groups.length - names.length} more`
    : names.join(', ');
}

/** Whether the value has the shape that `read` makes. A checkpoint of another version may hold something else. */
function isSeen(value: unknown): value is Seen {
  const { sees, groups, ownOnly, unclear, basis } = fieldsOf(value);
  return typeof sees === 'string' && typeof basis === 'string' && [groups, ownOnly, unclear].every(Array.isArray);
}

/** The answer's document. Empty if the answer is no success, no JSON or no object. */
function bodyOf(answer: Answer | undefined): Fields {
  return fieldsOf(answer && answer.status >= 200 && answer.status <= 299 ? parseJson(answer.text) : undefined);
}
