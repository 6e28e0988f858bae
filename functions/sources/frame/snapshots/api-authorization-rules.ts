import type { EcsFields, EcsUser } from '../../../core/ecs-event.ts';
import { isSame } from '../../../core/events/differences.ts';
import type { Change, Connection, SnapshotStream } from '../../../core/model.ts';
import { HOUR } from '../../../core/time.ts';
import { isObject } from '../../../source-kit/json-values.ts';
import { distinct, present } from '../../../source-kit/present.ts';
import { idOf } from '../../../source-kit/scalars.ts';
import { customerRequest } from './customer-request.ts';
import { baselineFields, DAILY, driftFields, type Kind, nameOf } from './drift-fields.ts';
import { itemOf, LONGEST_ID } from './item.ts';
import { listRows } from './read-answer.ts';
import { nameText, someOf } from './wording.ts';

const KIND: Kind = { title: 'API keys', thing: 'API key', noun: 'api-authorization-rule', category: 'iam' };

/** Who may use the customer's API, and in which roles. */
export const apiAuthorizationRules: SnapshotStream = {
  ...DAILY,
  name: 'api-authorization-rules',
  title: KIND.title,
  thing: KIND.thing,
  enabled: true,
  every: HOUR,
  first: (connection) => customerRequest(connection, 'api_authorization_rules'),
  read: (answer) => ({ rows: listRows(answer), asks: [] }),
  items: ({ value }) => [itemOf(value, ['id', 'api_authorization_id'])],
  mapChange,
  mapBaseline: (items, connection) => baselineFields(KIND, items, connection),
};

/** In ECS, `user.target` is the user before the change, and `user.changes` holds the new values. */
function mapChange(change: Change, connection: Connection): EcsFields {
  const { event, ...fields } = driftFields(KIND, change, connection);
  const before = userOf(change.before);
  const after = userOf(change.after);
  const target = change.kind === 'created' ? after : before;
  const changes = change.kind === 'changed' ? changesOf(before, after) : undefined;
  const people = distinct([target?.id, target?.name, changes?.id, changes?.name]);
  const roles = (change.kind === 'created' ? after?.roles : undefined) ?? [];
  return {
    ...fields,
    event: {
      ...event,
      type: [...(event.type ?? []), 'user'],
      ...(change.kind === 'changed' && roleAction(before?.roles, after?.roles)),
      ...(roles.length > 0 && { reason: `roles: ${someOf(roles.map(nameText))}` }),
    },
    ...((target || changes) && { user: { ...(target && { target }), ...(changes && { changes }) } }),
    ...(people && { related: { user: people } }),
  };
}

/** A key has a user of its own, which its requests are made by. */
function userOf(value: unknown): EcsUser | undefined {
  if (!isObject(value)) return undefined;
  return present({
    id: idOf(value.api_authorization_id, LONGEST_ID) ?? idOf(value.id, LONGEST_ID),
    name: nameOf(value),
    roles: Array.isArray(value.roles) ? distinct(value.roles.map(roleName)) : undefined,
  });
}

/** A role that a key is given or loses is an act of its own, as with any other user. */
function roleAction(had: readonly string[] = [], has: readonly string[] = []): { action?: string } {
  const gained = has.some((role) => !had.includes(role));
  const lost = had.some((role) => !has.includes(role));
  if (!gained && !lost) return {};
  if (gained && lost) return { action: 'user-roles-updated' };
  return { action: gained ? 'role-assigned' : 'role-removed' };
}

function roleName(assignment: unknown): string | undefined {
  return nameOf(isObject(assignment) && isObject(assignment.role) ? assignment.role : assignment);
}

function changesOf(before: EcsUser | undefined, after: EcsUser | undefined): EcsUser | undefined {
  const { id, name, roles } = after ?? {};
  return present({
    id: id === before?.id ? undefined : id,
    name: name === before?.name ? undefined : name,
    roles: isSame(roles, before?.roles) ? undefined : roles,
  });
}
