import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';

/** The account's own key, where there is one. Its policy is the account's: it has to let IAM decide. */
export function ownKey(scope: Construct, { kmsKeyArn }: Deployment): IKey | undefined {
  return kmsKeyArn === undefined ? undefined : Key.fromKeyArn(scope, 'Key', kmsKeyArn);
}

/**
 * What a role needs to use what is encrypted with the own key.
 *
 * @param services through which it comes to the key: by itself it may decrypt nothing. Without any, the service whose role it is
 *   uses the key directly.
 */
export function useKey(key: IKey | undefined, services: readonly string[] = []): PolicyStatement[] {
  return key ? [use(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], services)] : [];
}

/** What a role needs to read secrets, or to write them as well, that are encrypted with keys of their own. */
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
