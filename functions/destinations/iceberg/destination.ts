import * as z from 'zod/mini';
import { described } from '../../core/config/connection.ts';
import type { ConfiguredDestination, DestinationSettings } from '../../core/config/destination.ts';
import { MINUTE } from '../../core/time.ts';
import { countedAside, failed, stale } from '../delivery-signs.ts';
import type { DestinationType, WrongSetting } from '../destination-type.ts';
import { AS_FIREHOSE_WRITES, ASIDE_BUFFER, RETRIED_FOR } from '../put-aside.ts';
import { createTable } from './create-table.ts';
import { rowEnvelope } from './envelope.ts';
import { tableProbe } from './probes.ts';
import { unwrapRow } from './unwrap-row.ts';

const TITLE = 'Iceberg';
const FRESHNESS = 'DeliveryToIceberg.DataFreshness';
const SUCCESS = 'DeliveryToIceberg.Success';
const TABLE_BUCKET = /^arn:[a-z-]+:s3tables:[a-z0-9-]+:(\d{12}):bucket\/([a-z0-9-]{3,63})$/;
const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9._=-]+)*)\/?$/;

/** How long Firehose collects events until it writes them. Each write makes a snapshot and files of the table, so that fewer are better. */
export const BUFFER = 5 * MINUTE;

const SETTINGS = {
  database: z.optional(
    described(
      z.string().check(z.regex(/^[a-z0-9_]{1,255}$/, 'a name of small letters, digits and _: Iceberg takes no dash')),
      'The database in Glue, or the namespace in S3 Tables (default: tidemark). It has a table for each source.',
    ),
  ),
  location: z.optional(
    described(
      z.string().check(z.regex(LOCATION, 'a folder such as s3://acme-lake/tidemark')),
      'For tables in Glue: the folder in S3 with the folders of the tables.',
    ),
  ),
  tableBucketArn: z.optional(
    described(
      z.string().check(z.regex(TABLE_BUCKET, 'the ARN arn:aws:s3tables:<region>:<account>:bucket/<name>')),
      'For tables in S3 Tables: the ARN of the table bucket.',
    ),
  ),
};

const settingsSchema = z.strictObject(SETTINGS);

/** Apache Iceberg tables, in S3 Tables or in a bucket that Glue describes. An event that comes again replaces its row. */
export const iceberg: DestinationType = {
  id: 'iceberg',
  title: TITLE,
  where: 'Apache Iceberg tables',
  words: [],
  // A record without ECS fields has nothing for the columns; the document of format ecs holds it as event.original.
  formats: ['ecs', 'cef', 'ocsf'],
  settings: SETTINGS,
  heldFor: BUFFER + RETRIED_FOR + ASIDE_BUFFER,
  envelope: {
    envelope: rowEnvelope,
    unwrap: unwrapRow,
    heading: 'Iceberg',
    text: `A destination of type \`iceberg\` gets each event as a row: the fields that queries ask for most, each in a column of its own, and the whole event as text in the column
\`document\`, in the destination's format. Times are microseconds since 1970, for columns of type \`timestamp\`. \`event_id\` is the key of the table: an event that comes again replaces its row.`,
    sampleHeading: 'as a row of an Iceberg table',
    sample: { row: true },
  },
  shapeOf: () => ({ onePerRecord: true, row: true }),
  delivery: () => ({
    freshness: FRESHNESS,
    signs: [
      stale(FRESHNESS),
      // It counts commits: none of a quarter of an hour has succeeded if it is below one.
      failed(SUCCESS),
      countedAside(TITLE, 'DeliveryToIceberg.FailedRowCount'),
    ],
  }),
  refused: AS_FIREHOSE_WRITES,
  notDeployable,
  signedProbes: (destination, { region, sources }) => {
    const { database, tableBucket } = icebergSettings(destination);
    const catalog = tableBucket && { catalog: `${tableBucket.account}:s3tablescatalog/${tableBucket.name}` };
    return sources.map((source) => tableProbe({ region, ...catalog, database, table: tableName(source) }));
  },
  files: () => ({ 'create-table.sql': createTable() }),
  cost: {
    archived: false,
    table: {
      bytes: {
        value: 1.5,
        words: 'bytes of a row of an Iceberg table for each byte of its event; 1.51 measured over all golden files',
      },
      puts: {
        value: 6,
        words:
          'objects of each write to an Iceberg table: rows, deleted rows, a manifest of each, their list, and the description of the table',
      },
    },
  },
};

/** The table of a source. Iceberg takes no dash in names. */
export function tableName(source: string): string {
  return source.replaceAll('-', '_');
}

/** A destination's settings, with their defaults filled in and their parts taken apart. */
export function icebergSettings({ settings }: Pick<ConfiguredDestination, 'settings'>) {
  const { database = 'tidemark', location, tableBucketArn } = parse(settings);
  const [, bucket, path] = LOCATION.exec(location ?? '') ?? [];
  const [arn, account, name] = TABLE_BUCKET.exec(tableBucketArn ?? '') ?? [];
  return {
    database,
    folder: bucket === undefined ? undefined : { bucket, prefix: path ? `${path.slice(1)}/` : '' },
    tableBucket: arn === undefined || account === undefined || name === undefined ? undefined : { arn, account, name },
  };
}

function notDeployable({ settings }: ConfiguredDestination): WrongSetting[] {
  const { location, tableBucketArn } = parse(settings);
  if (location === undefined && tableBucketArn === undefined) {
    return [
      { setting: 'location', there: location, wanted: 'the folder of the tables, or tableBucketArn in its place' },
    ];
  }
  if (location === undefined || tableBucketArn === undefined) return [];
  const wanted = 'only one of location (tables in Glue) and tableBucketArn (S3 Tables)';
  return [{ setting: 'tableBucketArn', there: tableBucketArn, wanted }];
}

function parse(settings: DestinationSettings) {
  return settingsSchema.parse(settings);
}
