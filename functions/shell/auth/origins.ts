import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { type ConfiguredConnection, check } from '../../core/config/connection.ts';
import { TidemarkError } from '../../core/errors.ts';

const schema = z.record(z.string(), z.array(z.string()));
let known: ReadonlyMap<string, readonly string[]> | undefined;

/**
 * An input names a secret and where it is sent to. Whoever may invoke a function could have it show a secret to anybody, so what
 * is deployed carries a list of which secret belongs to which origin. On one's own machine there is none: nothing is gained there.
 */
export function checkOrigin({ id, source, secret, origin }: ConfiguredConnection): void {
  const file = process.env.TIDEMARK_ORIGINS;
  if (file === undefined) return;
  known ??= readOrigins(file);
  if (known.get(secret)?.includes(origin)) return;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${source}/${id}: secret ${secret} was not deployed together with origin ${origin}, and is not sent there.`,
    remedy: 'Put the connection into tidemark.json as it is to be, and deploy it: npx cdk deploy --all.',
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
      remedy: 'It is a part of what is deployed: deploy again.',
      cause: thrown,
    });
  }
}
