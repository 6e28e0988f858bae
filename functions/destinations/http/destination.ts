import * as z from 'zod/mini';
import { described } from '../../core/config/connection.ts';
import type { ConfiguredDestination, DestinationSettings } from '../../core/config/destination.ts';
import { MINUTE } from '../../core/time.ts';
import { FORMATS } from '../../formats/formats.ts';
import { failed, putAside, stale } from '../delivery-signs.ts';
import type { DestinationType, WrongSetting } from '../destination-type.ts';
import { AS_FIREHOSE_WRITES, ASIDE_BUFFER, RETRIED_FOR } from '../put-aside.ts';
import { type Receiver, receiverOf, receiverSchema } from './receivers.ts';

const TITLE = 'HTTP endpoint';
const FRESHNESS = 'DeliveryToHttpEndpoint.DataFreshness';
const SUCCESS = 'DeliveryToHttpEndpoint.Success';

/** How long Firehose collects events for a request: what the receivers recommend. */
export const BUFFER = MINUTE;
/** How long an endpoint may take for its answer. */
const ANSWER = 3 * MINUTE;

/** A larger event is shortened: with its base64, one event alone must stay below the smallest limit of a receiver, 1,000,000 bytes. */
const MAX_EVENT_BYTES = 512 * 1024;

// Firehose's limits: https://docs.aws.amazon.com/firehose/latest/APIReference/API_HttpEndpointRequestConfiguration.html
const MOST_ATTRIBUTES = 50;
const attribute = z.string().check(z.minLength(1), z.maxLength(256));
const attributes = z
  .record(attribute, z.string().check(z.maxLength(1_024)))
  .check(z.refine((all) => Object.keys(all).length <= MOST_ATTRIBUTES, `at most ${MOST_ATTRIBUTES} attributes`));

const SETTINGS = {
  endpoint: z.optional(described(receiverSchema, 'The receiver, and where it is. Without it, events go to a folder.')),
  keySecret: z.optional(
    described(
      z.string().check(z.minLength(1)),
      'The name of the secret {"api_key":"..."} with the access key (default: tidemark/http/<id>).',
    ),
  ),
  attributes: z.optional(
    described(attributes, 'Common attributes, such as {"team":"detection"}. Firehose sends them with each request.'),
  ),
  contentEncoding: z._default(
    described(
      z.enum(['gzip', 'none']),
      'Whether requests are compressed. All receivers that have a name here take gzip.',
    ),
    'gzip',
  ),
};

const settingsSchema = z.strictObject(SETTINGS);

/** Any endpoint that speaks Firehose’s protocol for HTTP endpoints. */
export const http: DestinationType = {
  id: 'http',
  title: TITLE,
  where: 'Datadog, New Relic, Sumo Logic, Dynatrace, Elastic, or a receiver of your own',
  words: ['datadog', 'newrelic', 'sumologic', 'dynatrace'],
  formats: FORMATS,
  settings: SETTINGS,
  heldFor: BUFFER + RETRIED_FOR + ANSWER + ASIDE_BUFFER,
  shapeOf: (settings) => {
    const onePerRecord = receiverIn(settings)?.onePerRecord ?? true;
    return { maxBytes: MAX_EVENT_BYTES, ...(onePerRecord && { onePerRecord }) };
  },
  delivery: () => ({
    freshness: FRESHNESS,
    signs: [stale(FRESHNESS), failed(SUCCESS), putAside(`The ${TITLE}`, SUCCESS)],
  }),
  secret: {
    setting: 'keySecret',
    about: 'the access key',
    shape: { api_key: 'The access key (API key, license key or token) that the receiver wants from Firehose.' },
    // Firehose copies it into a header, and takes 4,096 bytes.
    value: { pattern: /^[\x21-\x7e]{8,4096}$/, wanted: 'at least 8 characters without white space' },
    nameOf: (destination) => httpSettings(destination).keySecret,
  },
  refused: AS_FIREHOSE_WRITES,
  notDeployable: (destination) => {
    const { receiver } = httpSettings(destination);
    return receiver ? wrongUrl(receiver) : [{ setting: 'endpoint', there: undefined, wanted: 'a receiver' }];
  },
  endpointOf: (destination) => httpSettings(destination).receiver?.url,
  cost: {
    archived: false,
    secretCalls: {
      value: 144,
      words: 'calls a day with which each stream to an HTTP endpoint reads its access key again, one every ten minutes',
    },
  },
};

/** A destination's settings, with their defaults filled in. */
export function httpSettings({ id, settings }: ConfiguredDestination) {
  const { keySecret = `tidemark/http/${id}`, attributes: own, contentEncoding } = settingsSchema.parse(settings);
  const receiver = receiverIn(settings);
  return {
    receiver,
    keySecret: receiver?.needsKey === false ? undefined : keySecret,
    attributes: { ...receiver?.attributes, ...own },
    contentEncoding,
  };
}

function receiverIn(settings: DestinationSettings): Receiver | undefined {
  const { endpoint } = settingsSchema.parse(settings);
  return endpoint && receiverOf(endpoint);
}

/** Firehose sends to https on port 443 only, and takes 1,000 characters. The path may hold a credential, so it is not shown. */
function wrongUrl({ url }: Receiver): WrongSetting[] {
  const { protocol, port, origin } = new URL(url);
  if (protocol !== 'https:' || port !== '')
    return [{ setting: 'endpoint', there: origin, wanted: 'an https URL on port 443: Firehose sends to no other' }];
  if (url.length > 1_000) return [{ setting: 'endpoint', there: origin, wanted: 'a URL of at most 1000 characters' }];
  return [];
}
