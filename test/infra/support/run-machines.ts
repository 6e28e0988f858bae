import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { BackfillInput } from '../../../lib/functions/backfill-machines.ts';
import type { Account } from './account.ts';

/** How a backfill went: what came of each feed, and how often its machine was begun. */
export interface Ran {
  readonly failed: boolean;
  readonly begun: readonly string[];
  /** What each execution of the machine of one feed went through. */
  readonly ways: readonly (readonly string[])[];
  /** Until when they would have waited. */
  readonly waited: readonly string[];
}

type Invoke = (functionArn: string, order: object) => Promise<unknown>;
/** How long the machines wait here, whatever they would wait elsewhere. */
const AT_ONCE = 0;

/** The two machines, as Step Functions would have them. */
export interface Machines {
  readonly feeds: StateMachineDefinition;
  readonly feed: StateMachineDefinition;
}

export function machinesOf(account: Account): Machines {
  return { feeds: definitionOf(account, 'tidemark-backfill'), feed: definitionOf(account, 'tidemark-backfill-feed') };
}

/** Thrown by what is invoked: somebody stops the execution of this feed. */
export class Stopped extends Error {}

const END = { feeds: [{ next: { do: 'end', at: '2026-01-10T09:00:00Z' } }] };

/**
 * Runs the two state machines by an interpreter of their language; what they invoke is given, and nothing waits.
 *
 * @param onStart called before each execution of a feed's machine begins: what it throws is Step Functions' own answer
 */
export async function runMachines(
  machines: Machines,
  input: BackfillInput,
  invoke: Invoke,
  onStart: () => void = () => undefined,
): Promise<Ran> {
  const begun: string[] = [];
  const ways: string[][] = [];
  const waited: string[] = [];
  const feeds = await run(machines.feeds, input, {
    'Read the feed': async ({ Name, Input, StateMachineArn }) => {
      if (!String(StateMachineArn).endsWith(':tidemark-backfill-feed')) throw new Error(`started ${StateMachineArn}`);
      onStart();
      begun.push(String(Name));
      let stopped = false;
      const ran = await run(machines.feed, Input as object, {
        Invoke: async ({ FunctionName, Payload }) => {
          const answer = await invoke(String(FunctionName), Payload as object).catch((thrown: unknown) => {
            stopped = thrown instanceof Stopped;
            if (!stopped) throw thrown;
            return END;
          });
          return { Payload: answer };
        },
      });
      if (stopped) throw failed({ ExecutionArn: 'arn', Status: 'ABORTED' });
      ways.push(ran.way);
      waited.push(...ran.waited);
      if (ran.error) throw failed({ ExecutionArn: 'arn', Status: 'FAILED', Error: ran.error.message });
      return { Output: ran.result };
    },
  });
  if (feeds.error && (feeds.error.cause as Error).name !== 'SomeGaveUp') throw feeds.error;
  return { failed: feeds.error !== undefined, begun, ways, waited };
}

/** What becomes of an execution, as whoever waits for it is told. */
function failed(execution: object): Error {
  return Object.assign(new Error(JSON.stringify(execution)), { name: 'States.TaskFailed' });
}

type Task = (given: Record<string, unknown>) => Promise<unknown>;

async function run(definition: StateMachineDefinition, input: object, tasks: Record<string, Task>) {
  const waits = Object.entries(statesOf(definition)).filter(([, { Type }]) => Type === 'Wait');
  const execution = new StateMachine(definition, { validationOptions: { checkArn: false } }).run(plain(input), {
    overrides: {
      taskResourceLocalHandlers: tasks as never,
      waitTimeOverrides: Object.fromEntries(waits.map(([name]) => [name, AT_ONCE])),
      retryIntervalOverrides: { Invoke: AT_ONCE, 'Read the feed': AT_ONCE },
    },
    context: { Execution: { Id: 'arn:aws:states:eu-west-1:111122223333:execution:tidemark-backfill:x' } } as never,
  });
  const ended = execution.result.then(
    (result) => ({ result, error: undefined }),
    (error: Error) => ({ result: undefined, error }),
  );
  const way: string[] = [];
  const waited: string[] = [];
  for await (const log of execution.eventLogs) {
    if (log.type !== 'StateEntered') continue;
    way.push(log.state.name);
    if (log.state.name === 'Wait') waited.push((log.state.input as unknown as { next: { at: string } }).next.at);
  }
  return { ...(await ended), way, waited };
}

/** A machine as it would stand in the account. */
function definitionOf(account: Account, name: string): StateMachineDefinition {
  const machines = account.find<{ StateMachineName: string; DefinitionString: string }>(
    'AWS::StepFunctions::StateMachine',
  );
  const found = machines.find(({ properties }) => properties.StateMachineName === name);
  return JSON.parse(found?.properties.DefinitionString ?? '') as StateMachineDefinition;
}

export function statesOf(definition: StateMachineDefinition): Record<string, { Type: string }> {
  return (definition as unknown as { States: Record<string, { Type: string }> }).States;
}

function plain(input: object) {
  return JSON.parse(JSON.stringify(input));
}
