import * as z from 'zod/mini';
import { described, isOrigin, ORIGIN_WANTED } from '../../core/config/connection.ts';
import type { ConfiguredDestination, DestinationSettings } from '../../core/config/destination.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import { FORMATS } from '../../formats/formats.ts';
import { failed, putAside, stale } from '../delivery-signs.ts';
import type { DestinationType } from '../destination-type.ts';
import { AS_FIREHOSE_WRITES, ASIDE_BUFFER, RETRIED_FOR } from '../put-aside.ts';
import { DEFAULT_ORIGIN, hecEnvelope } from './envelope.ts';
import { probes } from './probes.ts';
import { templateSetting } from './template.ts';
import { unwrapEvent } from './unwrap-event.ts';

const TITLE = 'Splunk';
const FRESHNESS = 'DeliveryToSplunk.DataFreshness';
const SUCCESS = 'DeliveryToSplunk.Success';

/** How long Firehose waits with an event: until it sends it, and until Splunk confirms that it has indexed it. */
export const TIMES = {
  buffer: 30 * SECOND,
  acknowledge: 5 * MINUTE,
};

const SETTINGS = {
  hecUrl: z.optional(
    described(
      z.string().check(z.refine(isOrigin, ORIGIN_WANTED)),
      'The HTTP Event Collector, such as https://http-inputs-acme.splunkcloud.com:443.',
    ),
  ),
  tokenSecret: z.optional(
    described(
      z.string().check(z.minLength(1)),
      'The name of the secret {"hec_token":"..."} (default: tidemark/splunk/<id>).',
    ),
  ),
  index: z.optional(
    described(
      z.string().check(z.regex(/^[a-z0-9_][a-z0-9_-]{0,79}$/, 'an index name: small letters, digits, _ and -')),
      'The index; without it, the token’s own.',
    ),
  ),
  sourcetype: templateSetting(`The sourcetype of the events (default: ${DEFAULT_ORIGIN.sourcetype}).`),
  source: templateSetting(`The source of the events (default: ${DEFAULT_ORIGIN.source}).`),
  host: templateSetting(`The host of the events (default: ${DEFAULT_ORIGIN.host}).`),
};

const settingsSchema = z.strictObject(SETTINGS);

/** Splunk, by its HTTP Event Collector. */
export const splunk: DestinationType = {
  id: 'splunk',
  title: TITLE,
  where: 'Splunk Cloud, or your own Splunk',
  words: ['hec'],
  formats: FORMATS,
  settings: SETTINGS,
  heldFor: TIMES.buffer + RETRIED_FOR + TIMES.acknowledge + ASIDE_BUFFER,
  envelope: {
    envelope: hecEnvelope,
    unwrap: unwrapEvent,
    heading: 'Splunk',
    text: `A destination of type \`splunk\` gets each event in an envelope of the HTTP Event Collector, in every format: \`time\` with milliseconds, \`host\` = the
connection, \`source\` = the stream, \`sourcetype\` = \`tidemark:<source>:<format>\`, \`index\` if one is configured, and the indexed fields \`event_id\` and \`feed\`.
To see an event only once if it was delivered twice: \`| dedup event_id\`. The OCSF-CIM add-on of Splunk knows OCSF 1.0 to 1.2: the default \`ocsfVersion\`, 1.3.0, is the closest.

Settings of the destination replace the texts of \`host\`, \`source\` and \`sourcetype\`: [splunk.md](splunk.md#sourcetype-source-host).`,
    sampleHeading: 'in the Splunk envelope',
    sample: { hec: { index: 'audit' } },
  },
  shapeOf: (settings) => {
    const { index, sourcetype, source, host } = parse(settings);
    const set = Object.entries({ index, sourcetype, source, host }).filter(([, value]) => value !== undefined);
    return { hec: Object.fromEntries(set) };
  },
  delivery: () => ({ freshness: FRESHNESS, signs: [stale(FRESHNESS), failed(SUCCESS), putAside(TITLE, SUCCESS)] }),
  secret: {
    setting: 'tokenSecret',
    about: 'the token',
    shape: { hec_token: 'The token of the HTTP Event Collector, with indexer acknowledgement enabled.' },
    value: { pattern: /^[\x21-\x7e]{8,}$/, wanted: 'at least 8 characters without white space' },
    nameOf: (destination) => splunkSettings(destination).tokenSecret,
  },
  refused: AS_FIREHOSE_WRITES,
  notDeployable: (destination) => {
    const { hecUrl } = splunkSettings(destination);
    if (hecUrl?.startsWith('https:')) return [];
    return [{ setting: 'hecUrl', there: hecUrl, wanted: 'the https URL that Firehose is to send to' }];
  },
  endpointOf: (destination) => splunkSettings(destination).hecUrl,
  probing: {
    credential: { header: 'authorization', scheme: 'Splunk', field: 'hec_token' },
    probes: (destination, channel) => probes(splunkSettings(destination).index, channel),
  },
  cost: {
    archived: false,
    secretCalls: {
      value: 144,
      words: 'calls a day with which each Splunk stream reads its token again, one every ten minutes',
    },
  },
};

/** A destination's settings, with their defaults filled in. */
export function splunkSettings({ id, settings }: ConfiguredDestination) {
  const { tokenSecret = `tidemark/splunk/${id}`, ...rest } = parse(settings);
  return { ...rest, tokenSecret };
}

function parse(settings: DestinationSettings) {
  return settingsSchema.parse(settings);
}
