import { MINUTE, SECOND } from '../../functions/core/time.ts';

// Two state machines in Amazon's States Language. One reads one feed, invocation after invocation; the other does that for each
// feed of a backfill. What an answer means is not known here: the function says what to do next, and when.

/** What the machine of all feeds is started with. Each item is what the machine of one feed gets. */
export interface BackfillInput {
  readonly feeds: readonly FeedInput[];
}

export interface FeedInput {
  readonly feed: string;
  /** What the names of the feed's executions begin with. */
  readonly name: string;
  /** The ARN of the source's backfill function. */
  readonly function: string;
  /** What the function is invoked with. */
  readonly order: object;
}

/** After so many failures in a row, a quarter of an hour apart, a feed gives up: that is six hours. */
export const MOST_FAILURES = 24;
/** A turn takes about 11 of the 25,000 entries that an execution's history may have. */
const MOST_TURNS = 1_000;
const PAUSE_AFTER_ERROR = (15 * MINUTE) / SECOND;
/** AWS's own hiccups. The function's lease makes a second invocation harmless. */
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

/** The same of Step Functions itself, when another execution is to be started. That one has failed is none of these. */
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
 * Invokes until the feed is done; an execution whose history grows long ends and says that there is more.
 *
 * @param partition of AWS, which what Step Functions does itself is named by, too
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

/** Has each feed read, some at a time: windows of one feed, or all feeds of an account, would only fight over its quota. */
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
              // One feed that gives up, or is cancelled, stops no other.
              Retry: [STEP_HICCUPS],
              Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Was it stopped?' }],
              Next: 'Is there more?',
            },
            // To cancel is to stop it: that is as wanted.
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
            // Next to nothing, as all of these together must not be too long.
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

/** What Step Functions calls the runs of the map. */
export const MAP_LABEL = 'feeds';
