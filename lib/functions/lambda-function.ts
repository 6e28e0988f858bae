import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Function as CdkFunction,
  type CfnFunction,
  LayerVersion,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { metricNamespace } from '../../functions/core/metrics.ts';
import { SECOND, type Duration as Time } from '../../functions/core/time.ts';
import { accept } from '../account/accept.ts';
import { LOGS_STAY } from '../account/logs-stay.ts';
import { AUTHORITIES_PATH, type FunctionCode, type LayerContent, ORIGINS_PATH } from '../code/function-code.ts';
import { originsFile, type SecretUse } from '../plan/origins-file.ts';
import { heapLimits, NATIVE_MEMORY } from './heap-limits.ts';

const RUNTIME = Runtime.NODEJS_24_X;
const ARCHITECTURE = Architecture.ARM_64;

/** Where the code of functions and the deployment’s own files come from. */
export interface CodeSupply {
  readonly code: FunctionCode;
  readonly layers: LayerContent;
}

export interface LambdaFunctionProps {
  readonly description: string;
  /** The name of its bundle. */
  readonly bundle: string;
  readonly supply: CodeSupply;
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
  readonly function: CdkFunction;
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
    this.function = new CdkFunction(this, 'Function', {
      description: props.description,
      code: props.supply.code(props.bundle),
      handler: 'index.handler',
      layers: [this.#layer(`${deployment.stackPrefix}-${id}`, props)],
      runtime: RUNTIME,
      architecture: ARCHITECTURE,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeout / SECOND),
      environment: {
        ...props.environment,
        ...telemetry(deployment),
        ...wayOut(deployment),
        NODE_OPTIONS: heapLimits(props.memoryMb),
        ...NATIVE_MEMORY,
      },
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

  /**
   * The layer of the deployment’s own files. A version of it never changes: other files are another version, and the function is told
   * to use that. The old one is deleted afterwards; what still uses it keeps a copy.
   */
  #layer(name: string, { bundle, supply, secrets, deployment }: LambdaFunctionProps): LayerVersion {
    return new LayerVersion(this, 'Files', {
      layerVersionName: name,
      description: 'Tidemark: which secret is sent to which origins.',
      code: supply.layers(bundle, { origins: originsFile(secrets), caBundle: deployment.caBundle }),
      compatibleRuntimes: [RUNTIME],
      compatibleArchitectures: [ARCHITECTURE],
    });
  }
}

/** The log level, and the namespace of its metrics. */
function telemetry({ logLevel, stackPrefix }: Deployment): Record<string, string> {
  return { TIDEMARK_LOG_LEVEL: logLevel, TIDEMARK_NAMESPACE: metricNamespace(stackPrefix) };
}

/** The allowed origins, and the proxy and certificate authorities if configured. */
function wayOut({ proxy, caBundle }: Deployment): Record<string, string> {
  return {
    TIDEMARK_ORIGINS: ORIGINS_PATH,
    ...(proxy !== undefined && { HTTPS_PROXY: proxy }),
    ...(caBundle !== undefined && { NODE_EXTRA_CA_CERTS: AUTHORITIES_PATH }),
  };
}
