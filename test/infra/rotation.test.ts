import { globSync, readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseConnection } from '../../functions/core/config/connection.ts';
import { connect, type Drawing, draw, LAKE, SOURCES, SPLUNK } from './support/draw.ts';
import { allows, type Statement } from './support/policy.ts';

interface RoleProperties {
  readonly ManagedPolicyArns?: readonly string[];
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

interface ScheduleProperties {
  readonly ScheduleExpression: string;
  readonly FlexibleTimeWindow: object;
  readonly Target: {
    readonly Arn: string;
    readonly RoleArn: string;
    readonly Input: string;
    readonly RetryPolicy: object;
    readonly DeadLetterConfig: object;
  };
}

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const SECRETS = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret';
const VPC = { subnetIds: ['subnet-0123abcd'], securityGroupIds: ['sg-0123abcd'] };
const NEEDED = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'];
const sources = SOURCES.filter(({ rotation }) => rotation);
const [{ id: source } = { id: '' }] = sources;
const others = SOURCES.filter(({ id }) => id !== source).map(({ id }) => connect(id));

const connections = [
  connect(source, 'acme', { rotate: true }),
  connect(source, 'quiet'),
  connect(source, 'foreign', { rotate: true, secret: 'team/audit' }),
  connect(source, 'whole', { rotate: true, secret: `${SECRETS}:team/whole-AbCdEf` }),
  // Two connections may share a secret.
  connect(source, 'twin', { rotate: true, secret: 'team/audit', streams: {} }),
  ...others,
];
const drawn = draw({ connections });

function rolesOf({ account }: Drawing, beginning: string) {
  const roles = account.find<RoleProperties>('AWS::IAM::Role').filter(({ id }) => id.startsWith(beginning));
  expect(roles.map(({ id }) => id)).toHaveLength(1);
  return roles.flatMap(({ properties: { Policies } }) => Policies.flatMap((one) => one.PolicyDocument.Statement));
}

test('without a connection that rotates there is nothing of it', () => {
  const { account } = draw();

  for (const type of ['AWS::Lambda::Function', 'AWS::IAM::Role', 'AWS::Logs::LogGroup'])
    expect(account.find(type).filter(({ id }) => id.includes('rotation'))).toEqual([]);
  const alarms = account.find<{ AlarmDescription: string }>('AWS::CloudWatch::Alarm');
  expect(alarms.filter(({ properties }) => properties.AlarmDescription.includes('rotation-stuck'))).toEqual([]);
});

test('each source of which a connection rotates has one function for it, with time to store, and none of what forwards', () => {
  const functions = drawn.account.find<{ Environment: { Variables: object } }>('AWS::Lambda::Function');
  const own = functions.filter(({ id }) => id.includes('rotation'));

  // Beside those that read on and those that read the past.
  expect(functions).toHaveLength(2 * SOURCES.length + 1);
  expect(own.map(({ id }) => id)).toEqual([expect.stringMatching(`^${source}rotationFunction`)]);
  expect(own[0]?.properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 300,
    Environment: { Variables: { TIDEMARK_LOG_LEVEL: 'info' } },
    LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
  });
  expect(Object.keys(own[0]?.properties.Environment.Variables ?? {})).toEqual([
    'TIDEMARK_LOG_LEVEL',
    'TIDEMARK_NAMESPACE',
    'TIDEMARK_ORIGINS',
    'NODE_OPTIONS',
    'MALLOC_ARENA_MAX',
    'MALLOC_MMAP_THRESHOLD_',
    'MALLOC_TRIM_THRESHOLD_',
  ]);
  drawn.forwarding.resourcePropertiesCountIs(
    'AWS::Lambda::EventInvokeConfig',
    { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: Match.anyValue() } } },
    2 * SOURCES.length + 1,
  );
});

test('the way out of a closed network is the same', () => {
  const deployment = {
    vpc: VPC,
    proxy: 'http://proxy.example.com:3128',
    caBundle: '/somewhere/authority.pem',
    timeout: '1m',
  };
  const [own] = draw({ connections, deployment })
    .account.find('AWS::Lambda::Function')
    .filter(({ id }) => id.includes('rotation'));

  expect(own?.properties).toMatchObject({
    // A run may be as short as one likes; what the vendor gives only once has its own time.
    Timeout: 300,
    VpcConfig: { SubnetIds: VPC.subnetIds, SecurityGroupIds: VPC.securityGroupIds },
    Environment: {
      Variables: { HTTPS_PROXY: deployment.proxy, NODE_EXTRA_CA_CERTS: '/opt/tidemark/authorities.pem' },
    },
  });
});

describe('its role', () => {
  const statements = rolesOf(drawn, `${source}rotationRole`);
  const may = (action: string, resource: string) => allows(statements, { action, resource });
  const mine = ['team/audit-AbCdEf', 'team/whole-AbCdEf', `tidemark/${source}/acme-AbCdEf`];
  const not = [
    `tidemark/${source}/quiet-AbCdEf`,
    `tidemark/${source}/acme-2-AbCdEf`,
    `tidemark/${source}/acme`,
    'tidemark/splunk/soc-AbCdEf',
    'team/audit-2-AbCdEf',
    'payroll-AbCdEf',
  ];

  test.each(NEEDED)('may secretsmanager:%s of the secrets that rotate, and of no other', (action) => {
    for (const name of mine) expect(may(`secretsmanager:${action}`, `${SECRETS}:${name}`), name).toBe(true);
    for (const name of not) expect(may(`secretsmanager:${action}`, `${SECRETS}:${name}`), name).toBe(false);
  });

  test('may nothing else with a secret, nor anything of what forwarding may', () => {
    const actions = ['DeleteSecret', 'UpdateSecret', 'RotateSecret', 'TagResource', 'PutResourcePolicy', 'ListSecrets'];
    for (const action of actions) expect(may(`secretsmanager:${action}`, `${SECRETS}:${mine[0]}`), action).toBe(false);
    for (const action of [
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'firehose:PutRecordBatch',
      's3:PutObject',
      'kms:Decrypt',
    ])
      expect(may(action, 'anything'), action).toBe(false);
    expect(may('sqs:SendMessage', drawn.account.arn('tidemark-forwarding', 'Missed3BACDA05'))).toBe(true);
    const [log] = drawn.account.find('AWS::Logs::LogGroup').filter(({ id }) => id.startsWith(`${source}rotation`));
    expect(may('logs:PutLogEvents', drawn.account.arn('tidemark-forwarding', log?.id ?? ''))).toBe(true);
    expect([statements.map(({ Resource }) => Resource)].flat(2)).not.toContain('*');
  });

  test('is allowed what the code asks of Secrets Manager, and the role that forwards what its code does', () => {
    const asked = (file: string) =>
      /import \{([^}]*)\} from '@aws-sdk\/client-secrets-manager'/
        .exec(readFileSync(file, 'utf8'))?.[1]
        ?.match(/\w+(?=Command\b)/g) ?? [];
    const allowed = (statements: readonly Statement[]) =>
      [statements.map(({ Action }) => Action)]
        .flat(2)
        .filter((action) => action.startsWith('secretsmanager:'))
        .map((action) => action.slice('secretsmanager:'.length))
        .toSorted();
    const files = globSync('functions/shell/**/*.ts').filter((file) => asked(file).length > 0);

    expect(files.toSorted()).toEqual(['functions/shell/auth/rotating-secret.ts', 'functions/shell/auth/secret.ts']);
    expect(allowed(statements)).toEqual(asked('functions/shell/auth/rotating-secret.ts').toSorted());
    expect(allowed(rolesOf(drawn, `${source}Role`))).toEqual(asked('functions/shell/auth/secret.ts').toSorted());
  });

  test('may use the account’s own key, where there is one', () => {
    const other = KEY.replace('key/0', 'key/a');
    const deployment = { kmsKeyArn: KEY, secretKeyArns: [other] };
    const own = rolesOf(draw({ connections, deployment }), `${source}rotationRole`);
    const through = (service: string, secret = mine[0]) => ({
      'kms:ViaService': [`${service}.eu-west-1.amazonaws.com`],
      'kms:EncryptionContext:SecretARN': [`${SECRETS}:${secret}`],
    });

    for (const resource of [KEY, other]) {
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
        for (const name of mine)
          expect(allows(own, { action, resource, context: through('secretsmanager', name) }), name).toBe(true);
        for (const name of not)
          expect(allows(own, { action, resource, context: through('secretsmanager', name) }), name).toBe(false);
        for (const service of ['dynamodb', 'firehose', 's3'])
          expect(allows(own, { action, resource, context: through(service) }), service).toBe(false);
        expect(allows(own, { action, resource, context: { 'kms:ViaService': ['secretsmanager.x.y'] } })).toBe(false);
        expect(allows(own, { action, resource })).toBe(false);
      }
      const context = through('secretsmanager');
      expect(allows(own, { action: 'kms:ScheduleKeyDeletion', resource, context })).toBe(false);
    }
    const queue = { 'kms:ViaService': ['sqs.eu-west-1.amazonaws.com'] };
    expect(allows(own, { action: 'kms:GenerateDataKey', resource: KEY, context: queue })).toBe(true);
    expect(allows(own, { action: 'kms:GenerateDataKey', resource: other, context: queue })).toBe(false);
  });

  test('has room for fifty secrets', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        connect(source, `tenant-with-a-rather-long-name-${at}`, { rotate: true }),
      );
    const { account } = draw({ connections: many(50) });

    const [role] = account
      .find<RoleProperties>('AWS::IAM::Role')
      .filter(({ id }) => id.startsWith(`${source}rotationRole`));
    expect(JSON.stringify(role?.properties.Policies).length).toBeLessThan(10_240);
    expect(() => draw({ connections: many(51) })).toThrow(
      `$.connections[50].rotate: of ${source} there are 51 secrets that rotate, wanted 50 at most`,
    );
  });

  test.each([
    [{}, 'x'.repeat(90), 50, 60],
    [{ kmsKeyArn: KEY, secretKeyArns: [KEY, KEY], vpc: VPC }, 'x'.repeat(20), 35, 50],
  ])('has room for secrets with long names, and says when it has none: with %j', (deployment, long, fit, tooMany) => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => connect(source, `c${at}`, { rotate: true, secret: `${long}/${at}` }));
    const fits = rolesOf(draw({ connections: many(fit), deployment }), `${source}rotationRole`);

    expect(JSON.stringify({ Version: '2012-10-17', Statement: fits }).length).toBeLessThan(10_240);
    expect(() => draw({ connections: many(tooMany), deployment })).toThrow(/^ {2}\$\.connections\[\d+\]\.rotate: /m);
  });
});

describe('its schedules', () => {
  const schedules = drawn.account.find<ScheduleProperties>('AWS::Scheduler::Schedule');
  const [own, rest] = [true, false].map((isOwn) =>
    schedules.filter(({ properties }) => (JSON.parse(properties.Target.Input).act === 'rotate') === isOwn),
  ) as [typeof schedules, typeof schedules];

  test('are one a day for each connection that rotates, at a minute of its own, whenever it is deployed', () => {
    const minutes = own.map(({ properties }) => properties.ScheduleExpression);

    expect(own.map(({ properties }) => JSON.parse(properties.Target.Input).connection.id).toSorted()).toEqual([
      'acme',
      'foreign',
      'twin',
      'whole',
    ]);
    for (const { properties } of schedules) {
      const { connection } = JSON.parse(properties.Target.Input);
      const of = SOURCES.find(({ id }) => id === connection?.source);
      // Whichever function gets it, it takes it as it is.
      if (of) expect(parseConnection(of, connection)).toEqual(connection);
      expect(connection?.rotate).not.toBe(false);
    }
    for (const expression of minutes) expect(expression).toMatch(/^cron\(\d{1,2} \d{1,2} \* \* \? \*\)$/);
    expect(new Set(minutes).size).toBe(own.length);
    for (const { properties } of own) expect(properties.FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
  });

  test('invoke its function, as a role that may invoke no other, once', () => {
    const statements = rolesOf(drawn, `${source}rotationscheduler`);
    const invoked = drawn.account
      .find('AWS::Lambda::Function')
      .filter(({ stack, id }) =>
        allows(statements, { action: 'lambda:InvokeFunction', resource: drawn.account.arn(stack, id) }),
      );

    expect(invoked.map(({ id }) => id)).toEqual([expect.stringMatching(`^${source}rotationFunction`)]);
    for (const { properties } of own) {
      const { Arn, RoleArn, RetryPolicy, DeadLetterConfig } = properties.Target;
      expect(Arn).toContain(`function/${source}rotationFunction`);
      expect(RoleArn).toContain(`role/${source}rotationscheduler`);
      expect(RetryPolicy).toEqual({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 });
      expect(DeadLetterConfig).toEqual({ Arn: drawn.account.arn('tidemark-forwarding', 'Missed3BACDA05') });
    }
    for (const { properties } of rest) expect(properties.Target.Arn).not.toContain('rotation');
  });
});

test('its alarm is there for sources that rotate only, and stands from one day’s count to the next', () => {
  const alarms = drawn.account
    .find<{ AlarmDescription: string }>('AWS::CloudWatch::Alarm')
    .map(({ properties }) => properties)
    .filter(({ AlarmDescription }) => AlarmDescription.includes('rotation-stuck'));

  expect(alarms).toMatchObject([
    {
      AlarmDescription: expect.stringMatching(
        new RegExp(
          `^${source}/rotation-stuck: .* First: npx tidemark secret set .* Then: docs/runbook.md, rotation-stuck`,
        ),
      ),
      MetricName: 'RotationStuck',
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      DatapointsToAlarm: 1,
      Dimensions: [{ Name: 'source', Value: source }],
    },
  ]);
  const [{ Period, EvaluationPeriods } = { Period: 0, EvaluationPeriods: 0 }] = alarms as unknown as {
    Period: number;
    EvaluationPeriods: number;
  }[];
  expect(Period * EvaluationPeriods).toBeGreaterThan(25 * 3_600);
});

test.each(SOURCES.filter(({ rotation }) => !rotation).map(({ id }) => id))(
  '%s has no rotation: the setting is unknown',
  (id) => {
    const file = { connections: [connect(id, 'acme', { rotate: true })], destinations: [LAKE, SPLUNK] };

    expect(() => draw(file)).toThrow('$.connections[0].rotate: there is no such setting');
  },
);
