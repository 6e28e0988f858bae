import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Deployment } from '../functions/core/deployment-config.ts';

/** The account's own key, where there is one. Its policy is the account's: it has to let IAM decide. */
export function ownKey(scope: Construct, { kmsKeyArn }: Deployment): IKey | undefined {
  return kmsKeyArn === undefined ? undefined : Key.fromKeyArn(scope, 'Key', kmsKeyArn);
}

/** What a role needs to use what is encrypted with the own key. */
export function useKey(key: IKey | undefined): PolicyStatement[] {
  if (!key) return [];
  return [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] })];
}
