import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { connect, type Drawing, draw, SOURCES, SPLUNK } from './support/draw.ts';
import { allows, type Statement } from './support/policy.ts';

interface RoleProperties {
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly Statement[] };
  readonly ManagedPolicyArns?: readonly string[];
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const SECRETS = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret';
const usual = draw();
const TABLE = usual.account.arn('tidemark-state', 'TableCD117FA1');
const ARCHIVE = usual.account.arn('tidemark-state', 'ArchiveDA4CB258');
const QUARANTINE = usual.account.arn('tidemark-state', 'Quarantine23FF09FE');
const MISSED = usual.account.arn('tidemark-forwarding', 'Missed3BACDA05');

/** What the roles whose logical ids begin so may do. */
function statementsOf({ account }: Drawing, beginning: string): readonly Statement[] {
  const roles = account.find<RoleProperties>('AWS::IAM::Role').filter(({ id }) => id.startsWith(beginning));
  if (roles.length !== 1) throw new Error(`${roles.length} roles begin with ${beginning}`);
  return roles.flatMap(({ properties }) =>
    properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
  );
}

const keys = (...values: string[]) => ({ 'dynamodb:LeadingKeys': values });
const ACTIONS = ['GetItem', 'Query', 'PutItem', 'BatchWriteItem'];

test.each([{}, { kmsKeyArn: KEY }])(
  'with %j, no policy stands outside of its role, and no managed one is attached',
  (deployment) => {
    const { account } = draw({ deployment });
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::Lambda::Permission'])
      expect(account.find(type)).toEqual([]);
    for (const { id, properties } of account.find<RoleProperties>('AWS::IAM::Role'))
      expect(properties.ManagedPolicyArns, id).toBeUndefined();
  },
);

test('no action has a wildcard, and no statement is about everything', () => {
  for (const { id, properties } of usual.account.find<RoleProperties>('AWS::IAM::Role')) {
    const statements = properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(
      [statements.map(({ Action }) => Action)].flat(2).filter((action) => action.includes('*')),
      id,
    ).toEqual([]);
    expect([statements.map(({ Resource }) => Resource)].flat(2), id).not.toContain('*');
  }
});

test('no role may change a function or the layer that says where its secrets go', () => {
  const layers = usual.account.find<{ LayerName: string }>('AWS::Lambda::LayerVersion');
  const functions = usual.account.find<{ Layers: readonly string[] }>('AWS::Lambda::Function');
  const roles = usual.account.find<RoleProperties>('AWS::IAM::Role');
  const lambda = 'arn:aws:lambda:eu-west-1:111122223333';
  const targets = [
    ...layers.flatMap(({ properties: { LayerName: name } }) => [
      `${lambda}:layer:${name}`,
      `${lambda}:layer:${name}:2`,
    ]),
    ...functions.map(({ stack, id }) => usual.account.arn(stack, id)),
  ];
  const actions = [
    'PublishLayerVersion',
    'DeleteLayerVersion',
    'AddLayerVersionPermission',
    'UpdateFunctionConfiguration',
    'UpdateFunctionCode',
  ];

  // Each function has a layer of its own.
  expect(functions.map(({ properties }) => properties.Layers).toSorted()).toEqual(
    layers.map(({ id }) => [id]).toSorted(),
  );
  expect(new Set(layers.map(({ properties }) => properties.LayerName)).size).toBe(layers.length);
  for (const { id, properties } of roles) {
    const statements = properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    for (const resource of targets)
      for (const action of actions)
        expect(allows(statements, { action: `lambda:${action}`, resource }), `${id} ${action}`).toBe(false);
  }
});

const FUNCTIONS = SOURCES.flatMap(({ id }) => [
  [id, id],
  [`${id}backfill`, id],
]);

describe.each(FUNCTIONS)('the function %s', (name, source = '') => {
  const other = SOURCES.find(({ id }) => id !== source)?.id ?? '';
  const statements = statementsOf(usual, `${name}Role`);
  const may = (action: string, resource: string, context = {}) => allows(statements, { action, resource, context });

  test.each(ACTIONS)('may dynamodb:%s under keys of its own', (action) => {
    expect(may(`dynamodb:${action}`, TABLE, keys(`${source}/some-stream/acme`))).toBe(true);
    expect(may(`dynamodb:${action}`, TABLE, keys(`${source}/@deployment`))).toBe(true);
  });

  test.each(ACTIONS)('may not dynamodb:%s under others', (action) => {
    expect(may(`dynamodb:${action}`, TABLE, keys(`${other}/some-stream/acme`))).toBe(false);
    expect(may(`dynamodb:${action}`, TABLE, keys(`${source}/some-stream/acme`, `${other}/some-stream/acme`))).toBe(
      false,
    );
    expect(may(`dynamodb:${action}`, TABLE, keys(source))).toBe(false);
    expect(may(`dynamodb:${action}`, TABLE, keys(`${source}-2/some-stream/acme`))).toBe(false);
    expect(may(`dynamodb:${action}`, TABLE)).toBe(false);
    expect(may(`dynamodb:${action}`, `${TABLE}-2`, keys(`${source}/some-stream/acme`))).toBe(false);
  });

  test.each([
    'Scan',
    'PartiQLSelect',
    'PartiQLInsert',
    'PartiQLUpdate',
    'PartiQLDelete',
    'DeleteTable',
    'UpdateTable',
    'UpdateTimeToLive',
    'ExportTableToPointInTime',
    'DeleteItem',
  ])('may never dynamodb:%s', (action) => {
    expect(may(`dynamodb:${action}`, TABLE, keys(`${source}/some-stream/acme`))).toBe(false);
    expect(may(`dynamodb:${action}`, TABLE)).toBe(false);
  });

  test('may read its own secrets, and neither others nor write any', () => {
    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:tidemark/${source}/acme-AbCdEf`)).toBe(true);
    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:tidemark/${other}/acme-AbCdEf`)).toBe(false);
    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:tidemark/splunk/soc-AbCdEf`)).toBe(false);
    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:payroll-AbCdEf`)).toBe(false);
    for (const action of ['PutSecretValue', 'DeleteSecret', 'UpdateSecret', 'ListSecrets'])
      expect(may(`secretsmanager:${action}`, `${SECRETS}:tidemark/${source}/acme-AbCdEf`)).toBe(false);
  });

  test('may put records on its own streams only, and look at them', () => {
    const stream = (name: string) => `arn:aws:firehose:eu-west-1:111122223333:deliverystream/${name}`;

    for (const destination of ['lake', 'soc']) {
      expect(may('firehose:PutRecordBatch', stream(`tidemark-${destination}-${source}`))).toBe(true);
      expect(may('firehose:PutRecordBatch', stream(`tidemark-${destination}-${other}`))).toBe(false);
      expect(may('firehose:DescribeDeliveryStream', stream(`tidemark-${destination}-${source}`))).toBe(true);
      expect(may('firehose:DescribeDeliveryStream', stream(`tidemark-${destination}-${other}`))).toBe(false);
      expect(may('firehose:DeleteDeliveryStream', stream(`tidemark-${destination}-${source}`))).toBe(false);
    }
  });

  test('may write to its own log, and tell of what failed, and nothing of S3, KMS, Lambda or IAM', () => {
    const logs = usual.account.find('AWS::Logs::LogGroup').filter(({ id }) => /^[a-z]+Log[0-9A-F]{8}$/.test(id));
    const logArn = (name: string) =>
      usual.account.arn('tidemark-forwarding', logs.find(({ id }) => id.startsWith(`${name}Log`))?.id ?? '');

    expect(may('logs:PutLogEvents', logArn(name))).toBe(true);
    expect(may('logs:PutLogEvents', logArn(other))).toBe(false);
    expect(may('logs:PutLogEvents', logArn(name === source ? `${source}backfill` : source))).toBe(false);
    expect(may('logs:CreateLogGroup', logArn(name))).toBe(false);
    expect(may('sqs:SendMessage', MISSED)).toBe(true);
    expect(may('sqs:ReceiveMessage', MISSED)).toBe(false);
    expect(may('s3:GetObject', `${ARCHIVE}/lake/source=${source}/dt=2026-01-10/x`)).toBe(false);
    expect(may('s3:PutObject', `${ARCHIVE}/lake/source=${source}/dt=2026-01-10/x`)).toBe(false);
    for (const action of [
      'kms:Decrypt',
      'kms:Sign',
      'lambda:InvokeFunction',
      'iam:PassRole',
      'sts:AssumeRole',
      'ec2:CreateNetworkInterface',
    ])
      expect(may(action, 'anything')).toBe(false);
  });

  test('is allowed what the code in shell asks of DynamoDB, and no more', () => {
    const shell = globSync('functions/shell/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const asked = shell.flatMap(
      (text) => /import \{([^}]*)\} from '@aws-sdk\/client-dynamodb'/.exec(text)?.[1]?.match(/\w+(?=Command\b)/g) ?? [],
    );

    const allowed = [statements.map(({ Action }) => Action)].flat(2).filter((action) => action.startsWith('dynamodb:'));

    expect(allowed.toSorted()).toEqual(asked.map((action) => `dynamodb:${action}`).toSorted());
  });
});

describe('foreign secrets', () => {
  const [{ id: source } = { id: '' }] = SOURCES;
  const role = (secrets: string[]) =>
    statementsOf(
      draw({ connections: secrets.map((secret, at) => connect(source, `c${at}`, { secret })) }),
      `${source}Role`,
    );
  const read = (statements: readonly Statement[], resource: string) =>
    allows(statements, { action: 'secretsmanager:GetSecretValue', resource });

  test('are read by name and by ARN, one by one', () => {
    const statements = role(['team/audit', `${SECRETS}:team/whole-AbCdEf`, `${SECRETS}:team/part`]);

    for (const name of ['team/audit-AbCdEf', 'team/whole-AbCdEf', 'team/part-AbCdEf'])
      expect(read(statements, `${SECRETS}:${name}`), name).toBe(true);
    for (const name of [
      'team/audit',
      'team/audit-2-AbCdEf',
      'team/whole-AbCdEf-AbCdEf',
      'team/other-AbCdEf',
      'team/partly-AbCdEf',
    ])
      expect(read(statements, `${SECRETS}:${name}`), name).toBe(false);
  });

  test('are fifty at most: a role’s policies have a size', () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `team/${at}`);

    expect(() => role(names(50))).not.toThrow();
    expect(() => role(names(51))).toThrow(
      `$.connections[50].secret: of ${source} there are 51 secrets with names of their own, wanted 50 at most`,
    );
  });

  test('are as many as fit into a role, however long their names are', () => {
    const policy = (secrets: number, length: number) => {
      const connections = Array.from({ length: secrets }, (_, at) =>
        connect(source, `c${at}`, { secret: `team/${at}/`.padEnd(length, 'x') }),
      );
      const vpc = { subnetIds: ['subnet-0123abcd'], securityGroupIds: ['sg-0123abcd'] };
      const drawn = draw({ connections, deployment: { vpc, kmsKeyArn: KEY, stackPrefix: 'fifteen-letters' } });
      return JSON.stringify({ Version: '2012-10-17', Statement: statementsOf(drawn, `${source}Role`) }).length;
    };

    expect(policy(50, 90)).toBeLessThan(10_240);
    expect(() => policy(50, 110)).toThrow('$.connections[0].secret: of ');
    expect(policy(20, 340)).toBeLessThan(10_240);
  });

  test.each(['*', 'team/*', 'team/audi?', 'a secret', 'arn:aws:secretsmanager:*:111122223333:secret:x'])(
    '%j is none',
    (secret) => {
      expect(() => role([secret])).toThrow(`$.connections[0].secret: there is ${JSON.stringify(secret)}, wanted`);
    },
  );
});

describe.each(SOURCES.map(({ id }) => id))('the streams of %s', (source) => {
  const other = SOURCES.find(({ id }) => id !== source)?.id ?? '';

  test('write below their own prefixes of the archive', () => {
    const statements = statementsOf(usual, `${source}lakeRole`);
    const may = (action: string, resource: string) => allows(statements, { action, resource });

    expect(may('s3:PutObject', `${ARCHIVE}/lake/source=${source}/dt=2026-01-10/x.gz`)).toBe(true);
    expect(may('s3:PutObject', `${ARCHIVE}/errors/lake/source=${source}/processing-failed/x`)).toBe(true);
    expect(may('s3:PutObject', `${ARCHIVE}/lake/source=${other}/dt=2026-01-10/x.gz`)).toBe(false);
    expect(may('s3:PutObject', `${QUARANTINE}/lake/source=${source}/x`)).toBe(false);
    for (const action of [
      's3:DeleteObject',
      's3:PutObjectAcl',
      's3:PutObjectRetention',
      's3:BypassGovernanceRetention',
    ])
      expect(may(action, `${ARCHIVE}/lake/source=${source}/dt=2026-01-10/x.gz`)).toBe(false);
    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:tidemark/splunk/soc-AbCdEf`)).toBe(false);
  });

  test('read Splunk’s token and no other secret, and keep what Splunk does not take', () => {
    const statements = statementsOf(usual, `${source}socRole`);
    const may = (action: string, resource: string) => allows(statements, { action, resource });

    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:tidemark/splunk/soc-AbCdEf`)).toBe(true);
    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:tidemark/splunk/soc-2-AbCdEf`)).toBe(false);
    expect(may('secretsmanager:GetSecretValue', `${SECRETS}:tidemark/${source}/acme-AbCdEf`)).toBe(false);
    expect(may('s3:PutObject', `${QUARANTINE}/soc/source=${source}/splunk-failed/x`)).toBe(true);
    expect(may('s3:PutObject', `${QUARANTINE}/soc/source=${other}/splunk-failed/x`)).toBe(false);
    expect(may('s3:PutObject', `${ARCHIVE}/soc/source=${source}/x`)).toBe(false);
  });

  test('schedules invoke its function and no other', () => {
    const statements = statementsOf(usual, `${source}scheduler`);
    const functions = usual.account.find('AWS::Lambda::Function');
    const invoked = functions.filter(({ stack, id }) =>
      allows(statements, { action: 'lambda:InvokeFunction', resource: usual.account.arn(stack, id) }),
    );

    expect(invoked.map(({ id }) => id)).toEqual([expect.stringMatching(`^${source}Function`)]);
    expect(allows(statements, { action: 'sqs:SendMessage', resource: MISSED })).toBe(true);
    expect(allows(statements, { action: 'dynamodb:GetItem', resource: TABLE, context: keys(`${source}/x/y`) })).toBe(
      false,
    );
  });
});

test('roles of services that can tell for whom they work are taken on for this account only', () => {
  for (const { id, properties } of usual.account.find<RoleProperties>('AWS::IAM::Role')) {
    const [trust] = properties.AssumeRolePolicyDocument.Statement;
    const { Service } = (trust?.Principal ?? {}) as { Service?: string };
    const known = ['lambda', 'scheduler', 'firehose', 'states'].map((service) => `${service}.amazonaws.com`);
    expect(known, id).toContain(Service);
    if (Service !== 'lambda.amazonaws.com')
      expect(trust?.Condition, id).toEqual({ StringEquals: { 'aws:SourceAccount': '111122223333' } });
  }
});

describe('the state machines of backfills', () => {
  const STATES = 'arn:aws:states:eu-west-1:111122223333';
  const functionsThat = (role: string) =>
    usual.account
      .find('AWS::Lambda::Function')
      .filter(({ stack, id }) =>
        allows(statementsOf(usual, role), {
          action: 'lambda:InvokeFunction',
          resource: usual.account.arn(stack, id),
        }),
      )
      .map(({ id }) => id);

  test('of one feed invokes the backfill functions, and no others', () => {
    expect(functionsThat('BackfillFeedRole')).toEqual(
      SOURCES.map(({ id }) => expect.stringMatching(`^${id}backfillFunction`)),
    );
    const statements = statementsOf(usual, 'BackfillFeedRole');
    expect(
      allows(statements, { action: 'states:StartExecution', resource: `${STATES}:stateMachine:tidemark-backfill` }),
    ).toBe(false);
  });

  test('of all feeds starts and stops the two machines’ executions, and invokes nothing', () => {
    const statements = statementsOf(usual, 'BackfillRole');
    const may = (action: string, resource: string) => allows(statements, { action, resource });

    expect(functionsThat('BackfillRole')).toEqual([]);
    for (const machine of ['tidemark-backfill', 'tidemark-backfill-feed']) {
      expect(may('states:StartExecution', `${STATES}:stateMachine:${machine}`), machine).toBe(true);
      expect(may('states:StopExecution', `${STATES}:execution:${machine}:x`), machine).toBe(true);
    }
    // What a distributed map calls its runs.
    expect(may('states:DescribeExecution', `${STATES}:execution:tidemark-backfill/feeds:x`)).toBe(true);
    expect(may('states:StartExecution', `${STATES}:stateMachine:payroll`)).toBe(false);
    expect(may('states:StopExecution', `${STATES}:execution:payroll:x`)).toBe(false);
    expect(may('states:DeleteStateMachine', `${STATES}:stateMachine:tidemark-backfill`)).toBe(false);
    expect(may('events:PutRule', 'arn:aws:events:eu-west-1:111122223333:rule/payroll')).toBe(false);
  });
});

test('CloudWatch, and nobody else, may publish alarms and use their key', () => {
  const [policy] = usual.account.find<{ PolicyDocument: { Statement: Statement[] } }>('AWS::SNS::TopicPolicy');
  const keys = usual.account.find<{ KeyPolicy: { Statement: Statement[] } }>('AWS::KMS::Key');
  const key = keys.find(({ stack }) => stack === 'tidemark-forwarding');
  const service = ({ Principal }: Statement) => JSON.stringify(Principal).includes('cloudwatch.amazonaws.com');

  const publish = policy?.properties.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow') ?? [];
  const use = key?.properties.KeyPolicy.Statement.filter(service) ?? [];

  expect(publish.every(service)).toBe(true);
  const context = { 'aws:SourceAccount': ['111122223333'] };
  const resource = usual.account.arn('tidemark-forwarding', 'TopicBFC7AF6E');
  expect(allows(publish, { action: 'sns:Publish', resource, context })).toBe(true);
  expect(allows(publish, { action: 'sns:Publish', resource, context: { 'aws:SourceAccount': ['444455556666'] } })).toBe(
    false,
  );
  expect(allows(use, { action: 'kms:GenerateDataKey', resource: '*', context })).toBe(true);
  expect(allows(use, { action: 'kms:ScheduleKeyDeletion', resource: '*', context })).toBe(false);
});

describe('with the account’s own key', () => {
  const drawn = draw({ deployment: { kmsKeyArn: KEY } });
  const through = (service: string) => ({ 'kms:ViaService': [`${service}.eu-west-1.amazonaws.com`] });
  const SERVICES = ['dynamodb', 'secretsmanager', 'sqs', 's3', 'firehose', 'ec2'];
  const [{ id: source } = { id: '' }] = SOURCES;
  const usedBy = (role: string, action = 'kms:Decrypt') =>
    SERVICES.filter((service) =>
      allows(statementsOf(drawn, role), { action, resource: KEY, context: through(service) }),
    );

  test('each role may use it and no other, and nothing but use it', () => {
    for (const { id } of drawn.account.find('AWS::IAM::Role')) {
      const may = (action: string, resource: string) =>
        SERVICES.some((service) => allows(statementsOf(drawn, id), { action, resource, context: through(service) }));
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) expect(may(action, KEY), id).toBe(true);
      expect(may('kms:Decrypt', `${KEY.slice(0, -1)}1`), id).toBe(false);
      expect(may('kms:ScheduleKeyDeletion', KEY), id).toBe(false);
    }
  });

  test('a role comes to it only through the services that it works with', () => {
    expect(usedBy(`${source}Role`)).toEqual(['dynamodb', 'secretsmanager', 'sqs', 'firehose']);
    expect(usedBy(`${source}scheduler`)).toEqual(['sqs']);
    expect(usedBy(`${source}lakeRole`)).toEqual(['secretsmanager', 's3', 'firehose']);
    for (const role of [`${source}Role`, `${source}scheduler`, `${source}lakeRole`])
      expect(allows(statementsOf(drawn, role), { action: 'kms:Decrypt', resource: KEY }), role).toBe(false);
  });
});

test('secrets may have keys of their own, to be read with, by whoever reads secrets', () => {
  const other = KEY.replace('key/0', 'key/a');
  const drawn = draw({ deployment: { secretKeyArns: [other] } });
  const [{ id: source } = { id: '' }] = SOURCES;
  const may = (role: string, action: string, service: string) =>
    allows(statementsOf(drawn, role), {
      action,
      resource: other,
      context: { 'kms:ViaService': [`${service}.eu-west-1.amazonaws.com`] },
    });

  for (const role of [`${source}Role`, `${source}backfillRole`, `${source}socRole`]) {
    expect(may(role, 'kms:Decrypt', 'secretsmanager'), role).toBe(true);
    expect(may(role, 'kms:Decrypt', 's3'), role).toBe(false);
    expect(may(role, 'kms:GenerateDataKey', 'secretsmanager'), role).toBe(false);
  }
  expect(may(`${source}lakeRole`, 'kms:Decrypt', 'secretsmanager')).toBe(false);
  expect(may(`${source}scheduler`, 'kms:Decrypt', 'secretsmanager')).toBe(false);
});

test('in a VPC, Lambda may make network interfaces for a function, and its code may not', () => {
  const vpc = { subnetIds: ['subnet-0123abcd'], securityGroupIds: ['sg-0123abcd'] };
  const rotating = SOURCES.map(({ id, rotation }) => connect(id, 'acme', rotation && { rotate: true }));
  const drawn = draw({ deployment: { vpc }, connections: rotating });
  const code = { 'lambda:SourceFunctionArn': ['arn:aws:lambda:eu-west-1:111122223333:function:tidemark-x'] };
  const roles = drawn.account
    .find<RoleProperties>('AWS::IAM::Role')
    .filter(({ properties }) => JSON.stringify(properties.AssumeRolePolicyDocument).includes('lambda.amazonaws.com'));

  expect(roles).toHaveLength(2 * SOURCES.length + SOURCES.filter(({ rotation }) => rotation).length);
  for (const { id } of roles) {
    const statements = statementsOf(drawn, id);
    for (const action of ['CreateNetworkInterface', 'DeleteNetworkInterface', 'AssignPrivateIpAddresses']) {
      expect(allows(statements, { action: `ec2:${action}`, resource: '*' }), id).toBe(true);
      expect(allows(statements, { action: `ec2:${action}`, resource: '*', context: code }), id).toBe(false);
    }
  }
});

test('a token’s secret may be named by its ARN', () => {
  const tokenSecret = `${SECRETS}:siem/hec-AbCdEf`;
  const drawn = draw({ destinations: [{ ...SPLUNK, tokenSecret }] });
  const [{ id: source } = { id: '' }] = SOURCES;

  expect(
    allows(statementsOf(drawn, `${source}socRole`), { action: 'secretsmanager:GetSecretValue', resource: tokenSecret }),
  ).toBe(true);
});
