import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Auth } from '../../core/auth.ts';
import { type ConfiguredConnection, check } from '../../core/config/connection.ts';
import { originsOf } from '../../core/config/origins.ts';
import { TidemarkError } from '../../core/errors.ts';

const schema = z.record(z.string(), z.array(z.string()));
let known: ReadonlyMap<string, readonly string[]> | undefined;

/**
 * Checks that the secret of an input belongs to its origins. Otherwise anyone who may invoke a function could send a secret to
 * any host, so each function has a layer with a list of the origins of each secret. A local run has no list: whoever starts it can read
 * the secrets anyway.
 */
export function checkOrigins(auth: Auth, connection: ConfiguredConnection): void {
  const { id, source, secret } = connection;
  const origins = originsOf(auth, connection);
  const file = process.env.TIDEMARK_ORIGINS;
  if (file === undefined) return;
  known ??= readOrigins(file);
  const pinned = known.get(secret) ?? [];
  const foreign = origins.find((origin) => !pinned.includes(origin));
  if (foreign === undefined) return;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${source}/${id}: secret ${secret} was not deployed together with origin ${foreign}, so it is not sent there.`,
    remedy: 'Write the connection with this origin into tidemark.json, and deploy it: npx cdk deploy --all.',
  });
}

function readOrigins(file: string): ReadonlyMap<string, readonly string[]> {
  try {
    return new Map(Object.entries(check(schema, JSON.parse(readFileSync(file, 'utf8')), 'TIDEMARK_ORIGINS')));
  } catch (thrown) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `The list of secrets and origins, ${file}, cannot be read.`,
      remedy: 'It is in the function’s layer, which is a part of the deployment: deploy again.',
      cause: thrown,
    });
  }
}
