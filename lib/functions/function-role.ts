import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { deliveryStreamName } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import { accept, acceptWildcards } from '../account/accept.ts';
import { useKey, useSecretKeys } from '../account/key.ts';
import { makeRole } from '../account/role.ts';
import { foreignSecrets, secretArn, secretResource } from '../account/secrets.ts';

interface FunctionRoleProps {
  readonly source: Source;
  readonly config: Config;
  readonly table: { readonly tableArn: string };
  readonly missed: IQueue;
  readonly key: IKey | undefined;
  readonly log: ILogGroup;
}

/** The role of a source's function: only its own keys of the table, its own secrets, delivery streams and log. */
export function functionRole(scope: Construct, { source, config, table, missed, key, log }: FunctionRoleProps): Role {
  const { connections, destinations, deployment } = config;
  const streams = destinations.map(({ id }) =>
    streamArn(scope, deliveryStreamName(id, source.id, deployment.stackPrefix)),
  );
  const role = makeRole(scope, 'Role', {
    service: 'lambda',
    deployment,
    statements: [
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]),
      new PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:BatchWriteItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${source.id}/*`] },
          // ForAllValues is also true for a request without keys (Scan, PartiQL), so those are denied explicitly.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
      allow(
        ['secretsmanager:GetSecretValue'],
        [
          secretArn(scope, `tidemark/${source.id}/*`),
          ...foreignSecrets(source.id, connections).map((secret) => secretResource(scope, secret)),
        ],
      ),
      allow(['firehose:PutRecordBatch', 'firehose:DescribeDeliveryStream'], streams),
      ...useKey(key, ['dynamodb', 'secretsmanager', 'sqs', 'firehose']),
      ...useSecretKeys(deployment),
      ...whatAllMay(scope, missed, deployment),
    ],
  });
  acceptWildcards(role, {
    [`:secret:tidemark/${source.id}/*`]:
      'All secrets of this source’s connections, so that a further one changes no role.',
  });
  acceptInterfaces(role, deployment);
  return role;
}

/** Permissions of every function: send failures to the queue, join the configured VPC. */
export function whatAllMay(scope: Construct, missed: IQueue, { vpc }: Deployment): PolicyStatement[] {
  return [allow(['sqs:SendMessage'], [missed.queueArn]), ...(vpc ? [allow(NETWORK, ['*']), denyToCode(scope)] : [])];
}

/** The grant is for Lambda, which acts with the role before the code runs. A request of the code itself names its function, and is denied. */
function denyToCode(scope: Construct): PolicyStatement {
  const anyFunction = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    // Its own name would be a circle: the function needs the role first. No other function has the role.
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new PolicyStatement({
    effect: Effect.DENY,
    actions: NETWORK,
    resources: ['*'],
    conditions: { ArnLike: { 'lambda:SourceFunctionArn': anyFunction } },
  });
}

/** Accepts that a function in a VPC may use any network interface, with the reason. */
export function acceptInterfaces(role: Role, { vpc }: Deployment): void {
  acceptWildcards(role, { 'Resource::*': INTERFACES });
  if (vpc) accept(role, { 'Serverless-LambdaStarPermissions': INTERFACES });
}

/** Actions that Lambda performs with the function's role to attach it to a VPC; they cannot be limited to a resource. */
const NETWORK = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const INTERFACES = 'Network interfaces of a function in a VPC have no names beforehand, and Lambda takes no condition.';

export function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources });
}

function streamArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'firehose', resource: 'deliverystream', resourceName: name });
}
