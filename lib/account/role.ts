import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';

/**
 * A role with all that it may do written out in one place; no construct adds to it.
 *
 * @param service who takes it on, for this account only where the service can tell for whom it works
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
