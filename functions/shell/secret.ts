import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { TidemarkError } from '../core/errors.ts';
import type { Auth } from '../core/model.ts';

/** A secret in hand: its version, and its checked fields. Lives as long as the invocation. */
export interface Secret {
  readonly version: string;
  readonly fields: Readonly<Record<string, string>>;
}

let client: SecretsManagerClient | undefined;

/** Reads a connection's secret and checks that it has what the source's auth needs; its values never show in an error. */
export async function readSecret(name: string, auth: Auth): Promise<Secret> {
  client ??= new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
  });
  const shape = JSON.stringify(auth.secret);
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return { version: answer.VersionId ?? '', fields: fieldsOf(name, answer.SecretString, auth) };
  } catch (thrown) {
    if (thrown instanceof TidemarkError) throw thrown;
    const { name: kind, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (kind === 'ResourceNotFoundException') {
      throw secretError(`Secret ${name} does not exist, or has no value.`, `Create it with a value like ${shape}.`);
    }
    throw secretError(
      `Secret ${name} cannot be read: ${kind}: ${message}`,
      'Check the function’s rights and the Secrets Manager endpoint.',
    );
  }
}

function fieldsOf(name: string, text: string | undefined, auth: Auth): Record<string, string> {
  const shape = JSON.stringify(auth.secret);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw secretError(`Secret ${name} is not JSON.`, `Its value must look like ${shape}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw secretError(`Secret ${name} is not a JSON object.`, `Its value must look like ${shape}.`);
  }
  const fields: Record<string, string> = {};
  for (const key of Object.keys(auth.secret)) {
    const field = (value as Record<string, unknown>)[key];
    // Values are pasted: white space around them is never meant.
    const clean = typeof field === 'string' ? field.trim() : '';
    if (clean === '') throw secretError(`Secret ${name} has no ${key}.`, `Its value must look like ${shape}.`);
    if (!/^[\x21-\x7e]+$/.test(clean)) {
      throw secretError(
        `Secret ${name}: ${key} holds characters that no credential has (white space or non-ASCII).`,
        `Put it in again; its value must look like ${shape}.`,
      );
    }
    fields[key] = clean;
  }
  return fields;
}

function secretError(message: string, cure: string): TidemarkError {
  return new TidemarkError('secret', 'receiving', message, cure);
}
