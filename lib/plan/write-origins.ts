import { mkdirSync, writeFileSync } from 'node:fs';
import type { Auth } from '../../functions/core/auth.ts';
import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import { originsOf } from '../../functions/core/config/origins.ts';

/** The connections of a source, whose secrets are used as it says. */
export interface SecretUse {
  readonly auth: Auth;
  readonly connections: readonly ConfiguredConnection[];
}

/**
 * Writes down to which origins each secret is sent, beside the assembly, to be copied into a function's bundle: the list is too
 * long for an environment, and for a command.
 *
 * @returns the file
 */
export function writeOrigins(folder: string, name: string, { auth, connections }: SecretUse): string {
  const bySecret = Map.groupBy(connections, ({ secret }) => secret);
  const origins = [...bySecret].map(([secret, own]) => [
    secret,
    [...new Set(own.flatMap((connection) => originsOf(auth, connection)))],
  ]);
  const file = `${folder}/${name}.json`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(Object.fromEntries(origins)));
  return file;
}
