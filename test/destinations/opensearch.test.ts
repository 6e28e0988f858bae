import { describe, expect, test } from 'vitest';
import { readRefused } from '../../cli/put-aside/read-refused.ts';
import type { RefusedRecords } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { opensearch } from '../../functions/destinations/opensearch/destination.ts';
import { indexTemplate, typesIn } from '../../functions/destinations/opensearch/index-template.ts';
import type { ProbeAnswer } from '../../functions/destinations/probe.ts';
import { ecsLine } from '../../functions/formats/ecs.ts';
import { checkDeployable } from '../../lib/check-deployable.ts';
import { fieldsOf, GOLDEN_EVENTS, valueAt } from '../formats/golden-events.ts';
import { COLLECTION, configure, DOMAIN, SOURCES } from '../infra/support/draw.ts';
import { refusalsOf } from './document-reader.ts';

const { mappings } = indexTemplate().template;
const TYPES = typesIn(mappings);

describe('the index template', () => {
  test.each(GOLDEN_EVENTS)('takes the events of %s, and finds each of their fields', (_, events) => {
    for (const event of events) {
      expect(refusalsOf(JSON.parse(ecsLine(event)), mappings)).toEqual([]);
      const fields = fieldsOf(event);
      expect(fields.filter((path) => !TYPES.has(path))).toEqual([]);
      // What is longer than that can be read and not found.
      const texts = fields.filter((path) => TYPES.get(path) === 'keyword' && path !== 'event.original');
      for (const path of texts)
        for (const text of [valueAt(event, path)].flat()) expect(String(text).length, path).toBeLessThanOrEqual(8_191);
    }
  });

  test('has far fewer fields, and is less deep, than an index may be', () => {
    expect(TYPES.size).toBeGreaterThan(50);
    expect(TYPES.size).toBeLessThan(500);
    expect(Math.max(...[...TYPES.keys()].map((path) => path.split('.').length))).toBeLessThan(20);
  });

  test.each([
    { '@timestamp': 'yesterday', source: { ip: '300.1.1.1' }, user: { name: 'x'.repeat(40_000) } },
    { event: { original: 'x'.repeat(900_000), created: '' }, message: 'ä'.repeat(40_000), related: { ip: ['', 'x'] } },
    { vendor: { '': 1, '.': { 'a..b': [{}, 1, 'x'] } }, tidemark: { part: { number: 1, of: 'x' }, shortened: true } },
  ])('refuses no event because of a value: %#', (document) => {
    expect(refusalsOf(document, mappings)).toEqual([]);
    expect(mappings.dynamic).toBe(false);
  });

  test('would refuse an object in the place of a text', () => {
    expect(refusalsOf({ user: { name: {} } }, mappings)).toEqual(['user.name (keyword) is an object']);
    expect(refusalsOf({ user: 'ada' }, mappings)).toEqual(['user is no object']);
  });
});

test('what was refused is sent again, as Firehose documents that it writes it', () => {
  const document = '{"event":{"id":"1"}}\n';
  const line = {
    attemptsMade: 8,
    arrivalTimestamp: 1_768_039_500_000,
    errorCode: '400',
    errorMessage: 'mapper_parsing_exception',
    attemptEndingTimestamp: 1_768_046_700_000,
    esDocumentId: '49640',
    esIndexName: 'tidemark-search-2026-01',
    esTypeName: '',
    rawData: Buffer.from(document).toString('base64'),
  };
  const { records, reasons } = readRefused(
    Buffer.from(`${JSON.stringify(line)}\n`),
    opensearch.refused as RefusedRecords,
  );
  expect(records.map((record) => Buffer.from(record).toString())).toEqual([document]);
  expect([...reasons]).toEqual([['400', 1]]);
});

const deploy = (destination: object) => () =>
  checkDeployable(configure({ destinations: [destination] }), SOURCES, DESTINATION_TYPES, 'tidemark.json');

test.each([
  [
    { ...DOMAIN, endpoint: undefined },
    '$.destinations[0].endpoint: nothing is there, wanted the https URL of a domain',
  ],
  [{ ...DOMAIN, endpoint: 'http://127.0.0.1:9200' }, '$.destinations[0].endpoint: there is "http://127.0.0.1:9200"'],
  [{ ...DOMAIN, domainArn: undefined }, '$.destinations[0].domainArn: nothing is there, wanted the ARN of the domain'],
  [{ ...COLLECTION, domainArn: DOMAIN.domainArn }, '$.destinations[0].domainArn: there is "arn:aws:es:'],
  [{ ...COLLECTION, rotation: 'day' }, '$.destinations[0].rotation: there is "day", wanted none'],
  [{ ...DOMAIN, domainArn: 'audit' }, '$.destinations[0].domainArn: there is "audit", wanted the ARN of a domain'],
  [{ ...DOMAIN, rotation: 'hour' }, '$.destinations[0].rotation: there is "hour"'],
  [{ ...DOMAIN, format: 'cef' }, '$.destinations[0].format: there is "cef"'],
  [{ ...DOMAIN, vpc: { subnets: [], securityGroups: ['sg-0123abcd'] } }, '$.destinations[0].vpc.subnets'],
  [{ ...DOMAIN, vpc: { subnets: ['a'], securityGroups: ['sg-0123abcd'] } }, '$.destinations[0].vpc.subnets[0]'],
])('%j is refused with the path', (destination, told) => {
  expect(deploy(destination)).toThrow(told);
});

test.each([DOMAIN, COLLECTION, { ...DOMAIN, rotation: 'day' }])('%j can be deployed', (destination) => {
  expect(deploy(destination)).not.toThrow();
});

describe('what doctor asks', () => {
  const ask = (destination: object) => {
    const [configured] = configure({ destinations: [destination] }).destinations;
    if (!configured) throw new Error('there is no destination');
    return opensearch.signedProbes?.(configured, { region: 'us-east-1', sources: ['a'] }) ?? [];
  };
  const answers = (body: unknown, status = 200): ProbeAnswer => ({ status, text: JSON.stringify(body) });
  const read = (answer: ProbeAnswer) => ask(DOMAIN)[0]?.read(answer);
  const found = (template: object) => answers({ index_templates: [{ name: 'tidemark', index_template: template }] });

  test('is signed for the service and the Region of the domain or the collection', () => {
    expect(ask(DOMAIN)).toMatchObject([
      { url: DOMAIN.endpoint, service: 'es', region: 'eu-west-1', request: { path: '/_index_template/tidemark' } },
    ]);
    expect(ask(COLLECTION)).toMatchObject([{ url: COLLECTION.endpoint, service: 'aoss', region: 'eu-west-1' }]);
  });

  test('cannot be asked of a domain in a VPC, nor without an endpoint', () => {
    expect(ask({ ...DOMAIN, vpc: { subnets: ['subnet-0123abcd'], securityGroups: ['sg-0123abcd'] } })).toEqual([]);
    expect(ask({ ...DOMAIN, endpoint: undefined })).toEqual([]);
  });

  test('is content with the template, as OpenSearch gives it back', () => {
    const template = JSON.parse(JSON.stringify(indexTemplate()).replace('"dynamic":false', '"dynamic":"false"'));
    expect(read(found({ ...template, composed_of: [] }))).toMatchObject({ ok: true });
  });

  test.each([
    ['is not there', answers({ error: {} }, 404), 'there is no index template tidemark'],
    ['is for others', found({ ...indexTemplate(), index_patterns: ['logs-*'] }), 'is not for the indexes tidemark-*'],
    [
      'lets OpenSearch choose types',
      found({ ...indexTemplate(), template: { mappings: { ...mappings, dynamic: true } } }),
      'is not "dynamic": false',
    ],
    [
      'is an older one',
      found({
        ...indexTemplate(),
        template: { mappings: { ...mappings, properties: { ...mappings.properties, message: { type: 'keyword' } } } },
      }),
      'other types: message',
    ],
    ['has no fields', found({ ...indexTemplate(), template: { mappings: { dynamic: false } } }), 'more'],
    ['has no mappings', found({ index_patterns: ['tidemark-*'] }), 'is not "dynamic": false'],
    ['is none', answers([], 200), 'an unexpected answer (200)'],
    ['comes from a proxy', { status: 502, text: '<html>' }, 'an unexpected answer (502)'],
  ])('finds a template that %s', (_, answer, told) => {
    const result = read(answer);
    expect(result).toMatchObject({ ok: false });
    expect(result?.found).toContain(told);
  });

  test.each([401, 403])('is no finding if the credentials may not look (%i)', (status) => {
    expect(read({ status, text: '' })).toMatchObject({ ok: true });
  });
});
