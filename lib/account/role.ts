import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';

/**
 * A role whose permissions are all written in one place; no construct adds to them.
 *
 * @param service the service that assumes the role. Services that can name the account they work for are limited to this account.
 */
export function makeRole(
  scope: Construct,
  id: string,
  service: 'lambda' | 'scheduler' | 'firehose' | 'states',
  deployment: Deployment,
  statements: readonly PolicyStatement[],
): Role {
  const conditions = service === 'lambda' ? {} : { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal(`${service}.amazonaws.com`, { conditions }),
    path: deployment.rolePath,
    inlinePolicies: { All: new PolicyDocument({ statements: [...statements] }) },
  });
}
