import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { askSigned } from '../../cli/doctor/cloud/ask-signed.ts';
import type { Cloud } from '../../cli/doctor/cloud/cloud.ts';
import { examineDestination } from '../../cli/doctor/cloud/destinations.ts';
import type { SignedProbe } from '../../functions/destinations/probe.ts';
import { Signatures } from '../../local/services/access/signature.ts';
import { configure, DOMAIN, GLUE_TABLES, LAKE, SOURCES } from '../infra/support/draw.ts';

// Whether what people put into a destination is there: tidemark doctor --cloud asks AWS, signed with the credentials in use.

const KEY = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a secret access key' };

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** An endpoint that says what it was asked, and answers with a status. */
async function endpoint(status: number): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { method = '', url: path = '', headers } = request;
    received.push({ method, path, headers, body });
    response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' }).end('said');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const probe = (url: string, request: Partial<SignedProbe['request']> = {}): SignedProbe => ({
  check: 'there',
  url,
  service: 'es',
  region: 'eu-west-1',
  request: { method: 'GET', path: '/_index_template/x', ...request },
  read: ({ status, text }) => ({ ok: true, found: `${status} ${text}` }),
});

test.each([{}, { method: 'POST' as const, path: '/', headers: { 'x-amz-target': 'T' }, body: '{"a":"ü"}' }])(
  'a question is signed for its service and its Region: %j',
  async (request) => {
    const { url, received } = await endpoint(200);

    expect(await askSigned(probe(url, request), KEY)).toEqual({ ok: true, found: '200 said' });

    const [{ method, path, headers, body }] = received as [Received];
    expect(headers.authorization).toContain('/eu-west-1/es/aws4_request, ');
    expect(() => new Signatures(KEY).admit({ method, path, headers }, 'es')(body)).not.toThrow();
    expect(() =>
      new Signatures({ ...KEY, secretAccessKey: 'x' }).admit({ method, path, headers }, 'es')(body),
    ).toThrow();
  },
);

test('the token of a session is sent along and signed', async () => {
  const { url, received } = await endpoint(200);

  await askSigned(probe(`${url}/`), { ...KEY, sessionToken: 'a token' });

  const headers = received[0]?.headers ?? {};
  expect(headers['x-amz-security-token']).toBe('a token');
  expect(headers.authorization).toMatch(/SignedHeaders=[\w;-]*x-amz-content-sha256;x-amz-date;x-amz-security-token/);
  expect(received[0]?.path).toBe('/_index_template/x');
});

test('an answer that leads elsewhere is not followed, and no answer is told', async () => {
  const { url, received } = await endpoint(302);

  expect(await askSigned(probe(url), KEY)).toMatchObject({ found: '302 said' });
  expect(received).toHaveLength(1);
  expect(await askSigned(probe('http://127.0.0.1:1'), KEY)).toMatchObject({
    ok: false,
    found: expect.stringMatching(/^no answer: /),
  });
});

/** An account where all streams are active, and every question gets this answer. */
function cloudThat(says: (asked: SignedProbe) => ReturnType<SignedProbe['read']>): Cloud {
  const found = { status: 'ACTIVE', reason: '', buckets: [] };
  const cloud = {
    deliveryStream: async () => found,
    region: async () => 'eu-west-1',
    ask: async (asked: SignedProbe) => says(asked),
  };
  return cloud as unknown as Cloud;
}

test('doctor asks about the table of each source, and tells what is wrong', async () => {
  const config = configure({ destinations: [GLUE_TABLES] });
  const wrong = cloudThat(({ read }) => read({ status: 400, text: '{"__type":"EntityNotFoundException"}' }));

  const findings = await examineDestination(wrong, config, config.destinations[0] as never);

  const tables = findings.filter(({ check }) => check.startsWith('table '));
  expect(tables).toHaveLength(SOURCES.length);
  for (const { ok, found, remedy } of tables) {
    expect(ok).toBe(false);
    expect(found).toMatch(/^there is no table tidemark\./);
    expect(remedy).toContain('content/iceberg/create-table.sql');
  }
});

test('doctor asks about the index template once, and nothing where there is nothing to ask', async () => {
  const config = configure({ destinations: [DOMAIN, LAKE] });
  const [domain, lake] = config.destinations;
  const missing = cloudThat(({ read }) => read({ status: 404, text: '{}' }));

  const findings = await examineDestination(missing, config, domain as never);

  expect(findings.filter(({ ok }) => !ok)).toMatchObject([{ check: 'index-template', subject: 'destination search' }]);
  expect((await examineDestination(missing, config, lake as never)).map(({ check }) => check)).toEqual([
    'delivery-stream',
  ]);
});
