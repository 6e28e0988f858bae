import { expect, test } from 'vitest';
import { nextStep } from '../../functions/core/run/next-step.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { emptyTally } from '../../functions/core/stored/tally.ts';
import { functionOutput } from '../../lib/account/outputs.ts';
import { MOST_FAILURES } from '../../lib/functions/backfill-machines.ts';
import { draw, SOURCES } from './support/draw.ts';
import { machinesOf, runMachines, Stopped, statesOf } from './support/run-machines.ts';

const usual = draw();
const machines = machinesOf(usual.account);

function feeds(...names: string[]) {
  return {
    feeds: names.map((feed) => ({ feed, name: feed, function: `arn:${feed}`, order: { act: 'backfill', feed } })),
  };
}

/** A function that answers for a feed as it is told, and then that all is done. */
function answering(script: Record<string, (Partial<FeedReport> | Error)[]>) {
  const asked: Record<string, number> = {};
  return {
    asked,
    invoke: async (_: string, order: object) => {
      const { feed } = order as { feed: string };
      asked[feed] = (asked[feed] ?? 0) + 1;
      const told = script[feed]?.shift() ?? {};
      if (told instanceof Error) throw told;
      const report: FeedReport = { ...emptyTally(), feed, state: 'caught-up', warnings: [], ...told };
      return { feeds: [{ ...report, next: nextStep(report, 1_768_035_600_000_000) }] };
    },
  };
}

const error = (code: 'config' | 'failing') => ({ code, stage: 'receiving', message: 'x', remedy: 'y' }) as const;

test('the machines read each feed, invocation after invocation, until it is done', async () => {
  const { asked, invoke } = answering({
    long: [{ state: 'more' }, { state: 'more' }, { state: 'paused', until: '2026-01-10T09:30:00Z' }, { state: 'busy' }],
  });

  const ran = await runMachines(machines, feeds('long', 'short'), invoke);

  expect(ran.failed).toBe(false);
  expect(asked).toEqual({ long: 5, short: 1 });
  expect(ran.begun).toEqual([expect.stringMatching(/^long-.{36}$/), expect.stringMatching(/^short-.{36}$/)]);
  expect(ran.waited).toEqual(['09:00:00', '09:00:00', '09:30:01', '09:01:00'].map((time) => `2026-01-10T${time}Z`));
  const way = ran.ways.find(({ length }) => length > 4);
  expect(way).toEqual([
    'Begin',
    ...Array(4).fill(['Invoke', 'Decide', 'Count a turn', 'Wait']).flat(),
    'Invoke',
    'Decide',
    'Done',
  ]);
});

test('a feed that goes on failing gives up, and the others are read to their end', async () => {
  const { asked, invoke } = answering({
    down: Array(100).fill({ state: 'failed', error: error('failing') }),
    gone: Array(100).fill(new Error('the function could not even begin')),
    wrong: [{ state: 'failed', error: error('config') }],
    slow: Array(30).fill({ state: 'more' }),
  });

  const ran = await runMachines(machines, feeds('down', 'wrong', 'slow', 'gone'), invoke);

  expect(ran.failed).toBe(true);
  expect(asked).toEqual({ down: MOST_FAILURES, wrong: 1, slow: 31, gone: MOST_FAILURES });
});

test('failures count in a row only', async () => {
  const failure = { state: 'failed', error: error('failing') } as const;
  const night = [...Array(MOST_FAILURES - 1).fill(failure), { state: 'more' as const }];
  const { asked, invoke } = answering({ shaky: [...night, ...night] });

  const ran = await runMachines(machines, feeds('shaky'), invoke);

  expect(ran.failed).toBe(false);
  expect(asked).toEqual({ shaky: 2 * MOST_FAILURES + 1 });
});

test('AWS’s own hiccups are asked again at once and count for nothing', async () => {
  const hiccup = Object.assign(new Error('try again'), { name: 'Lambda.TooManyRequestsException' });
  const { asked, invoke } = answering({ shaken: [hiccup, hiccup, { state: 'more' }] });

  const ran = await runMachines(machines, feeds('shaken'), invoke);

  expect([ran.failed, asked.shaken]).toEqual([false, 4]);
  expect(ran.ways[0]).not.toContain('Count an error');
});

test('a feed that is stopped on purpose is no failure, and the others go on', async () => {
  const { asked, invoke } = answering({ unwanted: [{ state: 'more' }, new Stopped()], wanted: [{ state: 'more' }] });

  const ran = await runMachines(machines, feeds('unwanted', 'wanted'), invoke);

  expect(ran.failed).toBe(false);
  expect(asked).toEqual({ unwanted: 2, wanted: 2 });
});

test('Step Functions’ own hiccups start the feed again; only what it cannot do at all is given up', async () => {
  const { asked, invoke } = answering({ busy: [{ state: 'more' }] });
  const hiccup = (name: string) => Object.assign(new Error('Rate exceeded'), { name });
  const answers = [hiccup('StepFunctions.ThrottlingException'), hiccup('StepFunctions.SdkClientException')];
  const failing = (answers: Error[]) => () => {
    const answer = answers.shift();
    if (answer) throw answer;
  };

  const ran = await runMachines(machines, feeds('busy'), invoke, failing(answers));
  const refused = await runMachines(machines, feeds('busy'), invoke, failing([hiccup('StepFunctions.InvalidName')]));

  expect([ran.failed, asked.busy]).toEqual([false, 2]);
  expect([refused.failed, refused.begun]).toEqual([true, []]);
});

test('an execution ends long before its history is full, and another goes on', async () => {
  const { asked, invoke } = answering({ endless: Array(2_100).fill({ state: 'more' }) });

  const ran = await runMachines(machines, feeds('endless'), invoke);

  expect([ran.failed, asked.endless]).toEqual([false, 2_101]);
  expect(ran.begun).toHaveLength(3);
  // A state takes two entries of the 25,000, an invocation three more.
  for (const way of ran.ways) {
    const invocations = way.filter((state) => state === 'Invoke').length;
    expect(2 * way.length + 3 * invocations).toBeLessThan(25_000 / 2);
  }
});

test('so many feeds are read at once as the setting says, each in an execution of its own', () => {
  const map = (deployment: object) => {
    const states = statesOf(machinesOf(draw({ deployment }).account).feeds);
    return states['Each feed'] as unknown as { MaxConcurrency: number; ItemProcessor: { ProcessorConfig: object } };
  };

  expect(map({}).MaxConcurrency).toBe(5);
  expect(map({ backfill: { feedsAtOnce: 40 } }).MaxConcurrency).toBe(40);
  expect(map({}).ItemProcessor.ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
});

test('whoever gave up is an alarm, and all that the command line needs is told', () => {
  usual.forwarding.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/States',
    MetricName: 'ExecutionsFailed',
    Dimensions: [{ Name: 'StateMachineArn', Value: { 'Fn::GetAtt': ['BackfillFeeds8BF5B8A9', 'Arn'] } }],
    AlarmActions: [{ Ref: 'TopicBFC7AF6E' }],
  });
  expect(Object.keys(usual.forwarding.findOutputs('*'))).toEqual(
    expect.arrayContaining([
      'BackfillMachine',
      ...SOURCES.flatMap(({ id }) => [functionOutput(id), functionOutput(id, 'backfill')]),
    ]),
  );
});

test('the account’s own key encrypts what the machines remember', () => {
  const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

  draw({ deployment: { kmsKeyArn } }).forwarding.allResourcesProperties('AWS::StepFunctions::StateMachine', {
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: kmsKeyArn },
  });
});
