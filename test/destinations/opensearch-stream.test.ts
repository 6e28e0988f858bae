import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { COLLECTION, DOMAIN, draw, SOURCES } from '../infra/support/draw.ts';
import { allows, type Statement } from '../infra/support/policy.ts';

const drawn = draw({ destinations: [DOMAIN, COLLECTION] });
const [first] = SOURCES.map(({ id }) => id) as [string];

function statementsOf(destination: string): readonly Statement[] {
  const roles = drawn.account.find<{ Policies: readonly { PolicyDocument: { Statement: readonly Statement[] } }[] }>(
    'AWS::IAM::Role',
  );
  const own = roles.filter(({ id }) => id.startsWith(`${first}${destination}Role`));
  return own.flatMap(({ properties }) => properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement));
}

test('a domain gets documents with an id of Firehose, in an index of each month; what it refuses is kept', () => {
  drawn.forwarding.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
    DeliveryStreamName: `tidemark-search-${first}`,
    AmazonopensearchserviceDestinationConfiguration: {
      DomainARN: DOMAIN.domainArn,
      IndexName: 'tidemark-search',
      IndexRotationPeriod: 'OneMonth',
      DocumentIdOptions: { DefaultDocumentIdFormat: 'FIREHOSE_DEFAULT' },
      RetryOptions: { DurationInSeconds: 7_200 },
      S3BackupMode: 'FailedDocumentsOnly',
      S3Configuration: { Prefix: Match.stringLikeRegexp(`^search/source=${first}/`), CompressionFormat: 'GZIP' },
      VpcConfiguration: Match.absent(),
    },
  });
});

test('a collection gets documents in one index', () => {
  drawn.forwarding.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
    DeliveryStreamName: `tidemark-find-${first}`,
    AmazonOpenSearchServerlessDestinationConfiguration: {
      CollectionEndpoint: COLLECTION.endpoint,
      IndexName: 'tidemark-find',
      S3BackupMode: 'FailedDocumentsOnly',
    },
  });
});

test('each kind is watched by its own metrics', () => {
  const text = JSON.stringify(drawn.forwarding.toJSON());
  const metrics = new Set(text.match(/DeliveryTo\w+\.\w+/g));
  expect([...metrics].toSorted()).toEqual([
    'DeliveryToAmazonOpenSearchServerless.DataFreshness',
    'DeliveryToAmazonOpenSearchServerless.Success',
    'DeliveryToAmazonOpenSearchService.DataFreshness',
    'DeliveryToAmazonOpenSearchService.Success',
    'DeliveryToS3.Success',
  ]);
});

describe('the role', () => {
  const may = (destination: string, action: string, resource: string) =>
    allows(statementsOf(destination), { action, resource });

  test('may write to its domain, and to no other', () => {
    expect(may('search', 'es:ESHttpPost', `${DOMAIN.domainArn}/_bulk`)).toBe(true);
    expect(may('search', 'es:DescribeDomain', DOMAIN.domainArn)).toBe(true);
    expect(may('search', 'es:ESHttpGet', `${DOMAIN.domainArn}/_nodes/stats`)).toBe(true);
    expect(may('search', 'es:ESHttpGet', `${DOMAIN.domainArn}/tidemark-search-2026-12/_search`)).toBe(false);
    expect(may('search', 'es:ESHttpDelete', `${DOMAIN.domainArn}/tidemark-search-2026-12`)).toBe(false);
    expect(may('search', 'es:ESHttpPost', `${DOMAIN.domainArn}-2/_bulk`)).toBe(false);
  });

  test('may use its collection, and no other', () => {
    const collection = 'arn:aws:aoss:eu-west-1:111122223333:collection';
    expect(may('find', 'aoss:APIAccessAll', `${collection}/a1b2c3`)).toBe(true);
    expect(may('find', 'aoss:APIAccessAll', `${collection}/other`)).toBe(false);
    expect(may('find', 'es:ESHttpPost', `${DOMAIN.domainArn}/_bulk`)).toBe(false);
  });
});

test('a domain in a VPC is reached by network interfaces there', () => {
  const vpc = { subnets: ['subnet-0123abcd'], securityGroups: ['sg-0123abcd'] };
  const inside = draw({ destinations: [{ ...DOMAIN, vpc, rotation: 'day' }] });
  inside.forwarding.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
    AmazonopensearchserviceDestinationConfiguration: {
      IndexRotationPeriod: 'OneDay',
      VpcConfiguration: { SubnetIds: vpc.subnets, SecurityGroupIds: vpc.securityGroups, RoleARN: Match.anyValue() },
    },
  });
});
