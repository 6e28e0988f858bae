import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { formatInstant, MILLISECOND, MINUTE } from '../../functions/core/time.ts';
import { type Answered, serve } from '../../functions/shell/serve.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { startFirehose } from '../../local/services/firehose.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { bytesBelow, readDelivered } from '../e2e/delivered.ts';
import { readItems } from '../e2e/table-items.ts';
import { SIGNATURES } from '../local/signatures.ts';
import { echoOf, findLeaks } from '../secrets/canaries.ts';
import { madeUpSource, rowText, tokenAuth } from './source.ts';
import { MadeUpVendor } from './vendor.ts';

// The whole way of an access token: the real function, a token endpoint on another origin, and the embedded services.

const CLIENT = { clientId: 'EXAMPLE-client-7f3e', clientSecret: 'EXAMPLE+secret/&=9d1c' };
const OTHER = { clientId: 'EXAMPLE-client-7f3e', clientSecret: 'EXAMPLE+other/&=4b2a' };
const ROWS = 11;

let folder: string;
let tableUrl: string;
let secretsUrl: string;
let firehoseUrl: string;
let vendor: MadeUpVendor;
/** What the function writes down. */
let written: string;
/** How far the function's clock is ahead. */
let aheadMs: number;
let number = 0;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-made-up-'));
  await setSecret(CLIENT);
  const table = await startTable({ signatures: SIGNATURES, directory: join(folder, 'table'), tableName: 'tidemark' });
  const secrets = await startSecrets({ signatures: SIGNATURES, file: join(folder, 'secrets.json') });
  const streams = [{ deliveryStream: 'tidemark-lake-memory', destination: 'lake', source: 'memory' }];
  const firehose = await startFirehose({ signatures: SIGNATURES, out: join(folder, 'out'), streams });
  closers.push(
    () => table.close(),
    () => secrets.close(),
    () => firehose.close(),
  );
  [tableUrl, secretsUrl, firehoseUrl] = [table.url, secrets.url, firehose.url];
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  [written, aheadMs] = ['', 0];
  number++;
  await setSecret(CLIENT);
  vendor = new MadeUpVendor();
  await Promise.all([vendor.api.start(), vendor.login.start()]);
  for (let row = 0; row < ROWS; row++) {
    const at = Math.floor(Date.now() / 1_000) * 1_000 * MILLISECOND - (ROWS - row) * MINUTE;
    vendor.rows.push({ at, text: rowText(`event ${row} of ${number}`, at) });
  }
  const destinations = [{ id: 'lake', deliveryStream: 'tidemark-lake-memory', heldFor: 0, shape: { format: 'ecs' } }];
  vi.stubEnv('TIDEMARK_TABLE', 'tidemark');
  vi.stubEnv('TIDEMARK_LOG_LEVEL', 'debug');
  vi.stubEnv('TIDEMARK_DESTINATIONS', JSON.stringify(destinations));
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', tableUrl);
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secretsUrl);
  vi.stubEnv('AWS_ENDPOINT_URL_FIREHOSE', firehoseUrl);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  const realNow = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all([vendor.api.close(), vendor.login.close()]);
});

async function setSecret(value: object): Promise<void> {
  await writeFile(join(folder, 'secrets.json'), JSON.stringify({ 'tidemark/memory/acme': value }), { mode: 0o600 });
}

/** The connection of a test; its feeds begin anew. */
function connection(own: object = {}) {
  const timing = { startFrom: formatInstant(Date.now() * MILLISECOND - 30 * MINUTE, 's'), overlap: '30m' };
  return {
    id: `acme-${number}`,
    source: 'memory',
    origin: `${vendor.api.origin}/v1`,
    secret: 'tidemark/memory/acme',
    settings: { tenant: 'acme', tokenUrl: `${vendor.login.origin}/acme/token` },
    streams: { queried: timing, linked: timing },
    ...own,
  };
}

type Handler = ReturnType<typeof serve>;

async function run(handler: Handler, stream: string, own: object = {}): Promise<FeedReport> {
  const input = { connection: connection(own), streams: [stream], askAgain: true };
  const answered: Answered = await handler(input, { getRemainingTimeInMillis: () => 30_000 });
  const [report] = 'feeds' in answered ? answered.feeds : [];
  if (!report) throw new Error('no feed has run');
  return report;
}

/** The names of this test's events that were delivered, in order. */
async function delivered(): Promise<string[]> {
  const { events } = await readDelivered(join(folder, 'out'), 'lake');
  return events.flatMap(({ message = '' }) => (message.endsWith(` of ${number}`) ? [message] : []));
}

const ALL = () => Array.from({ length: ROWS }, (_, row) => `event ${row} of ${number}`);
const inOrder = (names: readonly string[]) => [...names].sort((one, other) => numberIn(one) - numberIn(other));
const numberIn = (name: string) => Number(/\d+/.exec(name)?.[0]);

describe('an access token from another origin', () => {
  test('is got by a form with the client in it, and is sent to the API alone', async () => {
    const report = await run(serve(madeUpSource()), 'queried');

    expect(report).toMatchObject({ state: 'caught-up', delivered: ROWS });
    const [asked, ...more] = vendor.login.got;
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ method: 'POST', url: '/acme/token' });
    expect(asked?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(asked?.headers).not.toHaveProperty('authorization');
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: CLIENT.clientId,
      client_secret: CLIENT.clientSecret,
      scope: 'audit.read offline',
    });
    for (const { headers, body } of vendor.api.got) {
      expect(headers.authorization).toBe(`Bearer ${vendor.tokens[0]}`);
      expect(body).not.toContain(CLIENT.clientSecret);
    }
  });

  test('is got with Basic authentication and JSON where the source says so', async () => {
    const auth = tokenAuth({
      body: 'json',
      client: { id: 'clientId', secret: 'clientSecret', in: 'basic-header' },
      parameters: { audience: 'https://api.example.com' },
    });
    vendor.expiresIn = '3600';

    expect(await run(serve(madeUpSource(auth)), 'queried')).toMatchObject({ state: 'caught-up' });

    const [asked] = vendor.login.got;
    const encoded = Buffer.from('EXAMPLE-client-7f3e:EXAMPLE%2Bsecret%2F%26%3D9d1c').toString('base64');
    expect(asked?.headers).toMatchObject({ authorization: `Basic ${encoded}`, 'content-type': 'application/json' });
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      grant_type: 'client_credentials',
      scope: 'audit.read offline',
      audience: 'https://api.example.com',
    });
  });

  test('may as well come from a path of the API’s own origin', async () => {
    const { tokenUrlSetting: _, ...auth } = tokenAuth({ tokenUrl: '/oauth/token' });
    const { answer } = vendor.api;
    vendor.api.answer = (got) => (got.url === '/v1/oauth/token' ? vendor.login.answer(got) : answer(got));

    const report = await run(serve(madeUpSource(auth)), 'queried', { settings: { tenant: 'acme' } });

    expect(report).toMatchObject({ state: 'caught-up', delivered: ROWS });
    expect(vendor.login.got).toEqual([]);
  });
});

describe('pages', () => {
  test('of POST requests to one URL are told apart by their bodies', async () => {
    expect(await run(serve(madeUpSource()), 'queried')).toMatchObject({
      state: 'caught-up',
      pages: 3,
      delivered: ROWS,
    });

    expect(vendor.api.got.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill('POST /v1/query'));
    expect(vendor.api.got[0]?.headers['content-type']).toBe('application/json');
    expect(vendor.api.got.map(({ body }) => JSON.parse(body).cursor)).toEqual([undefined, 4, 8]);
    expect(inOrder(await delivered())).toEqual(ALL());
  });

  test('may follow a Link header', async () => {
    expect(await run(serve(madeUpSource()), 'linked')).toMatchObject({ state: 'caught-up', pages: 3, delivered: ROWS });

    expect(inOrder(await delivered())).toEqual(ALL());
  });
});

describe('a warm function', () => {
  test('uses a token in further invocations, and renews it before its end', async () => {
    const handler = serve(madeUpSource());

    await run(handler, 'queried');
    await run(handler, 'linked');
    expect(vendor.tokens.length).toBe(1);
    aheadMs = 58 * 60_000;
    const report = await run(handler, 'queried');

    expect(report).toMatchObject({ state: 'caught-up', retries: 0 });
    expect(vendor.tokens.length).toBe(2);
    expect(vendor.api.got.at(-1)?.headers.authorization).toBe(`Bearer ${vendor.tokens[1]}`);
  });

  test('asks for another one when the secret has a new version', async () => {
    const handler = serve(madeUpSource());
    await run(handler, 'queried');

    await setSecret(OTHER);
    await run(handler, 'queried');

    expect(vendor.login.got.map(({ body }) => new URLSearchParams(body).get('client_secret'))).toEqual([
      CLIENT.clientSecret,
      OTHER.clientSecret,
    ]);
    expect(vendor.api.got.at(-1)?.headers.authorization).toBe(`Bearer ${vendor.tokens[1]}`);
  });

  test.each(['origin', 'tokenUrl'])('never shows it after a change of the %s', async (what) => {
    const handler = serve(madeUpSource());
    await run(handler, 'queried');
    const [first = ''] = vendor.tokens;
    const asked = vendor.api.got.length;

    const elsewhere = vendor.api.origin.replace('127.0.0.1', 'localhost');
    const settings = {
      tenant: 'acme',
      tokenUrl: `${vendor.login.origin.replace('127.0.0.1', 'localhost')}/acme/token`,
    };
    await run(handler, 'queried', what === 'origin' ? { origin: `${elsewhere}/v1` } : { settings });

    expect(vendor.tokens.length).toBe(2);
    const later = vendor.api.got.slice(asked);
    expect(later.length).toBeGreaterThan(0);
    for (const { headers } of later) expect(headers.authorization).not.toContain(first);
  });

  test('drops it at a 401, and sends the request once more with a new one', async () => {
    const handler = serve(madeUpSource());
    await run(handler, 'queried');
    vendor.revoked.add(vendor.tokens[0] ?? '');

    expect(await run(handler, 'queried')).toMatchObject({ state: 'caught-up', retries: 1 });
    await run(handler, 'queried');

    expect(vendor.tokens.length).toBe(2);
  });

  test('says that the credentials are refused when the new one gets a 401 as well', async () => {
    const handler = serve(madeUpSource());
    vendor.api.answer = () => ({ status: 401 });

    expect(await run(handler, 'queried')).toMatchObject({ state: 'refused', error: { code: 'refused' } });
    expect(vendor.tokens.length).toBe(2);
    expect(vendor.api.got.length).toBe(2);
  });
});

describe('a token endpoint', () => {
  test('that refuses the client leads to the secret by name', async () => {
    vendor.login.answer = () => ({ status: 401, body: { error: 'invalid_client' } });

    const report = await run(serve(madeUpSource()), 'queried');

    expect(report).toMatchObject({ state: 'refused', delivered: 0 });
    expect(report.error?.remedy).toContain('secret tidemark/memory/acme');
    expect(vendor.login.got.length).toBe(1);
    expect(vendor.api.got).toEqual([]);
  });

  test('that redirects is not followed', async () => {
    const thief = await new MadeUpVendor().login.start();
    vendor.login.answer = () => ({ status: 307, headers: { location: `${thief.origin}/token` } });

    const report = await run(serve(madeUpSource()), 'queried');
    await thief.close();

    expect(report).toMatchObject({ state: 'failed', error: { code: 'origin' } });
    expect(thief.got).toEqual([]);
  });

  test('gets no secret that was not deployed together with its origin', async () => {
    const file = join(folder, 'origins.json');
    await writeFile(file, JSON.stringify({ 'tidemark/memory/acme': [`${vendor.api.origin}/v1`] }));
    vi.stubEnv('TIDEMARK_ORIGINS', file);

    await expect(run(serve(madeUpSource()), 'queried')).rejects.toThrow(
      `origin ${vendor.login.origin}, so it is not sent there`,
    );
    expect(vendor.login.got).toEqual([]);
  });

  test('on plain http is not asked unless it is on this machine', async () => {
    const settings = { tenant: 'acme', tokenUrl: 'http://login.example.com/token' };

    await expect(run(serve(madeUpSource()), 'queried', { settings })).rejects.toThrow(
      '$.settings.tokenUrl: there is "http://login.example.com/token", wanted an https URL',
    );
  });
});

test('a setting that is required is named, with what belongs there', async () => {
  for (const settings of [undefined, {}]) {
    await expect(run(serve(madeUpSource()), 'queried', { settings })).rejects.toThrow(
      '$.settings.tenant: nothing is there, wanted the name of your tenant, such as acme.',
    );
  }
});

test('neither the client’s secret nor a token is written down, whatever the vendor echoes', async () => {
  const handler = serve(
    madeUpSource(tokenAuth({ client: { id: 'clientId', secret: 'clientSecret', in: 'basic-header' } })),
  );
  const refreshToken = 'EXAMPLE-refresh-token-5e1a';
  const reports = [await run(handler, 'queried')];
  // This one is taken up from memory: nothing of it has been read in this invocation.
  vendor.api.answer = ({ headers }) => {
    const echo = echoOf(headers.authorization?.replace('Bearer ', '') ?? '');
    return { status: 403, headers: { 'x-echo': encodeURIComponent(echo).slice(0, 4_000) }, body: { error: echo } };
  };
  reports.push(await run(handler, 'linked'));
  vendor.login.answer = ({ headers }) => {
    const basic = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
    const body = `${headers.authorization} ${basic} ${echoOf(CLIENT.clientSecret)} access_token=${refreshToken}`;
    return { status: 400, body: { error: body, refresh_token: refreshToken } };
  };
  reports.push(await run(serve(madeUpSource()), 'queried'), await run(handler, 'queried'));

  expect(reports.map(({ state }) => state)).toEqual(['caught-up', 'forbidden', 'refused', 'refused']);
  const canaries = { ...Object.fromEntries(vendor.tokens.entries()), secret: CLIENT.clientSecret, refreshToken };
  const kept = [await readItems(tableUrl, `acme-${number}`), await bytesBelow(join(folder, 'out'))];
  expect(written).toContain('[secret]');
  expect(findLeaks([written, JSON.stringify(reports), ...kept].join('\n'), canaries)).toEqual([]);
});
