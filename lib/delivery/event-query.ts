import { Aws } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { objectPrefix } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import { type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import { accept } from '../account/accept.ts';
import { EVENT_COLUMNS } from './event-columns.ts';
import { eventQueries } from './event-queries.ts';

const GIGABYTE = 1_000_000_000;
/** The first day that queries can find. */
const FIRST_DAY = '2026-01-01';

interface EventQueryProps {
  readonly config: Config;
  readonly sources: readonly Source[];
  readonly destinationTypes: readonly DestinationType[];
  readonly archive: IBucket;
}

/** Tables over the archive, one for each destination whose objects can be queried. Partitions are projected: nobody has to add them. */
export class EventQuery extends Construct {
  constructor(scope: Construct, id: string, { config, sources, destinationTypes, archive }: EventQueryProps) {
    super(scope, id);
    const { stackPrefix, queryLimitGb } = config.deployment;
    const lakes = config.destinations.filter((destination) =>
      typeOf(destinationTypes, destination).isQueryable?.(destination.shape.format),
    );
    if (lakes.length === 0) return;
    const database = sqlName(stackPrefix);
    const made = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: database, description: 'Events that Tidemark has archived.' },
    });
    const group = new CfnWorkGroup(this, 'WorkGroup', {
      name: stackPrefix,
      recursiveDeleteOption: true,
      description: `Queries of what Tidemark has archived. One ends when it has read ${queryLimitGb} GB.`,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: queryLimitGb * GIGABYTE,
        publishCloudWatchMetricsEnabled: true,
        // Athena keeps results for a day, encrypted: no bucket is needed for them.
        managedQueryResultsConfiguration: { enabled: true },
      },
    });
    accept(group, { 'AwsSolutions-ATH1': 'Athena keeps the results itself, and always encrypted.' });
    for (const lake of lakes) {
      const table = sqlName(lake.id);
      const columns = [...Object.keys(EVENT_COLUMNS), ...sources.map((source) => source.id)];
      this.#makeTable(lake.id, database, sources, archive).addResourceDependency(made);
      for (const { id, name, description, text } of eventQueries({ lake: lake.id, database, table, columns })) {
        const query = new CfnNamedQuery(this, id, {
          name,
          description,
          database,
          workGroup: group.name,
          queryString: text,
        });
        query.addResourceDependency(group);
      }
    }
  }

  #makeTable(lake: string, catalog: string, sources: readonly Source[], archive: IBucket): CfnTable {
    const location = `s3://${archive.bucketName}/${lake}/`;
    const vendors = sources.map(({ id }) => [id, 'string'] as const);
    const columns = [...Object.entries(EVENT_COLUMNS), ...vendors].map(([name, type]) => ({ name, type }));
    return new CfnTable(this, `Table-${lake}`, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: catalog,
      tableInput: {
        name: sqlName(lake),
        description: 'Events in the Elastic Common Schema, a line each.',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [
          { name: 'source_id', type: 'string' },
          { name: 'dt', type: 'string', comment: 'The day on which it came to Firehose, UTC.' },
        ],
        parameters: {
          classification: 'json',
          'projection.enabled': 'true',
          'projection.source_id.type': 'enum',
          'projection.source_id.values': sources.map(({ id }) => id).join(','),
          'projection.dt.type': 'date',
          'projection.dt.format': 'yyyy-MM-dd',
          'projection.dt.range': `${FIRST_DAY},NOW+1DAY`,
          'storage.location.template': `s3://${archive.bucketName}/${objectPrefix(lake, `\${source_id}`)}dt=\${dt}/`,
        },
        storageDescriptor: {
          location,
          columns,
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: {
            serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
            parameters: { 'mapping.timestamp': '@timestamp', 'ignore.malformed.json': 'true' },
          },
        },
      },
    });
  }
}

/** Names in SQL have no dashes. */
function sqlName(name: string): string {
  return name.replaceAll('-', '_');
}
