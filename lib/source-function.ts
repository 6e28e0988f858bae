import { fileURLToPath } from 'node:url';
import { Duration as CdkDuration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import {
  type BundlingOptions,
  LogLevel,
  NodejsFunction,
  OutputFormat,
  SourceMapMode,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Source } from '../functions/core/model.ts';
import { type Config, destinationFor } from '../functions/core/tidemark-config.ts';
import { type Duration, SECOND } from '../functions/core/time.ts';
import { accept } from './accept.ts';
import { functionRole } from './function-role.ts';

const ROOT = new URL('../', import.meta.url);
/** Where Lambda unpacks the bundle. */
const CA_FILE = { name: 'authorities.pem', path: '/var/task/authorities.pem' };

export interface SourceFunctionProps {
  readonly source: Source;
  readonly config: Config;
  readonly table: { readonly tableName: string; readonly tableArn: string };
  /** Where invocations go that never ended well. */
  readonly missed: IQueue;
  readonly key: IKey | undefined;
  /** What is told apart from reading as schedules ask for, when it is for something else. */
  readonly purpose?: Purpose;
}

/** What the same code is deployed for once more: with a concurrency, a log and a role of its own. */
export interface Purpose {
  readonly name: string;
  readonly timeout: Duration;
  readonly reservedConcurrency: number | undefined;
}

/** A source's Lambda with its log and its role. */
export class SourceFunction extends Construct {
  readonly function: NodejsFunction;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, props: SourceFunctionProps) {
    super(scope, id);
    const { source, config, missed, purpose } = props;
    const { deployment } = config;
    const { timeout, reservedConcurrency } = purpose ?? deployment;
    this.log = new LogGroup(this, 'Log', {
      retention: deployment.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = functionRole(this, { ...props, log: this.log });
    this.function = new NodejsFunction(this, 'Function', {
      description: `Tidemark: ${source.title}${purpose ? `, ${purpose.name}` : ''}`,
      entry: fileURLToPath(new URL(`functions/sources/${source.id}/handler.ts`, ROOT)),
      depsLockFilePath: fileURLToPath(new URL('package-lock.json', ROOT)),
      bundling: bundling(source.id, deployment.caBundle),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: deployment.memoryMb,
      timeout: CdkDuration.seconds(timeout / SECOND),
      environment: environment(props),
      awsSdkConnectionReuse: false,
      role: role.withoutPolicyUpdates(),
      logGroup: this.log,
      loggingFormat: LoggingFormat.JSON,
      // Metrics are log lines too: a higher level would lose them. What is written is chosen by TIDEMARK_LOG_LEVEL.
      applicationLogLevelV2: deployment.logLevel === 'debug' ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
      // Scheduler invokes asynchronously. The next schedule is the retry, and goes on from the last commit.
      retryAttempts: 0,
      maxEventAge: CdkDuration.minutes(5),
      onFailure: new SqsDestination(missed),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    });
    if (deployment.vpc) {
      const { subnetIds, securityGroupIds } = deployment.vpc;
      const resource = this.function.node.defaultChild as CfnFunction;
      resource.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
    }
    accept(this.function, {
      'Serverless-LambdaDLQ': 'It has a destination for what fails, which says more than a dead letter queue.',
      'Serverless-LambdaTracing': 'Each run logs what it asked, how often and how long; X-Ray would see one span.',
    });
  }
}

/** One file, the SDK in it. The source map stays beside the assembly: it would be half of what a cold start loads. */
function bundling(source: string, caBundle: string | undefined): BundlingOptions {
  return {
    format: OutputFormat.ESM,
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    bundleAwsSDK: true,
    logLevel: LogLevel.WARNING,
    sourceMap: true,
    sourceMapMode: SourceMapMode.EXTERNAL,
    // Some of what is bundled still says require.
    banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_, out) => [
        `mkdir -p ${quoted(`${out}/../source-maps`)}`,
        `mv ${quoted(`${out}/index.mjs.map`)} ${quoted(`${out}/../source-maps/${source}.mjs.map`)}`,
        ...(caBundle === undefined ? [] : [`cp ${quoted(caBundle)} ${quoted(`${out}/${CA_FILE.name}`)}`]),
      ],
    },
  };
}

function environment({ source, config, table }: SourceFunctionProps): Record<string, string> {
  const { destinations, deployment } = config;
  const { stackPrefix, seenDays, logLevel, perFeedMetrics, proxy, caBundle } = deployment;
  const told = destinations.map((destination) => destinationFor(source.id, destination, stackPrefix));
  return {
    TIDEMARK_TABLE: table.tableName,
    TIDEMARK_DESTINATIONS: JSON.stringify(told),
    TIDEMARK_SEEN_DAYS: String(seenDays),
    TIDEMARK_LOG_LEVEL: logLevel,
    ...(perFeedMetrics && { TIDEMARK_PER_FEED_METRICS: 'true' }),
    ...(proxy !== undefined && { HTTPS_PROXY: proxy }),
    ...(caBundle !== undefined && { NODE_EXTRA_CA_CERTS: CA_FILE.path }),
  };
}

/** A word for the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
