import { expect, test } from 'vitest';
import { findSecret } from '../../../cli/commands/secret.ts';
import type { ConfiguredDestination } from '../../../functions/core/config/destination.ts';
import { parseConfig } from '../../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { httpSettings } from '../../../functions/destinations/http/destination.ts';
import { writeEvent } from '../../../functions/destinations/write-event.ts';
import { checkDeployable } from '../../../lib/check-deployable.ts';
import { drawnFor } from '../../../tools/cost/drawn.ts';
import { eventOf } from '../../formats/events.ts';
import { connect, SOURCES } from '../../infra/support/draw.ts';

const CONNECTIONS = [connect(SOURCES[0]?.id ?? '')];
const SUMO = 'https://endpoint4.collection.us2.sumologic.com/receiver/v1/kinesis/log/ZaVnC4dhaV2qSP6oeQH';
const CUSTOM = { service: 'custom', url: 'https://logs.example.com/firehose' };

function configure(settings: object) {
  const file = { connections: CONNECTIONS, destinations: [{ id: 'soc', type: 'http', ...settings }] };
  return parseConfig(JSON.stringify(file), 'tidemark.json', SOURCES, DESTINATION_TYPES);
}

function configured(settings: object): ConfiguredDestination {
  return configure(settings).destinations[0] as ConfiguredDestination;
}

const check = (settings: object) => () =>
  checkDeployable(configure(settings), SOURCES, DESTINATION_TYPES, 'tidemark.json');

test.each([
  [{ service: 'datadog', site: 'us1' }, 'https://aws-kinesis-http-intake.logs.datadoghq.com/v1/input', 2],
  [
    { service: 'datadog', site: 'us5' },
    'https://aws-kinesis-http-intake.logs.us5.datadoghq.com/api/v2/logs?dd-protocol=aws-kinesis-firehose',
    2,
  ],
  [{ service: 'newrelic', region: 'us' }, 'https://aws-api.newrelic.com/firehose/v1', 1],
  [{ service: 'newrelic', region: 'eu' }, 'https://aws-api.eu.newrelic.com/firehose/v1', 1],
  [
    { service: 'dynatrace', environment: 'https://abc12345.live.dynatrace.com/' },
    'https://abc12345.live.dynatrace.com/api/v2/logs/ingest/aws_firehose',
    1,
  ],
  [
    { service: 'dynatrace', environment: 'https://dynatrace.example.com/e/0a1b2c' },
    'https://dynatrace.example.com/e/0a1b2c/api/v2/logs/ingest/aws_firehose',
    1,
  ],
  [
    { service: 'elastic', url: 'https://acme.es.us-east-1.aws.elastic-cloud.com/' },
    'https://acme.es.us-east-1.aws.elastic-cloud.com',
    1,
  ],
  [CUSTOM, CUSTOM.url, 1],
])('%j has its URL, gets one event a record, and an access key', (endpoint, url, bufferMib) => {
  const destination = configured({ endpoint });
  expect(httpSettings(destination)).toMatchObject({
    receiver: { url, bufferMib },
    keySecret: 'tidemark/http/soc',
    contentEncoding: 'gzip',
  });
  expect(destination.shape).toEqual({ format: 'ecs', onePerRecord: true, maxBytes: 512 * 1024 });
  expect(check({ endpoint })).not.toThrow();
});

test('a receiver that splits records at line breaks gets them packed', () => {
  const packed = { format: 'ecs', maxBytes: 512 * 1024 };
  expect(configured({ endpoint: { service: 'sumologic', url: SUMO } }).shape).toEqual(packed);
  expect(configured({ endpoint: { ...CUSTOM, records: 'packed' } }).shape).toEqual(packed);
});

test('one whose URL is its credential has no secret, in an account and in the price', () => {
  const sumo = { endpoint: { service: 'sumologic', url: SUMO } };
  expect(httpSettings(configured(sumo)).keySecret).toBeUndefined();
  expect(check({ ...sumo, keySecret: '*' })).not.toThrow();
  const secrets = (settings: object) => drawnFor(configure(settings), SOURCES, DESTINATION_TYPES).secrets;
  expect(secrets({ endpoint: CUSTOM }) - secrets(sumo)).toBe(1);
});

test('secret set knows the access key, and takes it in the shape that Firehose wants', async () => {
  const wanted = await findSecret(configure({ endpoint: CUSTOM }), 'soc');
  expect(wanted).toMatchObject({ name: 'tidemark/http/soc', about: 'the access key for destination soc' });
  expect(wanted?.shapes.map((shape) => Object.keys(shape))).toEqual([['api_key']]);
  expect(() => wanted?.check('{"api_key":"0123456789abcdef"}')).not.toThrow();
  for (const wrong of ['{"key":"0123456789abcdef"}', '{"api_key":"short"}', '{"api_key":"with a blank in it"}', 'text'])
    expect(() => wanted?.check(wrong), wrong).toThrow();
  expect(await findSecret(configure({ endpoint: { service: 'sumologic', url: SUMO } }), 'soc')).toBeUndefined();
});

test('the data stream of Elastic is an attribute, beside one’s own', () => {
  const endpoint = { service: 'elastic', url: 'https://acme.es.example.com', dataStream: 'logs-tidemark-default' };
  expect(httpSettings(configured({ endpoint, attributes: { team: 'soc' } })).attributes).toEqual({
    es_datastream_name: 'logs-tidemark-default',
    team: 'soc',
  });
});

test.each([
  [{ endpoint: { service: 'datadog', site: 'us7' } }, '.endpoint.site: there is "us7", wanted "us1" or '],
  [{ endpoint: { service: 'datadog' } }, '.endpoint.site: nothing is there, wanted "us1" or '],
  [{ endpoint: { service: 'datadog', site: 'us1', url: CUSTOM.url } }, '.endpoint.url: there is no such setting'],
  [{ endpoint: { service: 'newrelic', region: 'jp' } }, '.endpoint.region: there is "jp", wanted "us" or "eu".'],
  [
    { endpoint: { service: 'sumologic', url: CUSTOM.url } },
    '.endpoint.url: there is "https://logs.example.com/firehose"',
  ],
  [{ endpoint: { service: 'elastic' } }, '.endpoint.url: nothing is there'],
  [{ endpoint: { service: 'splunk' } }, '.endpoint.service: there is "splunk", wanted "datadog" or "newrelic" or '],
  [{ endpoint: CUSTOM.url }, '.endpoint: there is "https://logs.example.com/firehose", wanted an object.'],
  [{ endpoint: { ...CUSTOM, url: 'http://logs.example.com' } }, '.endpoint.url: there is "http://logs.example.com"'],
  [
    { endpoint: { ...CUSTOM, url: 'https://a:b@logs.example.com' } },
    '.endpoint.url: there is "https://...@logs.example',
  ],
  [{ endpoint: { ...CUSTOM, records: 'many' } }, '.endpoint.records: there is "many", wanted "single" or "packed".'],
  [{ endpoint: CUSTOM, attributes: { a: 1 } }, '.attributes.a: there is 1, wanted a string.'],
  [{ endpoint: CUSTOM, attributes: { a: 'x'.repeat(1_025) } }, '.attributes.a: there is "xxx'],
  [{ endpoint: CUSTOM, attributes: attributesOf(51) }, 'wanted at most 50 attributes.'],
  [{ endpoint: CUSTOM, contentEncoding: 'zstd' }, '.contentEncoding: there is "zstd", wanted "gzip" or "none".'],
])('%j is refused with the path, what is there and what is wanted', (settings, told) => {
  expect(() => configure(settings)).toThrow('$.destinations[0].');
  expect(() => configure(settings)).toThrow(told);
});

test.each([
  [{}, '.endpoint: nothing is there, wanted a receiver.'],
  [
    { endpoint: { ...CUSTOM, url: 'http://127.0.0.1:8080/x' } },
    '.endpoint: there is "http://127.0.0.1:8080", wanted an https',
  ],
  [
    { endpoint: { ...CUSTOM, url: 'https://logs.example.com:8443' } },
    '.endpoint: there is "https://logs.example.com:8443"',
  ],
  [
    { endpoint: { ...CUSTOM, url: `https://logs.example.com/${'x'.repeat(1_000)}` } },
    'wanted a URL of at most 1000 char',
  ],
  [{ endpoint: CUSTOM, keySecret: 'my-secret' }, '.keySecret: there is "my-secret", wanted a name that does not end'],
])('%j works locally, and is refused at synth', (settings, told) => {
  expect(() => configure(settings)).not.toThrow();
  expect(check(settings)).toThrow(`$.destinations[0]${told.startsWith('.') ? told : ''}`);
  expect(check(settings)).toThrow(told);
});

test('an event that a receiver could refuse for its size is shortened, so that it does not take others with it', () => {
  const { shape } = configured({ endpoint: CUSTOM });
  const event = eventOf({ event: {} }, JSON.stringify({ name: 'x'.repeat(600_000) }));
  const { text, oversized } = writeEvent(shape, event);
  expect(oversized).toBe(true);
  expect(text.length).toBeLessThan(512 * 1024);
  expect(writeEvent({ format: 'ecs' }, event).oversized).toBeUndefined();
});

function attributesOf(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${at}`, '']));
}
