import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
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
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { metricNamespace } from '../../functions/core/metrics.ts';
import { SECOND, type Duration as Time } from '../../functions/core/time.ts';
import { accept } from '../account/accept.ts';
import { LOGS_STAY } from '../account/logs-stay.ts';
import { type SecretUse, writeOrigins } from '../plan/write-origins.ts';
import { heapLimits, NATIVE_MEMORY } from './heap-limits.ts';
import { NEVER_LOADED } from './never-loaded.ts';

const ROOT = new URL('../../', import.meta.url);
/** Files in the bundle, and the paths where Lambda unpacks them. */
const CA_FILE = { name: 'authorities.pem', path: '/var/task/authorities.pem' };
const ORIGINS_FILE = { name: 'origins.json', path: '/var/task/origins.json' };

export interface LambdaFunctionProps {
  readonly description: string;
  /** The entry point, relative to the root of the repository. */
  readonly entry: string;
  /** The name of its source map. */
  readonly name: string;
  /** The connections whose secrets it uses. Each secret is sent only to the origins of its own connection, whatever an input says. */
  readonly secrets: SecretUse;
  readonly timeout: Time;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly deployment: Deployment;
  /** The queue of invocations that failed. */
  readonly missed: IQueue;
  readonly reservedConcurrency?: number | undefined;
  /** Creates its role, which may write to its log. */
  readonly role: (scope: Construct, log: LogGroup) => Role;
}

/** A Lambda function with its log group and its role. */
export class LambdaFunction extends Construct {
  readonly function: NodejsFunction;
  readonly log: LogGroup;
  readonly memoryMb: number;

  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    super(scope, id);
    const { deployment, missed, reservedConcurrency } = props;
    this.memoryMb = props.memoryMb;
    this.log = new LogGroup(this, 'Log', {
      retention: deployment.logRetentionDays,
      removalPolicy: LOGS_STAY,
    });
    this.function = new NodejsFunction(this, 'Function', {
      description: props.description,
      entry: fileURLToPath(new URL(props.entry, ROOT)),
      depsLockFilePath: fileURLToPath(new URL('package-lock.json', ROOT)),
      bundling: bundling(props, deployment),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeout / SECOND),
      environment: {
        ...props.environment,
        ...telemetry(deployment),
        ...wayOut(deployment),
        NODE_OPTIONS: heapLimits(props.memoryMb),
        ...NATIVE_MEMORY,
      },
      awsSdkConnectionReuse: false,
      role: props.role(this, this.log).withoutPolicyUpdates(),
      logGroup: this.log,
      loggingFormat: LoggingFormat.JSON,
      // Metrics are log lines too, so a higher level would lose them. TIDEMARK_LOG_LEVEL chooses what is written.
      applicationLogLevelV2: deployment.logLevel === 'debug' ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
      // Scheduler invokes asynchronously. The next scheduled run is the retry; it continues from the last commit.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(5),
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

/** One file that includes the SDK. The source map stays beside the assembly: it would double what a cold start loads. */
function bundling({ name, secrets }: LambdaFunctionProps, { caBundle }: Deployment): BundlingOptions {
  return {
    format: OutputFormat.ESM,
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    bundleAwsSDK: true,
    externalModules: [...NEVER_LOADED],
    logLevel: LogLevel.WARNING,
    sourceMap: true,
    sourceMapMode: SourceMapMode.EXTERNAL,
    // Some bundled packages still call require.
    banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_, out) => [
        `mkdir -p ${quoted(`${out}/../source-maps`)}`,
        `mv ${quoted(`${out}/index.mjs.map`)} ${quoted(`${out}/../source-maps/${name}.mjs.map`)}`,
        `cp ${quoted(writeOrigins(`${out}/../origins`, name, secrets))} ${quoted(`${out}/${ORIGINS_FILE.name}`)}`,
        ...(caBundle === undefined ? [] : [`cp ${quoted(caBundle)} ${quoted(`${out}/${CA_FILE.name}`)}`]),
      ],
    },
  };
}

/** The log level, and the namespace of its metrics. */
function telemetry({ logLevel, stackPrefix }: Deployment): Record<string, string> {
  return { TIDEMARK_LOG_LEVEL: logLevel, TIDEMARK_NAMESPACE: metricNamespace(stackPrefix) };
}

/** The allowed origins, and the proxy and certificate authorities if configured. */
function wayOut({ proxy, caBundle }: Deployment): Record<string, string> {
  return {
    TIDEMARK_ORIGINS: ORIGINS_FILE.path,
    ...(proxy !== undefined && { HTTPS_PROXY: proxy }),
    ...(caBundle !== undefined && { NODE_EXTRA_CA_CERTS: CA_FILE.path }),
  };
}

/** A text quoted for the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
