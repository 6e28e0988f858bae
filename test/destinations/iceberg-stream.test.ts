import { describe, expect, test } from 'vitest';
import { draw, GLUE_TABLES, S3_TABLES, SOURCES } from '../infra/support/draw.ts';
import { allows, type Statement } from '../infra/support/policy.ts';

const drawn = draw({ destinations: [GLUE_TABLES, S3_TABLES] });
const [first] = SOURCES.map(({ id }) => id) as [string];
const GLUE = 'arn:aws:glue:eu-west-1:111122223333';

interface StreamProperties {
  readonly DeliveryStreamName: string;
  readonly IcebergDestinationConfiguration: {
    readonly AppendOnly: boolean;
    readonly CatalogConfiguration: { readonly CatalogArn: string };
    readonly DestinationTableConfigurationList: readonly object[];
    readonly ProcessingConfiguration: {
      readonly Processors: readonly { readonly Parameters: readonly Readonly<Record<string, string>>[] }[];
    };
    readonly s3BackupMode: string;
  };
}

function streamTo(destination: string) {
  const streams = drawn.account.find<StreamProperties>('AWS::KinesisFirehose::DeliveryStream');
  const name = `tidemark-${destination}-${first}`;
  const found = streams.find(({ properties }) => properties.DeliveryStreamName === name);
  if (!found) throw new Error(`there is no stream ${name}`);
  return found.properties.IcebergDestinationConfiguration;
}

function statementsOf(destination: string): readonly Statement[] {
  const roles = drawn.account.find<{ Policies: readonly { PolicyDocument: { Statement: readonly Statement[] } }[] }>(
    'AWS::IAM::Role',
  );
  const own = roles.filter(({ id }) => id.startsWith(`${first}${destination}Role`));
  return own.flatMap(({ properties }) => properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement));
}

test.each([
  ['tables', 'tidemark', `${GLUE}:catalog`],
  ['rows', 'audit', `${GLUE}:catalog/s3tablescatalog/acme-tables`],
])('%s: each record replaces the row with its key, in the table of its source', (destination, database, catalog) => {
  const stream = streamTo(destination);

  expect(stream.AppendOnly).toBe(false);
  expect(stream.CatalogConfiguration.CatalogArn).toBe(catalog);
  expect(stream.DestinationTableConfigurationList).toEqual([
    { DestinationDatabaseName: database, DestinationTableName: first, UniqueKeys: ['event_id'] },
  ]);
  const parameters = stream.ProcessingConfiguration.Processors.flatMap(({ Parameters }) => Parameters);
  expect(Object.fromEntries(parameters.map((one) => [one.ParameterName, one.ParameterValue]))).toEqual({
    JsonParsingEngine: 'JQ-1.6',
    MetadataExtractionQuery: `{destinationDatabaseName: "${database}", destinationTableName: "${first}", operation: "update"}`,
  });
  expect(stream.s3BackupMode).toBe('FailedDataOnly');
});

test('no two streams of a destination write to one table', () => {
  const streams = drawn.account.find<StreamProperties>('AWS::KinesisFirehose::DeliveryStream');
  const tables = streams.map(({ properties: { IcebergDestinationConfiguration: each } }) =>
    JSON.stringify([each.CatalogConfiguration, each.DestinationTableConfigurationList]),
  );
  expect(new Set(tables).size).toBe(2 * SOURCES.length);
});

test('its alarms are about age, commits and rows that were put aside', () => {
  const metrics = new Set(JSON.stringify(drawn.forwarding.toJSON()).match(/DeliveryToIceberg\.\w+/g));
  expect([...metrics].toSorted()).toEqual([
    'DeliveryToIceberg.DataFreshness',
    'DeliveryToIceberg.FailedRowCount',
    'DeliveryToIceberg.Success',
  ]);
});

test('its cost is estimated by bytes, as Firehose bills a table', () => {
  const text = JSON.stringify(drawn.account.find('AWS::CloudWatch::Dashboard').map(({ properties }) => properties));
  expect(text).toContain('IncomingBytes');
  expect(text).not.toContain('IncomingRecords');
});

describe('the role', () => {
  const may = (destination: string, action: string, resource: string) =>
    allows(statementsOf(destination), { action, resource });

  test('may change its table in Glue and its files, and no others', () => {
    expect(may('tables', 'glue:UpdateTable', `${GLUE}:table/tidemark/${first}`)).toBe(true);
    expect(may('tables', 'glue:UpdateTable', `${GLUE}:table/tidemark/other`)).toBe(false);
    expect(may('tables', 's3:PutObject', `arn:aws:s3:::acme-lake/audit/${first}/data/x.parquet`)).toBe(true);
    expect(may('tables', 's3:PutObject', 'arn:aws:s3:::acme-lake/audit/other/data/x.parquet')).toBe(false);
    expect(may('tables', 's3:PutObject', `arn:aws:s3:::acme-lake/${first}/x.parquet`)).toBe(false);
    expect(may('tables', 'glue:DeleteTable', `${GLUE}:table/tidemark/${first}`)).toBe(false);
  });

  test('may write to tables of its table bucket, and of no other', () => {
    const bucket = S3_TABLES.tableBucketArn;
    expect(may('rows', 's3tables:PutTableData', `${bucket}/table/0a1b`)).toBe(true);
    expect(may('rows', 's3tables:PutTableData', `${bucket}-2/table/0a1b`)).toBe(false);
    expect(may('rows', 's3tables:DeleteTable', `${bucket}/table/0a1b`)).toBe(false);
    expect(may('rows', 's3:PutObject', `arn:aws:s3:::acme-lake/audit/${first}/x.parquet`)).toBe(false);
  });
});
