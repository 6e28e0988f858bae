import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { draw } from './support/draw.ts';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const usual = draw();
const RETAINED = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

test('what holds state has logical ids that never change: a new one would be empty', () => {
  const { Resources } = usual.state.toJSON() as { Resources: Record<string, { Type: string }> };

  expect(Object.fromEntries(Object.entries(Resources).map(([id, { Type }]) => [id, Type]))).toEqual({
    TableCD117FA1: 'AWS::DynamoDB::GlobalTable',
    AccessLogs8B620ECA: 'AWS::S3::Bucket',
    AccessLogsPolicyABDC4D2D: 'AWS::S3::BucketPolicy',
    ArchiveDA4CB258: 'AWS::S3::Bucket',
    ArchivePolicyC780D5C8: 'AWS::S3::BucketPolicy',
    Evidence4CC26D68: 'AWS::KMS::Key',
    Quarantine23FF09FE: 'AWS::S3::Bucket',
    QuarantinePolicyD801E1EA: 'AWS::S3::BucketPolicy',
  });
});

test('no other stack holds anything that outlives it', () => {
  for (const template of [usual.forwarding, ...usual.schedules]) {
    const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> };
    const kept = Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    // The stream of a log is gone with the log.
    expect(kept.map(({ Type }) => Type).filter((type) => type !== 'AWS::Logs::LogStream')).toEqual([]);
  }
});

describe('the table', () => {
  test('stands in one Region, on demand, restorable, not to be deleted', () => {
    usual.state.hasResource('AWS::DynamoDB::GlobalTable', {
      ...RETAINED,
      Properties: {
        TableName: Match.absent(),
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        Replicas: [
          {
            Region: { Ref: 'AWS::Region' },
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    });
  });

  test('is encrypted with the account’s own key where there is one', () => {
    draw({ deployment: { kmsKeyArn: KEY } }).state.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [Match.objectLike({ SSESpecification: { KMSMasterKeyId: KEY } })],
    });
  });
});

describe('the buckets', () => {
  test.each(['ArchiveDA4CB258', 'Quarantine23FF09FE'])(
    '%s is private, versioned, encrypted, logged, and stays',
    (id) => {
      const { [id]: bucket } = usual.state.findResources('AWS::S3::Bucket');

      expect(bucket).toMatchObject({
        ...RETAINED,
        Properties: {
          VersioningConfiguration: { Status: 'Enabled' },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
          LoggingConfiguration: { DestinationBucketName: { Ref: 'AccessLogs8B620ECA' } },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        },
      });
      expect(bucket?.Properties).not.toHaveProperty('BucketName');
      expect(bucket?.Properties).not.toHaveProperty('ObjectLockEnabled');
    },
  );

  test('all of them take TLS only', () => {
    const policies = usual.account.find<{ Bucket: string; PolicyDocument: { Statement: object[] } }>(
      'AWS::S3::BucketPolicy',
    );

    expect(policies).toHaveLength(3);
    for (const { properties } of policies) {
      const plain = { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
      expect(properties.PolicyDocument.Statement).toContainEqual(expect.objectContaining(plain));
    }
  });

  test('are encrypted with the account’s own key where there is one, except for access logs, which S3 would not write', () => {
    const buckets = draw({ deployment: { kmsKeyArn: KEY } }).account.find<Record<string, unknown>>('AWS::S3::Bucket');
    const byKey = buckets.filter(({ properties }) => JSON.stringify(properties.BucketEncryption).includes(KEY));

    expect(byKey.map(({ id }) => id)).toEqual(['ArchiveDA4CB258', 'Quarantine23FF09FE']);
  });

  test.each(['governance', 'compliance'])(
    'a lock of mode %s is on all but the access logs, to which S3 could not write',
    (mode) => {
      const { state } = draw({ deployment: { objectLock: { days: 400, mode } } });
      const locked = Object.entries(
        state.findResources('AWS::S3::Bucket', { Properties: { ObjectLockEnabled: true } }),
      );

      expect(locked.map(([id]) => id)).toEqual(['ArchiveDA4CB258', 'Quarantine23FF09FE']);
      for (const [, { Properties }] of locked) {
        expect(Properties.ObjectLockConfiguration).toEqual({
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: mode.toUpperCase(), Days: 400 } },
        });
      }
    },
  );

  test('the quarantine forgets after its own lifetime, like the entries in the table', () => {
    for (const [change, days] of [
      [{}, 90],
      [{ deployment: { quarantineDays: 14, archiveDays: 730 } }, 14],
    ] as const) {
      const drawn = draw(change);
      const { Quarantine23FF09FE: bucket } = drawn.state.findResources('AWS::S3::Bucket');
      const functions = drawn.account.find<{ Environment: { Variables: Record<string, string> } }>(
        'AWS::Lambda::Function',
      );

      expect(bucket?.Properties.LifecycleConfiguration.Rules).toEqual([
        expect.objectContaining({ ExpirationInDays: days, NoncurrentVersionExpiration: { NoncurrentDays: 1 } }),
      ]);
      expect(functions.map(({ properties }) => properties.Environment.Variables.TIDEMARK_QUARANTINE_DAYS)).toEqual(
        functions.map(() => String(days)),
      );
    }
  });

  test('the archive forgets when it is told to, and else never', () => {
    const rulesOf = (change: object) => {
      const { ArchiveDA4CB258: archive } = draw(change).state.findResources('AWS::S3::Bucket');
      return archive?.Properties.LifecycleConfiguration.Rules;
    };

    expect(rulesOf({})).toEqual([{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' }]);
    expect(rulesOf({ deployment: { archiveDays: 730 } })).toEqual([
      {
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        ExpirationInDays: 730,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        Status: 'Enabled',
      },
    ]);
  });

  test('access logs are kept as long as other logs', () => {
    const { AccessLogs8B620ECA: logs } = draw({ deployment: { logRetentionDays: 365 } }).state.findResources(
      'AWS::S3::Bucket',
    );

    expect(logs?.Properties.LifecycleConfiguration.Rules).toEqual([expect.objectContaining({ ExpirationInDays: 365 })]);
  });
});

test('the key that signs evidence is for signatures only, and stays', () => {
  usual.state.hasResource('AWS::KMS::Key', {
    ...RETAINED,
    Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  });
  usual.state.hasOutput('EvidenceKey', { Value: { 'Fn::GetAtt': ['Evidence4CC26D68', 'Arn'] } });
  usual.forwarding.hasResourceProperties('AWS::KMS::Key', { KeySpec: Match.absent(), KeyUsage: Match.absent() });
});
