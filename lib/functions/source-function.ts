import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { destinationFor } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import type { Duration } from '../../functions/core/time.ts';
import { bundleName } from '../code/bundle-names.ts';
import { functionRole } from './function-role.ts';
import { type CodeSupply, LambdaFunction } from './lambda-function.ts';

export interface SourceFunctionProps {
  readonly source: Source;
  readonly config: Config;
  readonly supply: CodeSupply;
  readonly table: { readonly tableName: string; readonly tableArn: string };
  /** The queue of invocations that failed. */
  readonly missed: IQueue;
  readonly key: IKey | undefined;
  /** Set if the function is not the one that schedules invoke. */
  readonly purpose?: Purpose;
}

/** A second deployment of the same code, with its own concurrency, log and role. */
export interface Purpose {
  readonly name: string;
  readonly timeout: Duration;
  readonly reservedConcurrency: number | undefined;
}

/** The Lambda function of a source. */
export class SourceFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: SourceFunctionProps) {
    const { source, config, supply, missed, purpose } = props;
    const { deployment } = config;
    const { timeout, reservedConcurrency } = purpose ?? deployment;
    super(scope, id, {
      description: `Tidemark: ${source.title}${purpose ? `, ${purpose.name}` : ''}`,
      bundle: bundleName(source.id, 'reading'),
      supply,
      secrets: {
        auth: source.auth,
        connections: config.connections.filter((connection) => connection.source === source.id),
      },
      timeout,
      memoryMb: deployment.memoryMb,
      environment: environment(props),
      deployment,
      missed,
      reservedConcurrency,
      role: (self, log) => functionRole(self, { ...props, log }),
    });
  }
}

function environment({ source, config, table }: SourceFunctionProps): Record<string, string> {
  const { destinations, deployment } = config;
  const destinationsOfSource = destinations.map((destination) =>
    destinationFor(source.id, destination, deployment.stackPrefix),
  );
  return {
    TIDEMARK_TABLE: table.tableName,
    TIDEMARK_DESTINATIONS: JSON.stringify(destinationsOfSource),
    TIDEMARK_SEEN_DAYS: String(deployment.seenDays),
    TIDEMARK_QUARANTINE_DAYS: String(deployment.quarantineDays),
    ...(deployment.perFeedMetrics && { TIDEMARK_PER_FEED_METRICS: 'true' }),
  };
}
