import { COLUMNS, DOCUMENT_COLUMN, TIME_COLUMN } from './columns.ts';

/** The statements that make a table, for Athena. Its names are quoted, because some are words of SQL. */
export function createTable(): string {
  const columns = [...COLUMNS, { name: DOCUMENT_COLUMN, type: 'string' }];
  const lines = columns.map(({ name, type }) => `  \`${name}\` ${type}`).join(',\n');
  return `-- One table for each source, named after it, with _ in place of -. Put the names of yours in place of <...>.
-- In a database of AWS Glue. <location> is the setting "location" of the destination.
CREATE TABLE <database>.<table> (
${lines}
)
PARTITIONED BY (day(\`${TIME_COLUMN}\`))
LOCATION '<location>/<table>/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet');

-- In a bucket of S3 Tables: choose the catalog s3tablescatalog/<bucket> in Athena first. Such a bucket has no locations.
CREATE TABLE \`<database>\`.<table> (
${lines}
)
PARTITIONED BY (day(\`${TIME_COLUMN}\`))
TBLPROPERTIES ('table_type' = 'iceberg');
`;
}
