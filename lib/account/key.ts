import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';

/** The customer-managed key, if one is configured. The account owns its policy, which must let IAM policies decide. */
export function ownKey(scope: Construct, { kmsKeyArn }: Deployment): IKey | undefined {
  return kmsKeyArn === undefined ? undefined : Key.fromKeyArn(scope, 'Key', kmsKeyArn);
}

/**
 * Permissions to use data that is encrypted with the customer-managed key.
 *
 * @param services the services through which the role may use the key; by itself it can decrypt nothing. If empty, the service
 *   that assumes the role uses the key directly.
 */
export function useKey(key: IKey | undefined, services: readonly string[] = []): PolicyStatement[] {
  return key ? [use(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], services)] : [];
}

/** Permissions to read data that is encrypted with the customer-managed key, through these services. */
export function readWithKey(key: IKey | undefined, services: readonly string[]): PolicyStatement[] {
  return key ? [use(['kms:Decrypt'], [key.keyArn], services)] : [];
}

/** Permissions to read secrets that are encrypted with keys of their own. */
export function useSecretKeys({ secretKeyArns }: Deployment): PolicyStatement[] {
  return secretKeyArns.length === 0 ? [] : [use(['kms:Decrypt'], [...secretKeyArns], ['secretsmanager'])];
}

/** All customer-managed keys that may encrypt a secret. */
export function keysOfSecrets({ kmsKeyArn, secretKeyArns }: Deployment): string[] {
  return [...(kmsKeyArn === undefined ? [] : [kmsKeyArn]), ...secretKeyArns];
}

/** Permissions to read and write these secrets, with whatever key they are encrypted, and to use the keys for nothing else. */
export function writeWithKeys(deployment: Deployment, secrets: readonly string[]): PolicyStatement[] {
  const keys = keysOfSecrets(deployment);
  if (keys.length === 0) return [];
  // Secrets Manager names the secret in each of its requests to KMS.
  const only = { 'kms:EncryptionContext:SecretARN': [...secrets] };
  return [use(['kms:Decrypt', 'kms:GenerateDataKey'], keys, ['secretsmanager'], only)];
}

function use(
  actions: string[],
  resources: string[],
  services: readonly string[],
  only: Readonly<Record<string, string[]>> = {},
): PolicyStatement {
  const through = services.map((service) => `${service}.*`);
  const conditions = { ...(through.length > 0 && { 'kms:ViaService': through }), ...only };
  return new PolicyStatement({
    actions,
    resources,
    ...(Object.keys(conditions).length > 0 && { conditions: { StringLike: conditions } }),
  });
}
