import type { EcsUser } from '../../../core/ecs-event.ts';
import { isObject, type JsonObject, textIn, textOf, textsOf, valueIn } from '../answers/json-object.ts';

const MOST_ROLES = 50;

/** What a user's state says about who that is. Only the first property of each pair is known from the vendor's own types. */
export function personIn(state: JsonObject | undefined): EcsUser {
  const fullName =
    textIn(state, 'fullname', 'displayname') ?? joined(textIn(state, 'firstname'), textIn(state, 'lastname'));
  return present({
    name: textIn(state, 'username', 'loginname'),
    email: textIn(state, 'email', 'emailaddress'),
    full_name: fullName,
  });
}

/** Who acted: an id, and sometimes a name, which may be of either kind. */
export function principalIn(principal: JsonObject | undefined): EcsUser {
  const name = textIn(principal, 'name');
  const named = name === undefined ? {} : /\s/.test(name) ? { full_name: name } : { name };
  return { ...present({ id: textIn(principal, 'id', 'userid') }), ...named, ...personIn(principal) };
}

/** The roles in a user's state: their names, else their ids; none where it says nothing of roles. */
export function rolesIn(state: JsonObject | undefined): readonly string[] | undefined {
  const roles = valueIn(state, 'roles', 'rolenames', 'roleids');
  if (!Array.isArray(roles)) return undefined;
  return textsOf(
    roles.map((role) => (isObject(role) ? textIn(role, 'name', 'id', 'roleid') : textOf(role))),
    MOST_ROLES,
  );
}

/** What is in one description of a person and not the same in the other. */
export function changedIn(before: EcsUser, after: EcsUser): EcsUser {
  const fields = ['name', 'email', 'full_name'] as const;
  return present(
    Object.fromEntries(fields.filter((field) => before[field] !== after[field]).map((field) => [field, after[field]])),
  );
}

function joined(first: string | undefined, last: string | undefined): string | undefined {
  return [first, last].filter((part) => part !== undefined).join(' ') || undefined;
}

function present(fields: Readonly<Record<string, string | undefined>>): EcsUser {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
