import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { programOf } from '../../cli/program.ts';
import { FATES, METRICS, type Metric } from '../../functions/core/metrics.ts';
import { CONDITIONS } from '../../lib/watching/conditions.ts';
import { QUEUE_SIGNS } from '../../lib/watching/notification-alarms.ts';
import { connect, draw, LAKE, SOURCES, SPLUNK } from './support/draw.ts';

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly unknown[];
  readonly TreatMissingData: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly Period?: number;
  readonly Statistic?: string;
  readonly Metrics?: readonly MetricQuery[];
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

interface Resources {
  readonly [id: string]: {
    readonly Type: string;
    readonly DependsOn?: readonly string[];
    readonly Properties: { readonly AlarmActions?: readonly unknown[] };
  };
}

const usual = draw();
const alarms = usual.account
  .find<AlarmProperties>('AWS::CloudWatch::Alarm')
  .map(({ properties }) => properties)
  .filter(({ AlarmDescription }) => typeof AlarmDescription === 'string');
const named = (name: string) => alarms.filter(({ AlarmDescription }) => AlarmDescription.includes(`/${name}: `));

test('each source has one alarm a condition, and those of its streams, however many feeds it has', () => {
  // Of a stream to S3 two, of one to Splunk three.
  const streams = SOURCES.length * 5;
  // The condition of what only some have is looked at where that is.
  for (const { name } of CONDITIONS.filter(({ rotation }) => !rotation)) {
    // A backfill that gave up is none of a source's own.
    const beside = { 'delivery-failing': streams, failing: 1 }[name] ?? 0;
    expect(named(name), name).toHaveLength(SOURCES.length + beside);
  }
  const more = draw({
    connections: SOURCES.flatMap(({ id, origin }) =>
      ['a', 'b', 'c'].map((one) => ({
        id: one,
        source: id,
        ...(origin === undefined && { origin: 'https://a.example' }),
      })),
    ),
  });
  expect(more.account.find('AWS::CloudWatch::Alarm')).toHaveLength(usual.account.find('AWS::CloudWatch::Alarm').length);
});

test.each([
  ['nothing is said', undefined, 'no address and no topic'],
  ['no address is given', { emails: [] }, 'no address and no topic'],
  ['the address is that of a document', { emails: ['soc@example.com'] }, 'only example addresses'],
  ['there is an address', { emails: ['soc@acme.test'] }, undefined],
  ['there is a topic', { topicArn: 'arn:aws:sns:eu-west-1:111122223333:soc' }, undefined],
  ['it is meant', 'none', undefined],
])('where %s, synth says whether alarms reach nobody', (_, alarms, why) => {
  const warned = draw({ deployment: { ...(alarms !== undefined && { alarms }) } }).warnings();

  expect(warned).toEqual(why === undefined ? [] : [expect.stringMatching(`^ALARMS REACH NOBODY: .* has ${why}\\.`)]);
});

test('every alarm tells somebody, what to run first and where to read on', () => {
  const headings = [...readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8').matchAll(/^## (.+)$/gm)];

  expect(headings.map(([, heading]) => heading).toSorted()).toEqual(
    [...CONDITIONS, ...QUEUE_SIGNS].map(({ name }) => name).toSorted(),
  );
  for (const { AlarmDescription, AlarmActions } of alarms) {
    expect(AlarmActions).toHaveLength(1);
    expect(AlarmDescription).toMatch(/ First: (npx tidemark|aws sqs) .* Then: docs\/runbook\.md, [a-z-]+\.$/);
  }
});

/** What is run after `npx tidemark`: throws where the command, or an option of it, is not there. */
function parsed(words: string): { name: string; values: Readonly<Record<string, unknown>> } {
  const [name = '', ...args] = words.split(' ');
  const above = programOf('0', () => undefined).commands.find((one) => one.name() === name);
  const below = above?.commands.find((one) => one.name() === args[0]);
  const command = below ?? above;
  if (!command) throw new Error(`there is no tidemark ${words}`);
  command.action(() => undefined).parse(below ? args.slice(1) : args, { from: 'user' });
  return { name, values: command.opts() };
}

test('what alarms and the runbook say to run is there, takes those options, and looks into the account', () => {
  const rotating = draw({
    connections: SOURCES.map(({ id, rotation }) => connect(id, 'acme', rotation && { rotate: true })),
  });
  const first = rotating.account
    .find<AlarmProperties>('AWS::CloudWatch::Alarm')
    .flatMap(({ properties }) => / First: npx tidemark ([^.,]*)[.,]/.exec(properties.AlarmDescription)?.[1] ?? []);
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const written = [...runbook.matchAll(/`npx tidemark ([^`]+)`/g)].map(([, words = '']) => words);

  expect(new Set(first).size).toBeGreaterThan(4);
  expect(written.length).toBeGreaterThan(10);
  for (const words of new Set([...first, ...written])) {
    const { name, values } = parsed(words);
    // That forwards from a machine, where there is no account.
    if (name !== 'run') expect(values.cloud, words).toBe(true);
  }
});

test('every alarm there is has an action, whoever made the topic', () => {
  for (const { forwarding } of [
    usual,
    draw({ deployment: { alarms: { topicArn: 'arn:aws:sns:eu-west-1:111122223333:soc' } } }),
  ]) {
    const all = Object.values(forwarding.findResources('AWS::CloudWatch::Alarm'));
    expect(all).toHaveLength(alarms.length);
    for (const { Properties } of all) expect(Properties.AlarmActions).toHaveLength(1);
  }
});

test('nothing runs unwatched: whom schedules invoke as is made after all alarms of the source, and taken out before them', () => {
  const { Resources } = usual.forwarding.toJSON() as { Resources: Resources };
  const missed = Object.keys(Resources).filter((id) => id.startsWith('MissedAlarm'));
  const roles = usual.account.find<{ Target: { RoleArn: string; Input: string } }>('AWS::Scheduler::Schedule');
  const used = new Map(
    roles.flatMap(({ properties: { Target } }) => {
      const source = sourceOf(Target.Input);
      return source === undefined ? [] : [[source, Target.RoleArn] as const];
    }),
  );

  for (const { id } of SOURCES.filter(({ id }) => used.has(id))) {
    const own = Object.keys(Resources).filter(
      (name) => Resources[name]?.Type === 'AWS::CloudWatch::Alarm' && name.startsWith(`${id}alarms`),
    );
    expect(own.length).toBeGreaterThan(CONDITIONS.length);
    const role = used.get(id)?.split('/').at(-1) ?? '';
    expect(Resources[role]?.Type).toBe('AWS::IAM::Role');
    expect(Resources[role]?.DependsOn).toEqual(expect.arrayContaining([...own, ...missed]));
  }
  expect(used.size).toBe(SOURCES.length);
});

test('nothing runs unwatched: schedules are deployed after the stack of their alarms, and destroyed with it', () => {
  const sharded = draw({ deployment: { shards: 3 } });
  for (const shard of [1, 2, 3])
    expect(sharded.dependencies(`tidemark-schedules-${shard}`)).toContain('tidemark-forwarding');
  expect(sharded.dependencies('tidemark-forwarding')).toEqual(['tidemark-state']);
});

function sourceOf(input: string): string | undefined {
  return (JSON.parse(input) as { connection?: { source: string } }).connection?.source;
}

test('every article says what it is, how to find out, and what to do', () => {
  const articles = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8')
    .split(/^## /m)
    .slice(1);
  for (const article of articles) {
    expect(article).toMatch(/\*\*Description\.\*\*[\s\S]*\*\*Investigation\.\*\*[\s\S]*\*\*Resolution\.\*\*/);
  }
});

test('alarms are about metrics that the functions count, with the source as their only dimension', () => {
  const own = alarms.filter(({ Namespace }) => Namespace === 'Tidemark');
  expect(own.length).toBeGreaterThan(SOURCES.length * 7);
  for (const { MetricName = '', Dimensions = [] } of own) {
    expect(Object.keys(METRICS)).toContain(MetricName);
    expect(Dimensions.map(({ Name }) => Name)).toEqual(['source']);
  }
});

/** What is wrong with the fates of metrics: one that means loss needs an alarm, every other one an alarm or a reason. */
function faultsOf(fates: typeof FATES, watched: ReadonlySet<Metric>): string[] {
  return (Object.keys(METRICS) as Metric[]).flatMap((metric) => {
    const { means, withoutAlarm, seenBy } = fates[metric];
    const isWatched = watched.has(metric);
    const isSeen = isWatched || (seenBy !== undefined && watched.has(seenBy));
    return [
      ...(means === 'loss' && !isSeen ? [`${metric} means loss and has no alarm`] : []),
      ...(!isWatched && !withoutAlarm ? [`${metric} has no alarm and no reason for that`] : []),
      ...(isWatched && withoutAlarm !== undefined ? [`${metric} has an alarm and a reason for having none`] : []),
      ...(seenBy !== undefined && !isSeen ? [`${metric} is not seen by ${seenBy}, which has no alarm`] : []),
    ];
  });
}

test('whatever is counted has an alarm, or a written reason why it needs none; what means loss has an alarm', () => {
  const watched = new Set(CONDITIONS.flatMap(({ metrics }) => metrics));
  const without = (metric: Metric) => new Set([...watched].filter((one) => one !== metric));

  expect(faultsOf(FATES, watched)).toEqual([]);
  expect(faultsOf(FATES, without('TotalMismatch'))).toContain('TotalMismatch means loss and has no alarm');
  expect(faultsOf(FATES, without('Quarantined'))).toContain('Unreadable means loss and has no alarm');
  expect(faultsOf({ ...FATES, Fetched: { means: 'work' } }, watched)).toEqual([
    'Fetched has no alarm and no reason for that',
  ]);
  expect(faultsOf({ ...FATES, Gap: { means: 'loss', withoutAlarm: 'It is rare.' } }, watched)).toHaveLength(1);
});

test('two deployments in one account count apart: neither alarms, nor keeps quiet, for the other', () => {
  const namespaces = (prefix: string) => {
    const { account } = draw({ deployment: { stackPrefix: prefix } });
    const counted = account
      .find<{ Environment: { Variables: Record<string, string> } }>('AWS::Lambda::Function')
      .map(({ properties }) => properties.Environment.Variables.TIDEMARK_NAMESPACE);
    const shown = account.find<{ DashboardBody: string }>('AWS::CloudWatch::Dashboard');
    const read = account
      .find<AlarmProperties>('AWS::CloudWatch::Alarm')
      .flatMap(({ properties }) => [
        properties.Namespace,
        ...(properties.Metrics ?? []).map(({ MetricStat }) => MetricStat?.Metric.Namespace),
      ]);
    const drawn = shown.flatMap(
      ({ properties }) => properties.DashboardBody.match(/Tidemark[^"]*(?=","\w+","source")/g) ?? [],
    );
    expect(drawn.length).toBeGreaterThan(0);
    return [...new Set([...counted, ...read, ...drawn])].filter((one) => one !== undefined && !one.startsWith('AWS/'));
  };

  expect(namespaces('tidemark')).toEqual(['Tidemark']);
  expect(namespaces('audit-eu')).toEqual(['Tidemark/audit-eu']);
});

test('that nobody counts any more is the alarm of feeds that do not run; of all others silence is none', () => {
  for (const { name, rotation } of CONDITIONS) {
    const wanted = name === 'not-running' ? 'breaching' : 'notBreaching';
    // What only some have is tried where they have it.
    if (!rotation) expect(named(name).length, name).toBeGreaterThan(0);
    for (const { TreatMissingData } of named(name)) expect(TreatMissingData, name).toBe(wanted);
  }
});

test('a stream that does not deliver is told of by its age and by its failures, long before Firehose drops anything', () => {
  const [first] = SOURCES;
  for (const [{ id }, delivery] of [
    [LAKE, 'DeliveryToS3'],
    [SPLUNK, 'DeliveryToSplunk'],
  ] as const) {
    const own = alarms
      .filter(({ AlarmDescription }) => AlarmDescription.startsWith(`tidemark-${id}-${first?.id}/delivery-failing: `))
      .filter(({ MetricName }) => MetricName !== undefined);

    expect(own.map(({ MetricName, Statistic }) => `${MetricName} ${Statistic}`)).toEqual([
      `${delivery}.DataFreshness Maximum`,
      `${delivery}.Success Average`,
    ]);
    const [stale, failed] = own as [AlarmProperties, AlarmProperties];
    expect(stale).toMatchObject({ ComparisonOperator: 'GreaterThanThreshold', Threshold: 3 * 3_600 });
    expect(failed).toMatchObject({ ComparisonOperator: 'LessThanThreshold', Threshold: 1 });
    for (const { Namespace, Dimensions, Period = 0, EvaluationPeriods, TreatMissingData } of own) {
      expect(Namespace).toBe('AWS/Firehose');
      expect(Dimensions).toEqual([{ Name: 'DeliveryStreamName', Value: `tidemark-${id}-${first?.id}` }]);
      expect(TreatMissingData).toBe('notBreaching');
      expect(Period * EvaluationPeriods).toBeLessThanOrEqual(3_600);
    }
  }
});

test('what Splunk did not take and Firehose put aside is told of: puts to the bucket, beside something refused', () => {
  const asides = alarms.filter(({ Metrics = [] }) =>
    Metrics.some(({ MetricStat }) => MetricStat?.Metric.Namespace === 'AWS/Firehose'),
  );

  expect(asides).toHaveLength(SOURCES.length);
  for (const { AlarmDescription, Metrics = [], Threshold, ComparisonOperator } of asides) {
    const stream = AlarmDescription.split('/')[0];
    const [expression, ...used] = Metrics;
    const told = used.map(({ Id, MetricStat }) => [Id, MetricStat?.Metric.MetricName, MetricStat?.Stat]);
    expect(expression?.Expression).toBe('IF(taken < 1, puts, 0)');
    expect(told).toEqual([
      ['taken', 'DeliveryToSplunk.Success', 'Minimum'],
      ['puts', 'DeliveryToS3.Success', 'SampleCount'],
    ]);
    expect(new Set(used.map(({ MetricStat }) => MetricStat?.Metric.Dimensions[0]?.Value))).toEqual(new Set([stream]));
    expect({ Threshold, ComparisonOperator }).toEqual({ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' });
  }
  const toLakeOnly = draw({ destinations: [LAKE] });
  expect(JSON.stringify(toLakeOnly.forwarding.toJSON())).not.toContain('DeliveryToSplunk');
});
