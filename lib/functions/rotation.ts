import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import { MINUTE } from '../../functions/core/time.ts';
import { makeRole } from '../account/role.ts';
import { secretResource } from '../account/secrets.ts';
import { acceptInterfaces, allow, whatAllMay } from './function-role.ts';
import { LambdaFunction } from './lambda-function.ts';

/** Half a minute to ask, and the rest to store what the vendor gives only once. */
const TIMEOUT = 5 * MINUTE;
const MEMORY_MB = 256;

export interface RotationProps {
  readonly source: Source;
  readonly config: Config;
  /** Where invocations go that never ended well. */
  readonly missed: IQueue;
  readonly key: IKey | undefined;
}

/** The connections whose credentials are exchanged for new ones every so often. */
export function rotating(source: Source, { connections }: Config): ConfiguredConnection[] {
  return connections.filter((connection) => connection.source === source.id && connection.rotate);
}

/** The secrets of these, each once. */
export function rotatingSecrets(source: Source, config: Config): string[] {
  return [...new Set(rotating(source, config).map(({ secret }) => secret))];
}

/** The Lambda that exchanges credentials of a source. It is apart from the one that forwards, which can write no secret. */
export class Rotation extends LambdaFunction {
  constructor(scope: Construct, id: string, props: RotationProps) {
    const { source, config, missed } = props;
    super(scope, id, {
      description: `Tidemark: exchanges credentials of ${source.title}`,
      entry: `functions/sources/${source.id}/rotate-handler.ts`,
      name: `${source.id}-rotation`,
      secrets: { auth: source.auth, connections: rotating(source, config) },
      timeout: TIMEOUT,
      memoryMb: MEMORY_MB,
      environment: {},
      deployment: config.deployment,
      missed,
      role: (self, log) => rotationRole(self, props, log),
    });
  }
}

/** It may read and write the secrets that rotate, each by its name, and nothing else. */
function rotationRole(scope: Construct, { source, config, missed, key }: RotationProps, log: ILogGroup): Role {
  const { deployment } = config;
  const secrets = rotatingSecrets(source, config).map((secret) => secretResource(scope, secret));
  const role = makeRole(scope, 'Role', 'lambda', deployment, [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]),
    allow(
      [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      secrets,
    ),
    ...whatAllMay({ missed, key, deployment, writesSecrets: true }),
  ]);
  acceptInterfaces(role, deployment);
  return role;
}
