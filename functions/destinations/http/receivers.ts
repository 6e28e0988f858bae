import * as z from 'zod/mini';
import { described, isOrigin, ORIGIN_WANTED } from '../../core/config/connection.ts';

// What each receiver documents of its endpoint for Firehose is in docs/destinations.md, with the pages that say it.

/** How a receiver is reached, and how it takes what Firehose sends. */
export interface Receiver {
  readonly url: string;
  /** Whether it takes a record as one event. Otherwise it splits records at line breaks. */
  readonly onePerRecord: boolean;
  /** How many MiB of events it is sent at once. A request that is too large for it is lost: Firehose does not put it aside. */
  readonly bufferMib: number;
  /** Whether it needs an access key. */
  readonly needsKey: boolean;
  /** Attributes that it takes as settings. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const SITES = {
  us1: 'https://aws-kinesis-http-intake.logs.datadoghq.com/v1/input',
  us3: 'https://aws-kinesis-http-intake.logs.us3.datadoghq.com/api/v2/logs?dd-protocol=aws-kinesis-firehose',
  us5: 'https://aws-kinesis-http-intake.logs.us5.datadoghq.com/api/v2/logs?dd-protocol=aws-kinesis-firehose',
  eu1: 'https://aws-kinesis-http-intake.logs.datadoghq.eu/v1/input',
  ap1: 'https://aws-kinesis-http-intake.logs.ap1.datadoghq.com/api/v2/logs?dd-protocol=aws-kinesis-firehose',
  'us1-fed': 'https://aws-kinesis-http-intake.logs.ddog-gov.com/v1/input',
} as const;

const REGIONS = {
  us: 'https://aws-api.newrelic.com/firehose/v1',
  eu: 'https://aws-api.eu.newrelic.com/firehose/v1',
} as const;

const URL_WANTED =
  'an https URL such as https://logs.example.com/firehose, without user or fragment (plain http on loopback only)';
const SUMO_WANTED = 'the URL of an AWS Kinesis Firehose for Logs Source, https://.../receiver/v1/kinesis/log/...';

const origin = z.string().check(z.refine(isOrigin, ORIGIN_WANTED));
const url = z.string().check(z.refine(isUrl, URL_WANTED));

/** The settings of each receiver. */
const RECEIVERS = [
  z.strictObject({
    service: z.literal('datadog'),
    site: described(z.enum(Object.keys(SITES) as [keyof typeof SITES]), 'The Datadog site of the account.'),
  }),
  z.strictObject({
    service: z.literal('newrelic'),
    region: described(z.enum(Object.keys(REGIONS) as [keyof typeof REGIONS]), 'The data center of the account.'),
  }),
  z.strictObject({
    service: z.literal('sumologic'),
    url: described(
      z.string().check(z.refine((text) => isUrl(text) && /\/receiver\/v1\/kinesis\/log\/./.test(text), SUMO_WANTED)),
      'The URL of an AWS Kinesis Firehose for Logs Source. It holds the credential: whoever reads it can send events there.',
    ),
  }),
  z.strictObject({
    service: z.literal('dynatrace'),
    environment: described(origin, 'The environment, such as https://abc12345.live.dynatrace.com.'),
  }),
  z.strictObject({
    service: z.literal('elastic'),
    url: described(origin, 'The Elasticsearch endpoint, such as https://acme.es.us-east-1.aws.elastic-cloud.com.'),
    dataStream: z.optional(
      described(
        z
          .string()
          .check(z.regex(/^logs-[a-z0-9._]{1,100}-[a-z0-9._]{1,100}$/, 'a data stream such as logs-tidemark-default')),
        'The data stream that takes the events (default: logs-awsfirehose-default).',
      ),
    ),
  }),
  z.strictObject({
    service: z.literal('custom'),
    url: described(url, 'Where Firehose sends to.'),
    records: z._default(
      described(z.enum(['single', 'packed']), 'Whether a record holds one event, or lines of many events.'),
      'single',
    ),
  }),
] as const;

export const receiverSchema = z.discriminatedUnion('service', RECEIVERS);

export type ReceiverSettings = z.infer<typeof receiverSchema>;

/** Only Sumo Logic says that it splits records at line breaks. For all others a record that holds one event is never wrong. */
export function receiverOf(settings: ReceiverSettings): Receiver {
  const usual = { onePerRecord: true, bufferMib: 1, needsKey: true };
  switch (settings.service) {
    case 'datadog':
      return { ...usual, url: SITES[settings.site], bufferMib: 2 };
    case 'newrelic':
      return { ...usual, url: REGIONS[settings.region] };
    case 'sumologic':
      return { ...usual, url: settings.url, onePerRecord: false, needsKey: false };
    case 'dynatrace':
      return { ...usual, url: `${withoutSlash(settings.environment)}/api/v2/logs/ingest/aws_firehose` };
    case 'elastic': {
      const { dataStream } = settings;
      const attributes = dataStream === undefined ? {} : { attributes: { es_datastream_name: dataStream } };
      return { ...usual, url: withoutSlash(settings.url), ...attributes };
    }
    default:
      return { ...usual, url: settings.url, onePerRecord: settings.records === 'single' };
  }
}

/** Like an origin, but it may have a query. */
function isUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const parsed = new URL(text);
  parsed.search = '';
  return isOrigin(parsed.href);
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}
