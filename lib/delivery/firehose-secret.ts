import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { useSecretKeys } from '../account/key.ts';
import { secretArn, secretResource } from '../account/secrets.ts';

/** What a stream's role may do so that Firehose can read the secret with which it identifies itself. */
export function mayReadSecret(scope: Construct, deployment: Deployment, secret: string): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretResource(scope, secret)] }),
    ...useSecretKeys(deployment),
  ];
}

/** Firehose reads the secret again every ten minutes: a new value needs no deployment. */
export function readsSecret(
  scope: Construct,
  role: Role,
  secret: string,
): CfnDeliveryStream.SecretsManagerConfigurationProperty {
  return { enabled: true, secretArn: secretArn(scope, secret), roleArn: role.roleArn };
}
