import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda';
import { MILLISECOND } from '../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import type { ClientOptions } from './account.ts';
import { sayAwsError } from './aws-error.ts';

/** The tag that says since when a function has been stopped, so that an interrupted command goes on where it was. */
const STOPPED_AT = 'tidemark:stopped-at';

/** A function as it is deployed: whether it is stopped, and since when. Times in milliseconds. */
export interface FoundFunction {
  readonly arn: string;
  /** How long its longest invocation may take. */
  readonly timeoutMs: number;
  /** How long the streams that it delivers to may hold an event, as deployed. */
  readonly heldForMs: number;
  /** Undefined if it is not stopped. */
  readonly stoppedAt: number | undefined;
}

/** Stops functions and starts them again. A stopped function takes no invocation, whoever asks for it. */
export class StoppedFunctions {
  readonly #lambda: LambdaClient;

  constructor(options: ClientOptions) {
    this.#lambda = new LambdaClient(options);
  }

  async find(arn: string): Promise<FoundFunction> {
    return await this.#asking(`${arn} cannot be looked up`, async () => {
      const { Timeout = 0, Environment } = await this.#lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: arn }),
      );
      const { ReservedConcurrentExecutions } = await this.#lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName: arn }),
      );
      const { Tags = {} } = await this.#lambda.send(new ListTagsCommand({ Resource: arn }));
      const since = Date.parse(Tags[STOPPED_AT] ?? '');
      return {
        arn,
        timeoutMs: Timeout * 1_000,
        heldForMs: longestHold(Environment?.Variables?.TIDEMARK_DESTINATIONS),
        stoppedAt: ReservedConcurrentExecutions === 0 && Number.isFinite(since) ? since : undefined,
      };
    });
  }

  /** Stops a function. The time is noted after that: it must not be too early. */
  async stop(arn: string, clock: () => number): Promise<number> {
    return await this.#asking(`${arn} could not be stopped`, async () => {
      await this.#reserve(arn, 0);
      const now = clock();
      await this.#lambda.send(
        new TagResourceCommand({ Resource: arn, Tags: { [STOPPED_AT]: new Date(now).toISOString() } }),
      );
      return now;
    });
  }

  /** @param reserved the concurrency that the configuration reserves for it, if any */
  async start(arn: string, reserved: number | undefined): Promise<void> {
    await this.#asking(`${arn} could not be started again`, async () => {
      // The tag first: without it, a function that is still stopped is waited for anew.
      await this.#lambda.send(new UntagResourceCommand({ Resource: arn, TagKeys: [STOPPED_AT] }));
      if (reserved === undefined) await this.#lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: arn }));
      else await this.#reserve(arn, reserved);
    });
  }

  async #reserve(arn: string, reserved: number): Promise<void> {
    const command = { FunctionName: arn, ReservedConcurrentExecutions: reserved };
    await this.#lambda.send(new PutFunctionConcurrencyCommand(command));
  }

  async #asking<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw sayAwsError(what, thrown);
    }
  }
}

/** The longest time that a function's list of destinations names. Where there is none, it may be that of any type. */
function longestHold(text: string | undefined): number {
  const list = JSON.parse(text ?? '[{}]') as readonly { readonly heldFor?: number }[];
  const any = Math.max(...DESTINATION_TYPES.map(({ heldFor }) => heldFor));
  return Math.max(...list.map(({ heldFor = any }) => heldFor)) / MILLISECOND;
}
