import type { EcsUser } from '../core/ecs-event.ts';
import { distinct } from './present.ts';

/**
 * Understands a person written as `Ana Duarte (ana@example.com)`, as an e-mail address, or as a name. People sign in with their
 * address, so it is the user's name.
 */
export function personIn(text: string, id?: string): EcsUser {
  const open = text.lastIndexOf(' (');
  const inside = open >= 0 && text.endsWith(')') ? text.slice(open + 2, -1) : '';
  const person: EcsUser = id === undefined ? {} : { id };
  const email = isEmail(inside) ? inside : isEmail(text) ? text : undefined;
  if (email !== undefined) {
    person.name = email;
    person.email = email;
    const fullName = email === inside ? text.slice(0, open).trim() : '';
    if (fullName !== '') person.full_name = fullName;
  } else if (text !== '') person.name = text;
  return person;
}

/** First and last name as one text; either may be missing. */
export function fullNameOf(first: string | undefined, last: string | undefined): string | undefined {
  const names = [first, last].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.join(' ');
}

/** The name of a user for display. */
export function displayNameOf({ full_name, name, email, id }: EcsUser): string | undefined {
  return full_name ?? name ?? email ?? id;
}

/** All texts by which people may search for these users. Undefined if there are none. */
export function searchTermsOf(...users: readonly (EcsUser | undefined)[]): string[] | undefined {
  const terms: (string | undefined)[] = [];
  for (const user of users) if (user) terms.push(user.id, user.name, user.email, user.full_name);
  return distinct(terms);
}

function isEmail(text: string): boolean {
  return text.includes('@') && !/[\s()]/.test(text);
}
