import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import { TidemarkError } from '../../functions/core/errors.ts';
import { sayAwsError } from './aws-error.ts';

export interface StoredSecret {
  readonly name: string;
  readonly value: string;
  readonly description: string;
  readonly kmsKeyArn?: string | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Sets the value of a secret, and creates the secret if there is none. Returns whether it was created. */
export async function storeSecret(options: SecretsManagerClientConfig, secret: StoredSecret): Promise<boolean> {
  const { name, value, description, kmsKeyArn, tags = {} } = secret;
  const client = new SecretsManagerClient(options);
  const token = { ClientRequestToken: randomUUID(), SecretString: value };
  try {
    await client.send(new PutSecretValueCommand({ SecretId: name, ...token }));
    return false;
  } catch (thrown) {
    if ((thrown as Error).name !== 'ResourceNotFoundException') throw notStored(name, thrown);
  }
  if (name.startsWith('arn:')) {
    throw new TidemarkError({
      code: 'secret',
      stage: 'saving',
      message: `There is no secret ${name}.`,
      remedy:
        'One that is named by its ARN has to be there already: make it where it belongs, or name it in tidemark.json.',
    });
  }
  try {
    await client.send(
      new CreateSecretCommand({
        Name: name,
        ...token,
        Description: description,
        ...(kmsKeyArn !== undefined && { KmsKeyId: kmsKeyArn }),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    return true;
  } catch (thrown) {
    throw notStored(name, thrown);
  }
}

/** The error of a failed request. It quotes AWS, which never repeats the value. */
function notStored(name: string, thrown: unknown): TidemarkError {
  if ((thrown as Error).name === 'InvalidRequestException' && /deletion/.test((thrown as Error).message)) {
    return new TidemarkError({
      code: 'secret',
      stage: 'saving',
      message: `Secret ${name} is to be deleted, and takes no value.`,
      remedy: `Keep it first: aws secretsmanager restore-secret --secret-id ${name}.`,
      cause: thrown,
    });
  }
  return sayAwsError(`Secret ${name} could not be stored`, thrown);
}
