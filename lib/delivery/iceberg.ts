import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { SECOND } from '../../functions/core/time.ts';
import { KEY_COLUMN } from '../../functions/destinations/iceberg/columns.ts';
import { BUFFER, icebergSettings, tableName } from '../../functions/destinations/iceberg/destination.ts';
import { ASIDE_BUFFER, RETRIED_FOR } from '../../functions/destinations/put-aside.ts';
import { acceptWildcards } from '../account/accept.ts';
import type { DeliveryProps } from './delivery.ts';
import { puttingAside } from './put-aside.ts';

/** Firehose writes what it has collected as soon as it has so much, or after `BUFFER`. */
const BUFFER_MB = 64;

/** The table that a stream writes to, and what its role needs for that. */
interface Table {
  readonly database: string;
  readonly table: string;
  /** The ARN of its catalog in Glue. */
  readonly catalog: string;
  readonly statements: readonly PolicyStatement[];
  readonly wildcards: Readonly<Record<string, string>>;
}

/** Writes a source's events to its Iceberg table. The table is there before: `content/iceberg/create-table.sql` makes it. */
export class IcebergDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { database, table, catalog, statements, wildcards } = tableOf(props);
    const { role, stream, s3Configuration, logTo } = puttingAside(this, props, ASIDE_BUFFER, statements);
    acceptWildcards(role, wildcards);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...stream,
      icebergDestinationConfiguration: {
        catalogConfiguration: { catalogArn: catalog },
        // Without this, or for a record without an operation, Firehose inserts, and an event that comes again is a second row.
        appendOnly: false,
        destinationTableConfigurationList: [
          { destinationDatabaseName: database, destinationTableName: table, uniqueKeys: [KEY_COLUMN] },
        ],
        processingConfiguration: { enabled: true, processors: [updateEach(database, table)] },
        bufferingHints: { intervalInSeconds: BUFFER / SECOND, sizeInMBs: BUFFER_MB },
        retryOptions: { durationInSeconds: RETRIED_FOR / SECOND },
        roleArn: role.roleArn,
        s3BackupMode: 'FailedDataOnly',
        s3Configuration,
        cloudWatchLoggingOptions: logTo('ToTable'),
      },
    });
  }
}

/** Tells Firehose for each record which table it is for, and that it replaces the row with the same key. A missing row is inserted. */
function updateEach(database: string, table: string): CfnDeliveryStream.ProcessorProperty {
  const query = `{destinationDatabaseName: "${database}", destinationTableName: "${table}", operation: "update"}`;
  return {
    type: 'MetadataExtraction',
    parameters: [
      { parameterName: 'JsonParsingEngine', parameterValue: 'JQ-1.6' },
      { parameterName: 'MetadataExtractionQuery', parameterValue: query },
    ],
  };
}

function tableOf({ source, destination }: DeliveryProps): Table {
  const { database, folder, tableBucket } = icebergSettings(destination);
  const table = tableName(source.id);
  const glue = (resource: string) => `arn:${Aws.PARTITION}:glue:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
  const inCatalog = (resources: readonly string[]) => [
    new PolicyStatement({
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:UpdateTable'],
      resources: resources.map(glue),
    }),
    // It gives nothing by itself: Lake Formation decides, where it governs the table.
    new PolicyStatement({ actions: ['lakeformation:GetDataAccess'], resources: ['*'] }),
  ];
  const wildcards = {
    'Resource::*': 'Lake Formation has no resources in policies: its own grants say what the role may do.',
  };
  if (tableBucket) {
    const catalog = `s3tablescatalog/${tableBucket.name}`;
    const names = [`database/${database}`, `table/${database}/${table}`];
    const nested = [`database/${catalog}/${database}`, `table/${catalog}/${database}/${table}`];
    return {
      database,
      table,
      catalog: glue(`catalog/${catalog}`),
      statements: [
        ...inCatalog(['catalog', 'catalog/s3tablescatalog', `catalog/${catalog}`, ...names, ...nested]),
        new PolicyStatement({
          actions: ['s3tables:GetNamespace', 's3tables:GetTableBucket', 's3tables:ListTables'],
          resources: [tableBucket.arn],
        }),
        new PolicyStatement({
          actions: [
            's3tables:GetTable',
            's3tables:GetTableData',
            's3tables:GetTableMetadataLocation',
            's3tables:PutTableData',
            's3tables:UpdateTableMetadataLocation',
          ],
          resources: [`${tableBucket.arn}/table/*`],
        }),
      ],
      wildcards: { ...wildcards, '/table/*': 'Tables have ids there that are not known before.' },
    };
  }
  const { bucket, prefix } = folder ?? { bucket: '', prefix: '' };
  const files = `${prefix}${table}/*`;
  const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucket}`;
  return {
    database,
    table,
    catalog: glue('catalog'),
    statements: [
      ...inCatalog(['catalog', `database/${database}`, `table/${database}/${table}`]),
      new PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [bucketArn],
      }),
      new PolicyStatement({
        actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        resources: [`${bucketArn}/${files}`],
      }),
    ],
    wildcards: { ...wildcards, [`/${files}`]: 'Firehose names the files of the table.' },
  };
}
