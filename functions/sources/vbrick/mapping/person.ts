import type { EcsUser } from '../../../core/ecs-event.ts';
import { type Fields, isObject } from '../../../source-kit/json-values.ts';
import { fullNameOf } from '../../../source-kit/persons.ts';
import { defined } from '../../../source-kit/present.ts';
import { textIn, textOf, textsOf, valueIn } from '../answers/json-object.ts';

const MAX_ROLES = 50;

/** The person in a user's state. Of each pair of properties, only the first is known from the vendor's own types. */
export function personIn(state: Fields | undefined): EcsUser {
  const fullName =
    textIn(state, 'fullname', 'displayname') ?? fullNameOf(textIn(state, 'firstname'), textIn(state, 'lastname'));
  return defined({
    name: textIn(state, 'username', 'loginname'),
    email: textIn(state, 'email', 'emailaddress'),
    full_name: fullName,
  });
}

/** Who acted: an id, and sometimes a name, which may be a user name or a full name. */
export function principalIn(principal: Fields | undefined): EcsUser {
  const name = textIn(principal, 'name');
  const named = name === undefined ? {} : /\s/.test(name) ? { full_name: name } : { name };
  return { ...defined({ id: textIn(principal, 'id', 'userid') }), ...named, ...personIn(principal) };
}

/** The roles in a user's state: their names, else their ids. Undefined if the state has no roles property. */
export function rolesIn(state: Fields | undefined): readonly string[] | undefined {
  const roles = valueIn(state, 'roles', 'rolenames', 'roleids');
  if (!Array.isArray(roles)) return undefined;
  return textsOf(
    roles.map((role) => (isObject(role) ? textIn(role, 'name', 'id', 'roleid') : textOf(role))),
    MAX_ROLES,
  );
}

/** The fields of a person that are different afterwards, with their new values. */
export function changedIn(before: EcsUser, after: EcsUser): EcsUser {
  const fields = ['name', 'email', 'full_name'] as const;
  return defined(
    Object.fromEntries(fields.filter((field) => before[field] !== after[field]).map((field) => [field, after[field]])),
  );
}
