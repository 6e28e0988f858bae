import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { probeEndpoint } from '../../cli/doctor/probe-endpoint.ts';
import type { Probing } from '../../functions/destinations/probe.ts';
import { splunk } from '../../functions/destinations/splunk/destination.ts';

const TOKEN = 'canary-5c1d-token';
const PROBING = splunk.probing as Probing;

interface Reply {
  readonly status: number;
  readonly body: object | string;
}

const WELL: Readonly<Record<string, Reply>> = {
  health: { status: 200, body: { text: 'HEC is healthy', code: 17 } },
  token: { status: 400, body: { text: 'No data', code: 5 } },
  ack: { status: 200, body: { acks: { 0: false } } },
  index: { status: 400, body: { text: 'Event field is required', code: 12, 'invalid-event-number': 0 } },
};

/** A collector that answers as it is told. It keeps what it got. */
async function collector(replies: Readonly<Record<string, Reply>> = {}) {
  const got: { question: string; body: string; headers: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const question = questionOf(request.url ?? '', body);
    got.push({ question, body, headers: request.headers });
    const { status, body: text } = { ...WELL, ...replies }[question] as Reply;
    response.writeHead(status).end(typeof text === 'string' ? text : JSON.stringify(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, got };
}

function questionOf(url: string, body: string): string {
  if (url === '/services/collector/health') return 'health';
  if (url.startsWith('/services/collector/ack?channel=')) return 'ack';
  if (url !== '/services/collector/event') return 'unknown';
  return body === '' ? 'token' : 'index';
}

async function probe(url: string, index?: string) {
  const destination = {
    id: 'soc',
    type: 'splunk',
    heldFor: 0,
    shape: { format: 'ecs' as const },
    settings: { hecUrl: url, ...(index !== undefined && { index }) },
  };
  const endpoint = { subject: 'destination soc', url, secret: { hec_token: TOKEN } };
  return await probeEndpoint(endpoint, destination, PROBING);
}

test('a collector that is well is asked four questions, and gets no event', async () => {
  const { url, got } = await collector();

  const findings = await probe(url, 'audit');

  expect(findings.map(({ check, ok }) => [check, ok])).toEqual([
    ['reachable', true],
    ['token', true],
    ['acknowledgement', true],
    ['index', true],
  ]);
  expect(got.map(({ question, body }) => [question, body])).toEqual([
    ['health', ''],
    ['token', ''],
    ['ack', '{"acks":[0]}'],
    ['index', '{"index":"audit"}'],
  ]);
  for (const { headers } of got) expect(headers.authorization).toBe(`Splunk ${TOKEN}`);
  expect(got[1]?.headers['x-splunk-request-channel']).toMatch(/^[0-9a-f-]{36}$/);
});

test('without an index of its own, none is asked about', async () => {
  const { url, got } = await collector();

  expect((await probe(url)).map(({ check }) => check)).toEqual(['reachable', 'token', 'acknowledgement']);
  expect(got.map(({ question }) => question)).toEqual(['health', 'token', 'ack']);
});

const WRONG: readonly [string, Record<string, Reply>, string, RegExp, RegExp][] = [
  ['full queues', { health: { status: 503, body: { code: 18 } } }, 'reachable', /queues are full/, /indexers/],
  ['Splunk Web', { health: { status: 404, body: '<html>' } }, 'reachable', /no HTTP Event Collector/, /hecUrl/],
  ['a redirect', { health: { status: 303, body: '' } }, 'reachable', /unexpected answer \(303\)/, /hecUrl/],
  ['a balancer', { health: { status: 502, body: '<b>' } }, 'reachable', /unexpected answer \(502\)/, /before it/],
  [
    'an unknown token',
    { token: { status: 403, body: { code: 4 } } },
    'token',
    /does not know/,
    /secret set.*started again/,
  ],
  ['a disabled token', { token: { status: 403, body: { code: 1 } } }, 'token', /disabled/, /Enable/],
  ['a proxy that takes it', { token: { status: 401, body: { code: 2 } } }, 'token', /not arrive/, /proxy/],
  ['no JSON', { token: { status: 200, body: 'null' } }, 'token', /unexpected answer \(200\)/, /hecUrl/],
  [
    'no acknowledgement',
    { ack: { status: 400, body: { code: 14 } } },
    'acknowledgement',
    /no indexer/,
    /Firehose needs/,
  ],
  ['a list', { ack: { status: 200, body: '[1]' } }, 'acknowledgement', /unexpected answer \(200\)/, /hecUrl/],
  ['a forbidden index', { index: { status: 400, body: { code: 7 } } }, 'index', /may not write/, /Allow the index/],
];

test.each(WRONG)('%s is found, and what comes after it waits', async (_, replies, check, found, remedy) => {
  const { url } = await collector(replies);

  const findings = await probe(url, 'audit');

  const last = findings.at(-1);
  expect(findings.filter(({ ok }) => !ok)).toEqual([last]);
  expect(last).toMatchObject({ check, found: expect.stringMatching(found), remedy: expect.stringMatching(remedy) });
  const order = ['reachable', 'token', 'acknowledgement', 'index'];
  expect(last?.waiting).toEqual(order.slice(order.indexOf(check) + 1));
  expect(JSON.stringify(findings)).not.toContain('canary');
});

test('a collector that is not there is found', async () => {
  const findings = await probe('http://127.0.0.1:9');

  expect(findings).toEqual([
    expect.objectContaining({ check: 'reachable', ok: false, found: expect.stringContaining('no answer') }),
  ]);
});

test('a token that no header can hold is not quoted by the error', async () => {
  const findings = await probeEndpoint(
    { subject: 'x', url: 'http://127.0.0.1:9', secret: { hec_token: 'canary\n5c1d' } },
    { id: 'soc', type: 'splunk', heldFor: 0, shape: { format: 'ecs' }, settings: {} },
    PROBING,
  );

  expect(JSON.stringify(findings)).not.toContain('canary');
  expect(findings[0]?.ok).toBe(false);
});
