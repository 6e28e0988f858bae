import type { Answer, Connection, Request, Visibility } from '../../core/model.ts';

/** Built-in roles that see every user's activity, in lower case. */
const SEEING_ROLES: ReadonlySet<string> = new Set(['organization admin', 'account admin']);
/** Permissions that let any role see it, in lower case. */
const SEEING_PERMISSIONS: ReadonlySet<string> = new Set([
  'view activity log for all users in account group',
  'view user activity in all account groups',
]);
/** The built-in role that sees its owner's own sign-ins only. */
const BLIND_ROLE = 'regular user';
const MOST_ROLES_ASKED = 5;
const HEADERS = { accept: 'application/hal+json, application/json' };
const ROLE_ID = /^[\w-]{1,64}$/;
/** Stands for all account groups, present and to come, where a role was given for all of them at once. */
const EVERY_GROUP = '*';

type Reach = 'all' | 'own' | 'unknown';

/** How much of the activity log a token shows. A weak token gets no error from the API, only fewer records. */
export interface Seen {
  readonly sees: Reach;
  /** The account groups whose whole log is visible, sorted. */
  readonly groups: readonly string[];
  /** The account groups where only the token owner's events are visible, sorted. */
  readonly ownOnly: readonly string[];
  /** The account groups of which nobody could say, sorted. */
  readonly unclear: readonly string[];
  readonly allAccountGroups: boolean;
  /** What an operator has declared as meant; a change of it accepts what is visible now. */
  readonly basis: string;
}

interface Role {
  /** None where its permissions need not be asked for. */
  readonly id: string | undefined;
  readonly reach: Reach | undefined;
}

/** How much the token sees: from its owner's roles, and where their names do not say, from what they permit. */
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
  const toAsk = unclearRoles(groups);
  const id = toAsk[roleAnswers.length];
  if (id !== undefined) return { next: { url: `/roles/${id}`, headers: HEADERS } };
  const reachOfRole = new Map(toAsk.map((role, at) => [role, permittedReach(bodyOf(roleAnswers[at]))]));
  const seen = summary(groups, reachOfRole, connection);
  // What could not be found out must not take the place of what was known.
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
function rolesByGroup(user: Record<string, unknown>, { settings }: Connection): ReadonlyMap<string, readonly Role[]> {
  const everywhere = listOf(user.allAccountGroupRoles).map(roleOf);
  const groups = new Map<string, Role[]>();
  for (const entry of listOf(user.accountGroupRoles)) {
    const aid = idOf(objectOf(entry.accountGroup).aid);
    if (aid !== undefined) groups.set(aid, [...(groups.get(aid) ?? everywhere), ...listOf(entry.roles).map(roleOf)]);
  }
  if (settings.allAccountGroups === true) return everywhere.length > 0 ? groups.set(EVERY_GROUP, everywhere) : groups;
  const aid = idOf(settings.aid) ?? idOf(objectOf(user.loginAccountGroup).aid);
  return aid === undefined ? new Map() : new Map([[aid, groups.get(aid) ?? everywhere]]);
}

/** The roles whose permissions have to be asked for: those of the groups that no named role opens. */
function unclearRoles(groups: ReadonlyMap<string, readonly Role[]>): readonly string[] {
  const ids = new Set<string>();
  for (const roles of groups.values()) {
    if (roles.some(({ reach }) => reach === 'all')) continue;
    for (const { id } of roles) if (id !== undefined) ids.add(id);
  }
  return [...ids].sort().slice(0, MOST_ROLES_ASKED);
}

function roleOf(role: Record<string, unknown>): Role {
  const name = typeof role.name === 'string' ? role.name.trim().toLowerCase() : '';
  // A role of one's own may carry a built-in role's name and permit something else.
  const builtIn = role.isBuiltin !== false;
  if (builtIn && SEEING_ROLES.has(name)) return { id: undefined, reach: 'all' };
  if (builtIn && name === BLIND_ROLE) return { id: undefined, reach: 'own' };
  const id = idOf(role.roleId);
  return { id: id !== undefined && ROLE_ID.test(id) ? id : undefined, reach: undefined };
}

function permittedReach(role: Record<string, unknown>): Reach {
  if (!Array.isArray(role.permissions)) return 'unknown';
  const labels = listOf(role.permissions).map(({ label }) =>
    typeof label === 'string' ? label.trim().toLowerCase() : '',
  );
  return labels.some((label) => SEEING_PERMISSIONS.has(label)) ? 'all' : 'own';
}

function compare(seen: unknown, before: unknown): { warning?: string; shrank?: string } {
  if (!isSeen(seen)) return {};
  const lost = isSeen(before) && before.basis === seen.basis ? whatIsLost(seen, before) : undefined;
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

function whatIsLost(seen: Seen, before: Seen): string | undefined {
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

/** Whether this is what `read` makes: it may come from a checkpoint that another version has written. */
function isSeen(value: unknown): value is Seen {
  const { sees, groups, ownOnly, unclear, basis } = objectOf(value);
  return typeof sees === 'string' && typeof basis === 'string' && [groups, ownOnly, unclear].every(Array.isArray);
}

/** The answer's document; an empty one when it is no success, no JSON or no object. */
function bodyOf(answer: Answer | undefined): Record<string, unknown> {
  if (!answer || answer.status < 200 || answer.status > 299) return {};
  try {
    return objectOf(JSON.parse(answer.text));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/** Ids were numbers in version 6 and are strings in version 7. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
