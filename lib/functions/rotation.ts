import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import { MINUTE } from '../../functions/core/time.ts';
import { useKey, writeWithKeys } from '../account/key.ts';
import { makeRole } from '../account/role.ts';
import { secretResource } from '../account/secrets.ts';
import { bundleName } from '../code/bundle-names.ts';
import { acceptInterfaces, allow, whatAllMay } from './function-role.ts';
import { type CodeSupply, LambdaFunction } from './lambda-function.ts';

/** Half a minute to ask the vendor; the rest to store the credential, which the vendor gives only once. */
const TIMEOUT = 5 * MINUTE;
const MEMORY_MB = 256;

export interface RotationProps {
  readonly source: Source;
  readonly config: Config;
  readonly supply: CodeSupply;
  /** The queue of invocations that failed. */
  readonly missed: IQueue;
  readonly key: IKey | undefined;
}

/** The connections of a source with rotation switched on. */
export function rotating(source: Source, { connections }: Config): ConfiguredConnection[] {
  return connections.filter((connection) => connection.source === source.id && connection.rotate);
}

/** The secrets of these connections, without duplicates. */
export function rotatingSecrets(source: Source, config: Config): string[] {
  return [...new Set(rotating(source, config).map(({ secret }) => secret))];
}

/** The Lambda that rotates the credentials of a source. It is separate because the forwarding function must not write secrets. */
export class Rotation extends LambdaFunction {
  constructor(scope: Construct, id: string, props: RotationProps) {
    const { source, config, supply, missed } = props;
    super(scope, id, {
      description: `Tidemark: exchanges credentials of ${source.title}`,
      bundle: bundleName(source.id, 'rotation'),
      supply,
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

/** It may read and write the rotating secrets, each listed by name, and nothing else. */
function rotationRole(scope: Construct, { source, config, missed, key }: RotationProps, log: ILogGroup): Role {
  const { deployment } = config;
  const secrets = rotatingSecrets(source, config).map((secret) => secretResource(scope, secret));
  const role = makeRole(scope, 'Role', {
    service: 'lambda',
    deployment,
    statements: [
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
      ...useKey(key, ['sqs']),
      ...writeWithKeys(deployment, secrets),
      ...whatAllMay(scope, missed, deployment),
    ],
  });
  acceptInterfaces(role, deployment);
  return role;
}
