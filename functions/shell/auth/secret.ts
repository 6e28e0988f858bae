import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Auth, SecretShape } from '../../core/auth.ts';
import { secretShapes } from '../../core/config/connection.ts';
import { TidemarkError } from '../../core/errors.ts';
import { LAST_STEP, notesDate } from '../network/service-clocks.ts';

/** The version and the checked fields of a secret. */
export interface Secret {
  readonly version: string;
  readonly fields: Readonly<Record<string, string>>;
}

let client: SecretsManagerClient | undefined;

/** One client, kept as long as a Lambda is warm. */
export function secretsManager(): SecretsManagerClient {
  if (client) return client;
  client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
  });
  client.middlewareStack.add(notesDate('secrets'), LAST_STEP);
  return client;
}

/** Reads a connection's secret and checks that it has what the source's auth needs; its values never appear in an error. */
export async function readSecret(name: string, auth: Auth): Promise<Secret> {
  try {
    const answer = await secretsManager().send(new GetSecretValueCommand({ SecretId: name }));
    return { version: answer.VersionId ?? '', fields: fieldsOf(name, answer.SecretString, auth) };
  } catch (thrown) {
    throw unreadableSecret(name, thrown, auth);
  }
}

/** The error for a secret that could not be read. It contains nothing of the value. */
export function unreadableSecret(name: string, thrown: unknown, auth: Auth): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const { name: kind, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (kind === 'ResourceNotFoundException') {
    return secretError(
      `Secret ${name} does not exist, or has no value.`,
      `Put it in: ${secretCommand(name)}. It asks for a value like ${secretShapes(auth)}.`,
    );
  }
  // A parser's message quotes the text that it could not read: here that is the secret.
  const why = kind === 'SyntaxError' ? 'the answer is not JSON' : message;
  return secretError(
    `Secret ${name} cannot be read: ${kind}: ${why}`,
    /kms/i.test(message)
      ? 'Name the key that it is encrypted with in deployment.secretKeyArns, and deploy.'
      : 'Check the function’s rights and the Secrets Manager endpoint.',
  );
}

/** The command that sets the secret's value: locally, or in the account where this runs. */
function secretCommand(name: string): string {
  const cloud = process.env.AWS_LAMBDA_FUNCTION_NAME === undefined ? '' : ' --cloud';
  return `npx tidemark secret set ${name.replace(/^tidemark\//, '')}${cloud}`;
}

/** The credentials in a secret's text, checked. */
export function fieldsOf(name: string, text: string | undefined, auth: Auth): Record<string, string> {
  const wanted = secretShapes(auth);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw secretError(`Secret ${name} is not JSON.`, valueWanted(name, wanted));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw secretError(`Secret ${name} is not a JSON object.`, valueWanted(name, wanted));
  }
  const given = value as Readonly<Record<string, unknown>>;
  // The intended shape is the one of which the value has the most fields.
  const [shape] = [...auth.secret].sort((one, other) => count(other, given) - count(one, given)) as [SecretShape];
  return Object.fromEntries(Object.keys(shape).map((key) => [key, credential({ name, key, field: given[key], auth })]));
}

function count(shape: SecretShape, given: Readonly<Record<string, unknown>>): number {
  return Object.keys(shape).filter((key) => isFilled(given[key])).length / Object.keys(shape).length;
}

function isFilled(field: unknown): field is string {
  return typeof field === 'string' && field.trim() !== '';
}

/** One field of a secret that was read. */
interface FoundField {
  /** The secret's name. */
  readonly name: string;
  readonly key: string;
  readonly field: unknown;
  readonly auth: Auth;
}

/** Checks one field of a secret. Free text may hold any character except those that come from pasting; all other fields are sent in headers. */
function credential({ name, key, field, auth }: FoundField): string {
  const { freeText = [], notHidden = [] } = auth;
  const wanted = secretShapes(auth);
  if (!isFilled(field)) throw secretError(`Secret ${name} has no ${key}.`, valueWanted(name, wanted));
  // Values are pasted, so white space around them is never intended.
  const clean = field.trim();
  const allowed = freeText.includes(key) ? /^[^\p{Cc}]+$/u : /^[\x21-\x7e]+$/;
  if (allowed.test(clean)) {
    if (notHidden.includes(key) || clean.length >= LEAST_CHARACTERS) return clean;
    throw secretError(
      `Secret ${name}: ${key} has fewer than ${LEAST_CHARACTERS} characters, too few to be masked where a vendor echoes it.`,
      `Put in the whole value, or have a longer one made; the secret must look like ${wanted}.`,
    );
  }
  throw secretError(
    `Secret ${name}: ${key} holds characters that no credential has (white space or non-ASCII).`,
    `Put it in again; its value must look like ${wanted}.`,
  );
}

/** Minimum length of a secret field. Shorter texts also occur in harmless text, so masking them would damage events. */
export const LEAST_CHARACTERS = 8;

function valueWanted(name: string, shape: string): string {
  return `Its value must look like ${shape}. Put it in again: ${secretCommand(name)}.`;
}

function secretError(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'secret', stage: 'receiving', message, remedy });
}
