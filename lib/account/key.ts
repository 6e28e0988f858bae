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

/** Permissions to read (and optionally write) secrets that are encrypted with keys of their own. */
export function useSecretKeys({ secretKeyArns }: Deployment, writes = false): PolicyStatement[] {
  if (secretKeyArns.length === 0) return [];
  return [use(['kms:Decrypt', ...(writes ? ['kms:GenerateDataKey'] : [])], [...secretKeyArns], ['secretsmanager'])];
}

function use(actions: string[], resources: string[], services: readonly string[]): PolicyStatement {
  const through = services.map((service) => `${service}.*`);
  return new PolicyStatement({
    actions,
    resources,
    ...(through.length > 0 && { conditions: { StringLike: { 'kms:ViaService': through } } }),
  });
}
