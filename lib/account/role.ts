import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';

export interface RoleProps {
  /** The service that assumes the role. Services that can name the account they work for are limited to this account. */
  readonly service: 'lambda' | 'scheduler' | 'firehose' | 'states';
  readonly deployment: Deployment;
  readonly statements: readonly PolicyStatement[];
}

/** A role whose permissions are all written in one place; no construct adds to them. */
export function makeRole(scope: Construct, id: string, { service, deployment, statements }: RoleProps): Role {
  const conditions = service === 'lambda' ? {} : { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal(`${service}.amazonaws.com`, { conditions }),
    path: deployment.rolePath,
    inlinePolicies: { All: new PolicyDocument({ statements: [...statements] }) },
  });
}
