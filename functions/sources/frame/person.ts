import type { EcsUser } from '../../core/ecs-event.ts';
import type { Fields } from '../../source-kit/json-values.ts';
import { fullNameOf } from '../../source-kit/persons.ts';
import { present } from '../../source-kit/present.ts';
import { textOf } from '../../source-kit/scalars.ts';

/** The user of a record. People sign in with their address, so it is the user's name. API keys have no address. */
export function personOf(record: Fields): EcsUser | undefined {
  const email = textOf(record.user_email);
  return present({
    id: textOf(record.user_id),
    name: email,
    email,
    full_name: fullNameOf(textOf(record.user_first_name), textOf(record.user_last_name)),
    // The identity provider of the user.
    domain: textOf(record.user_idp),
  });
}
