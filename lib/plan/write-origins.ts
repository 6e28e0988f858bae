import { mkdirSync, writeFileSync } from 'node:fs';
import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';

/**
 * Writes down which secret is sent to which origin, beside the assembly, to be copied into a function's bundle: the list is too
 * long for an environment, and for a command.
 *
 * @returns the file
 */
export function writeOrigins(folder: string, name: string, connections: readonly ConfiguredConnection[]): string {
  const bySecret = Map.groupBy(connections, ({ secret }) => secret);
  const origins = [...bySecret].map(([secret, own]) => [secret, [...new Set(own.map(({ origin }) => origin))]]);
  const file = `${folder}/${name}.json`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(Object.fromEntries(origins)));
  return file;
}
