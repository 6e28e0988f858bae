import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { regionOf } from '../../lib/account/region.ts';
import { sayAwsError } from './aws-error.ts';
import { Turns } from './turns.ts';

/** Timeout of an invocation: the longest that a function may run, and a minute for its answer. */
const INVOCATION_TIMEOUT_MS = 16 * 60_000;
/** Maximum number of invocations at the same time. A new account allows ten, and the schedules need some of them. */
const MAX_INVOCATIONS = 5;

/** Options of every AWS client. Credentials are those of the environment. */
export interface ClientOptions {
  readonly region?: string;
}

/** The Region of the deployment's own key, if it has one; otherwise that of the environment. */
export function clientOptionsOf(deployment: Deployment): ClientOptions {
  const region = regionOf(deployment);
  return region === undefined ? {} : { region };
}

/** A deployment in an AWS account, found by its stacks' outputs. */
export class CloudAccount {
  readonly clientOptions: ClientOptions;
  readonly #stackPrefix: string;
  readonly #stacks = new Map<string, Promise<Readonly<Record<string, string>>>>();
  readonly #lambda: LambdaClient;
  readonly #atOnce = new Turns(MAX_INVOCATIONS);

  constructor(deployment: Deployment) {
    this.clientOptions = clientOptionsOf(deployment);
    this.#stackPrefix = deployment.stackPrefix;
    this.#lambda = new LambdaClient({
      ...this.clientOptions,
      requestHandler: {
        connectionTimeout: 5_000,
        requestTimeout: INVOCATION_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** All outputs of a stack. */
  async outputs(stack: 'state' | 'forwarding'): Promise<Readonly<Record<string, string>>> {
    const name = this.#nameOf(stack);
    const outputs = this.#stacks.get(name) ?? readOutputs(name, this.clientOptions);
    this.#stacks.set(name, outputs);
    return await outputs;
  }

  #nameOf(stack: string): string {
    return `${this.#stackPrefix}-${stack}`;
  }

  /** An output of a stack. */
  async output(stack: 'state' | 'forwarding', key: string): Promise<string> {
    const value = (await this.outputs(stack))[key];
    if (value !== undefined) return value;
    const name = this.#nameOf(stack);
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `The stack ${name} has no ${key}: what is deployed is older than this, or without that source.`,
      remedy: 'Deploy again: npx cdk deploy --all.',
    });
  }

  /** Invokes a function and waits for its answer. */
  async invoke(functionArn: string, input: object): Promise<unknown> {
    return await this.#atOnce.take(async () => {
      const answer = await this.#lambda
        .send(new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(input) }))
        .catch((thrown: unknown) => {
          throw sayAwsError(`${functionArn} could not be invoked`, thrown);
        });
      const text = Buffer.from(answer.Payload ?? []).toString('utf8');
      if (answer.FunctionError === undefined) return JSON.parse(text);
      throw functionFailed(functionArn, text);
    });
  }
}

async function readOutputs(name: string, options: ClientOptions): Promise<Readonly<Record<string, string>>> {
  try {
    const { Stacks = [] } = await new CloudFormationClient(options).send(
      new DescribeStacksCommand({ StackName: name }),
    );
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (thrown) {
    if (/does not exist/.test((thrown as Error).message)) {
      throw new TidemarkError({
        code: 'config',
        stage: 'processing',
        message: `There is no stack ${name} in this account and Region.`,
        remedy: 'Deploy first (npx cdk deploy --all), or set AWS_PROFILE and AWS_REGION to where it is deployed.',
        cause: thrown,
      });
    }
    throw sayAwsError(`The stack ${name} cannot be looked up`, thrown);
  }
}

/** The error of a function that failed: Lambda reports it in its answer. */
function functionFailed(functionArn: string, text: string): TidemarkError {
  let message = text;
  try {
    message = (JSON.parse(text) as { errorMessage?: string }).errorMessage ?? text;
  } catch {
    // Not JSON: the text itself is the message.
  }
  const name = functionArn.split(':').at(-1);
  return new TidemarkError({
    code: 'failing',
    stage: 'processing',
    message: `The function ${name} failed: ${message}`,
    remedy: `Its log group has the rest.`,
  });
}
