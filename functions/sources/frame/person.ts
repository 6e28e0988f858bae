import type { EcsUser } from '../../core/ecs-event.ts';
import { distinct, type Fields, present, textOf } from './fields.ts';

/** The user of a record. One signs in with the address: it is the user’s name. What an API key does has no address. */
export function personOf(record: Fields): EcsUser | undefined {
  const email = textOf(record.user_email);
  const names = [textOf(record.user_first_name), textOf(record.user_last_name)].filter((name) => name !== undefined);
  return present({
    id: textOf(record.user_id),
    name: email,
    email,
    full_name: names.length > 0 ? names.join(' ') : undefined,
    // The directory that vouches for the user.
    domain: textOf(record.user_idp),
  });
}

/** All that a user may be searched by. */
export function namesOf(user: EcsUser | undefined): string[] | undefined {
  return distinct([user?.id, user?.email, user?.full_name]);
}

/** What is said of somebody, with their name before it. */
export function saidOf(user: EcsUser | undefined, what: string): string {
  const who = user?.full_name ?? user?.name ?? user?.id;
  return who === undefined ? what : `${who}: ${what}`;
}
