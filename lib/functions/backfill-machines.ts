import { MINUTE, SECOND } from '../../functions/core/time.ts';

// Two state machines in Amazon States Language. One reads a single feed, invocation after invocation; the other starts it for
// each feed of a backfill. The machines do not interpret results: the function says what to do next, and when.

/** Input of the machine for all feeds. Each item is the input of the machine for one feed. */
export interface BackfillInput {
  readonly feeds: readonly FeedInput[];
}

export interface FeedInput {
  readonly feed: string;
  /** The prefix of the names of the feed's executions. */
  readonly name: string;
  /** The ARN of the source's backfill function. */
  readonly function: string;
  /** The input of the function. */
  readonly order: object;
}

/** Maximum failures in a row. They are 15 minutes apart, so a feed gives up after six hours. */
export const MOST_FAILURES = 24;
/** Maximum turns of one execution: a turn adds about 11 entries to its history, which may have 25,000. */
const MOST_TURNS = 1_000;
const PAUSE_AFTER_ERROR = (15 * MINUTE) / SECOND;
/** Transient errors of AWS. The feed's lease makes a second invocation harmless. */
const HICCUPS = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 10,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  MaxAttempts: 8,
  JitterStrategy: 'FULL',
};

/** Transient errors of Step Functions when it starts another execution. A failed execution is not one of them. */
const STEP_HICCUPS = {
  ...HICCUPS,
  ErrorEquals: [
    'StepFunctions.ExecutionLimitExceededException',
    'StepFunctions.ThrottlingException',
    'StepFunctions.AWSStepFunctionsException',
    'StepFunctions.SdkClientException',
  ],
};

/**
 * Invokes the function until the feed is done. An execution whose history becomes long ends and reports that there is more.
 *
 * @param partition the AWS partition, which is also part of the names of Step Functions' own integrations
 */
export function feedMachine(partition: string, invocationSeconds: number): object {
  const after = (next: string, failures: object) => ({
    Type: 'Pass',
    Parameters: { 'turns.$': 'States.MathAdd($.count.turns, 1)', ...failures },
    ResultPath: '$.count',
    Next: next,
  });
  const oneMore = { 'failures.$': 'States.MathAdd($.count.failures, 1)' };
  const enough = { Variable: '$.count.failures', NumericGreaterThanEquals: MOST_FAILURES, Next: 'Give up' };
  return {
    Comment: 'Tidemark: reads one feed’s part of a backfill, invocation after invocation.',
    StartAt: 'Begin',
    States: {
      Begin: { Type: 'Pass', Result: { turns: 0, failures: 0 }, ResultPath: '$.count', Next: 'Invoke' },
      Invoke: {
        Type: 'Task',
        Resource: `arn:${partition}:states:::lambda:invoke`,
        Parameters: { 'FunctionName.$': '$.function', 'Payload.$': '$.order' },
        ResultSelector: { 'do.$': '$.Payload.feeds[0].next.do', 'at.$': '$.Payload.feeds[0].next.at' },
        ResultPath: '$.next',
        TimeoutSeconds: invocationSeconds + 60,
        Retry: [HICCUPS],
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Count an error' }],
        Next: 'Decide',
      },
      Decide: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.next.do', StringEquals: 'end', Next: 'Done' },
          { Variable: '$.next.do', StringEquals: 'give-up', Next: 'Give up' },
          { Variable: '$.count.turns', NumericGreaterThanEquals: MOST_TURNS, Next: 'Go on elsewhere' },
          { Variable: '$.next.do', StringEquals: 'again', Next: 'Count a turn' },
        ],
        Default: 'Count a failure',
      },
      'Count a turn': after('Wait', { failures: 0 }),
      'Count a failure': after('Enough failures?', oneMore),
      'Enough failures?': { Type: 'Choice', Choices: [enough], Default: 'Wait' },
      Wait: { Type: 'Wait', TimestampPath: '$.next.at', Next: 'Invoke' },
      'Count an error': after('Enough errors?', oneMore),
      'Enough errors?': { Type: 'Choice', Choices: [enough], Default: 'Wait after an error' },
      'Wait after an error': { Type: 'Wait', Seconds: PAUSE_AFTER_ERROR, Next: 'Invoke' },
      Done: { Type: 'Pass', Result: { more: false }, End: true },
      'Go on elsewhere': { Type: 'Pass', Result: { more: true }, End: true },
      'Give up': {
        Type: 'Fail',
        Error: 'GaveUp',
        Cause:
          'It failed for hours, or cannot work at all: npx tidemark status --cloud says why. The same command goes on.',
      },
    },
  };
}

/** Reads each feed, a few at a time: more in parallel would only compete for the vendor's quota. */
export function backfillMachine(partition: string, feedMachineArn: string, feedsAtOnce: number): object {
  return {
    Comment: 'Tidemark: a backfill, feed by feed.',
    StartAt: 'Each feed',
    States: {
      'Each feed': {
        Type: 'Map',
        ItemsPath: '$.feeds',
        MaxConcurrency: feedsAtOnce,
        Label: MAP_LABEL,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Read the feed',
          States: {
            'Read the feed': {
              Type: 'Task',
              Resource: `arn:${partition}:states:::states:startExecution.sync:2`,
              Parameters: {
                StateMachineArn: feedMachineArn,
                'Name.$': "States.Format('{}-{}', $.name, States.UUID())",
                Input: {
                  'feed.$': '$.feed',
                  'function.$': '$.function',
                  'order.$': '$.order',
                  'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id',
                },
              },
              ResultSelector: { 'more.$': '$.Output.more' },
              ResultPath: '$.ended',
              // A feed that gives up or is cancelled does not stop the others.
              Retry: [STEP_HICCUPS],
              Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Was it stopped?' }],
              Next: 'Is there more?',
            },
            // A cancelled feed was stopped on purpose, so it is not a failure.
            'Was it stopped?': {
              Type: 'Choice',
              Choices: [
                {
                  And: [
                    { Variable: '$.error.Cause', IsPresent: true },
                    { Variable: '$.error.Cause', StringMatches: '*"Status":"ABORTED"*' },
                  ],
                  Next: 'Done',
                },
              ],
              Default: 'Gave up',
            },
            'Is there more?': {
              Type: 'Choice',
              Choices: [{ Variable: '$.ended.more', BooleanEquals: true, Next: 'Read the feed' }],
              Default: 'Done',
            },
            // Minimal results, because all of them together have a size limit.
            Done: { Type: 'Pass', Result: { failed: false }, End: true },
            'Gave up': { Type: 'Pass', Result: { failed: true }, End: true },
          },
        },
        ResultPath: '$.results',
        Next: 'Look at results',
      },
      'Look at results': {
        Type: 'Pass',
        Parameters: { 'failed.$': 'States.ArrayContains($.results[*].failed, true)' },
        Next: 'All well?',
      },
      'All well?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.failed', BooleanEquals: true, Next: 'Some gave up' }],
        Default: 'All done',
      },
      'All done': { Type: 'Succeed' },
      'Some gave up': {
        Type: 'Fail',
        Error: 'SomeGaveUp',
        Cause: 'Feeds gave up or were stopped: npx tidemark status --cloud says which. The same command goes on.',
      },
    },
  };
}

/** The label in the names of the map's child executions. */
export const MAP_LABEL = 'feeds';
