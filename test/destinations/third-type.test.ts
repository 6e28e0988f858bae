import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { refusingPairs } from '../../cli/put-aside/list-put-aside.ts';
import { readRefused } from '../../cli/put-aside/read-refused.ts';
import { destinationFor } from '../../functions/core/config/destination.ts';
import { configSchema, parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { ENVELOPES } from '../../functions/destinations/envelopes.ts';
import { createWriter, shapeSchema } from '../../functions/destinations/write-event.ts';
import { checkDeployable } from '../../lib/check-deployable.ts';
import { DRAWN_TYPES } from '../../lib/delivery/drawings.ts';
import { findEndpoints } from '../../local/services/endpoints.ts';
import { drawnFor } from '../../tools/cost/drawn.ts';
import { eventOf } from '../formats/events.ts';
import { connect, drawConfig, SOURCES } from '../infra/support/draw.ts';
import { S3, STREAMS, useFirehose } from '../local/firehose-bench.ts';
import { drawnParcel, parcel, parcelEnvelope } from './made-up-type.ts';

// A third type of destination is passed in, and everything takes it: no list of types stands anywhere else.

const TYPES = [...DESTINATION_TYPES, parcel];
const [SOURCE] = SOURCES;
const DOOR = 'https://door.example.com';

function configure(destination: object, types = TYPES) {
  const file = {
    connections: [connect(SOURCE?.id ?? '')],
    destinations: [{ id: 'home', type: 'parcel', ...destination }],
  };
  return parseConfig(JSON.stringify(file), 'tidemark.json', SOURCES, types);
}

const config = configure({ door: DOOR });
const { account } = drawConfig(config, [...DRAWN_TYPES, drawnParcel]);

test('its settings are read, and wrong ones are told by their path', () => {
  const [destination] = config.destinations;
  expect(destination).toMatchObject({ id: 'home', type: 'parcel', settings: { door: DOOR } });
  expect(() => configure({})).toThrow('$.destinations[0].door: nothing is there');
  expect(() => configure({ door: DOOR, index: 'x' })).toThrow('$.destinations[0].index: there is no such setting');
  expect(() => configure({ door: DOOR, format: 'cef' })).toThrow('$.destinations[0].format: there is "cef"');
});

test('without being registered it is unknown', () => {
  expect(() => configure({ door: DOOR }, [...DESTINATION_TYPES])).toThrow('$.destinations[0].type: there is "parcel"');
});

test('its settings are in the schema for editors', () => {
  const schema = JSON.stringify(z.toJSONSchema(configSchema(SOURCES, TYPES), { io: 'input' }));
  expect(schema).toContain('"const":"parcel"');
  expect(schema).toContain('The URL of the door.');
});

test('its events are in its envelope, and fit into it', () => {
  const { shape } = destinationFor('memory', config.destinations[0] ?? expect.fail());
  const envelopes = [...ENVELOPES, parcelEnvelope];
  const write = createWriter(envelopes);

  expect(shape).toEqual({ format: 'ecs', parcel: { door: DOOR } });
  expect(shapeSchema(envelopes).safeParse(shape).success).toBe(true);
  expect(shapeSchema(ENVELOPES).safeParse(shape).success).toBe(false);
  const small = write(shape, eventOf({ event: {} }));
  expect(small).toEqual({ text: expect.stringMatching(/^\{"id":"\w+","inside":/) });
  const large = write(shape, eventOf({ event: {} }, JSON.stringify({ name: 'x'.repeat(5_000) })));
  expect(large.oversized).toBe(true);
  expect(large.text.length).toBeLessThan(parcelEnvelope.maxBytes);
});

const firehose = useFirehose();

test('locally its events are sent to its endpoint, with its secret', async () => {
  const received: unknown[] = [];
  const makers = {
    parcel: (url: string, secret: Readonly<Record<string, string>>) => async (records: readonly Buffer[]) => {
      received.push(url, secret, String(records));
      return [];
    },
  };
  const secrets = { 'tidemark/parcel/home': '{"key":"opensesame"}' };
  const { endpoints, notes } = findEndpoints(config.destinations, secrets, TYPES, makers);
  expect(notes).toEqual([`Destination home: Parcel post at ${DOOR}`]);

  const [stream] = STREAMS;
  const { put } = await firehose.start({
    streams: [{ deliveryStream: S3, source: stream?.source ?? '', destination: 'home' }],
    endpoints,
  });
  await put(['a']);

  expect(received).toEqual([DOOR, { key: 'opensesame' }, 'a']);
  expect(await firehose.objects()).toEqual([]);
});

test('without its secret they go to its folder, which is told', () => {
  const { endpoints, notes } = findEndpoints(config.destinations, {}, TYPES, { parcel: () => async () => [] });
  expect(endpoints.size).toBe(0);
  expect(notes).toEqual(['Destination home: its folder, as there is no secret tidemark/parcel/home {"key":"..."}']);
});

test('a secret that cannot be used is refused and not quoted: what goes to the folder never arrives elsewhere', () => {
  const find = (secret: unknown) => () => {
    const makers = { parcel: () => async () => [] };
    return findEndpoints(config.destinations, { 'tidemark/parcel/home': secret }, TYPES, makers);
  };
  for (const secret of ['{"key": opensesame}', 'opensesame', '{}', null, { kee: 'opensesame' }, { key: '' }]) {
    expect(find(secret)).toThrow(/^Secret tidemark\/parcel\/home has no key\.$/);
  }
  expect(find({ key: 'opensesame' })().endpoints.size).toBe(1);
});

test('settings that are wrong in an account are told, and names of secrets that Firehose would not find', () => {
  const check = (destination: object) => () => checkDeployable(configure(destination), SOURCES, TYPES, 'tidemark.json');
  expect(check({ door: DOOR })).not.toThrow();
  expect(check({ door: 'http://127.0.0.1:80' })).toThrow(
    '$.destinations[0].door: there is "http://127.0.0.1:80", wanted',
  );
  expect(check({ door: DOOR, keySecret: 'the key' })).toThrow('$.destinations[0].keySecret: there is "the key"');
  expect(check({ door: DOOR, keySecret: 'my-secret' })).toThrow('wanted a name that does not end with a dash');
});

test('its drawing, its alarms and its age on the dashboard are deployed', () => {
  const alarms = account.find<{ AlarmDescription: string }>('AWS::CloudWatch::Alarm');
  const texts = alarms.map(({ properties }) => properties.AlarmDescription);
  const streams = account.find<{ DeliveryStreamName: string }>('AWS::KinesisFirehose::DeliveryStream');

  expect(streams.map(({ properties }) => properties.DeliveryStreamName)).toEqual([`tidemark-home-${SOURCE?.id}`]);
  expect(texts.filter((text) => text.startsWith('tidemark-home-'))).toEqual([
    expect.stringContaining('held events for over three hours'),
    expect.stringContaining('Attempts to deliver have failed'),
    expect.stringContaining('npx tidemark redrive --destination home --cloud'),
    expect.stringContaining('Parcels were lost.'),
  ]);
  expect(JSON.stringify(account.find('AWS::CloudWatch::Dashboard'))).toContain('DeliveryToParcel.DataFreshness');
  expect(account.find('AWS::Glue::Table')).toEqual([]);
});

test('its refused records are found and read, as it has them', () => {
  const [pair, ...others] = refusingPairs(config, TYPES);
  expect(others).toEqual([]);
  expect(pair).toMatchObject({ destination: 'home', source: SOURCE?.id });

  const line = JSON.stringify({ parcel: Buffer.from('a').toString('base64'), why: 'Nobody at home' });
  const { records, reasons } = readRefused(Buffer.from(line), pair?.records ?? expect.fail());
  expect(records.map(String)).toEqual(['a']);
  expect([...reasons]).toEqual([['Nobody at home', 1]]);
});

test('its price is counted: alarms, secret and how often it is read, and no archive', () => {
  const file = { connections: [connect(SOURCE?.id ?? '')], destinations: [{ id: 'lake', type: 's3' }] };
  const lake = parseConfig(JSON.stringify(file), 'tidemark.json', SOURCES, TYPES);
  const [ofLake, ofParcel] = [lake, config].map((each) => drawnFor(each, SOURCES, TYPES));

  expect(ofParcel?.destinations).toEqual({
    all: 1,
    archived: 0,
    announced: 0,
    onePerRecord: 0,
    tables: [],
    secretCalls: 10,
  });
  expect(ofParcel?.secrets).toBe((ofLake?.secrets ?? 0) + 1);
  // One metric for each of three alarms and two for the fourth, instead of two for the archive.
  expect(ofParcel?.fixed.alarmMetrics).toBe((ofLake?.fixed.alarmMetrics ?? 0) + 3);
});
