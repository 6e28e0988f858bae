import type { Auth } from '../../functions/core/auth.ts';
import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import { originsOf } from '../../functions/core/config/origins.ts';

/** The connections of a source, whose secrets are used as it says. */
export interface SecretUse {
  readonly auth: Auth;
  readonly connections: readonly ConfiguredConnection[];
}

/** The list of the origins to which each secret is sent, as JSON. It is too long for an environment. */
export function originsFile({ auth, connections }: SecretUse): string {
  const bySecret = Map.groupBy(connections, ({ secret }) => secret);
  const origins = [...bySecret].map(([secret, own]) => [
    secret,
    [...new Set(own.flatMap((connection) => originsOf(auth, connection)))],
  ]);
  return JSON.stringify(Object.fromEntries(origins));
}
