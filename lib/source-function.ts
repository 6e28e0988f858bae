import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Source } from '../functions/core/model.ts';
import { type Config, destinationFor } from '../functions/core/tidemark-config.ts';
import { functionRole } from './function-role.ts';
import { LambdaFunction } from './lambda-function.ts';

export interface SourceFunctionProps {
  readonly source: Source;
  readonly config: Config;
  readonly table: { readonly tableName: string; readonly tableArn: string };
  /** Where invocations go that never ended well. */
  readonly missed: IQueue;
  readonly key: IKey | undefined;
}

/** A source's Lambda. */
export class SourceFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: SourceFunctionProps) {
    const { source, config, missed } = props;
    const { deployment } = config;
    super(scope, id, {
      description: `Tidemark: ${source.title}`,
      entry: `functions/sources/${source.id}/handler.ts`,
      name: source.id,
      timeout: deployment.timeout,
      memoryMb: deployment.memoryMb,
      environment: environment(props),
      deployment,
      missed,
      reservedConcurrency: deployment.reservedConcurrency,
      role: (self, log) => functionRole(self, { ...props, log }),
    });
  }
}

function environment({ source, config, table }: SourceFunctionProps): Record<string, string> {
  const { destinations, deployment } = config;
  const told = destinations.map((destination) => destinationFor(source.id, destination, deployment.stackPrefix));
  return {
    TIDEMARK_TABLE: table.tableName,
    TIDEMARK_DESTINATIONS: JSON.stringify(told),
    TIDEMARK_SEEN_DAYS: String(deployment.seenDays),
  };
}
