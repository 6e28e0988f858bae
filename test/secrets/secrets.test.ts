import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { destinationFor } from '../../functions/core/config/destination.ts';
import { parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { serve } from '../../functions/shell/serve.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { startFirehose } from '../../local/services/firehose.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { startProgram } from '../e2e/cli/program.ts';
import { bytesBelow } from '../e2e/delivered.ts';
import { readItems } from '../e2e/table-items.ts';
import { SIGNATURES } from '../local/signatures.ts';
import { echoOf, findLeaks } from './canaries.ts';
import { type EchoingVendor, type Manner, MISDEEDS, startEchoingVendor } from './echoing-vendor.ts';
import { findSecretKinds, type SecretKind } from './secret-kinds.ts';

const HEC_TOKEN = 'Kc6-splunk-hec-token-Ss3';

const to = Math.floor(Date.now() / 1_000) * 1_000 - 5_000;
const from = to - 20 * 60_000;
const KINDS = new Map((await findSecretKinds()).map((kind) => [kind.name, kind]));
const NAMES = [...KINDS.keys()];
const SOURCES = [...new Set([...KINDS.values()].map(({ source }) => source))];
const AT_ONCE = 2 * (1 + MISDEEDS.length);
const FILES = ['ecs', 'cef', 'ocsf', 'raw'].map((format) => ({ id: format, type: 's3', format }));

function kindOf(name: string): SecretKind {
  const kind = KINDS.get(name);
  if (kind === undefined) throw new Error(`There is no kind of secret ${name}.`);
  return kind;
}

let folder: string;
let written: string;
const vendors = new Map<string, EchoingVendor>();
const paths = new Map<string, string>();
const tokenEndpoints = new Map<string, { readonly endpoint: EchoingVendor; readonly settings: object }>();
const closers: (() => unknown)[] = [];
let hecUrl: string;
let tableUrl: string;
const hecReceived: string[] = [];
let isHecGood = true;

/** The tokens that the vendor of a kind has given out, and what it was sent. */
function seenBy(kind: string): { readonly tokens: readonly string[]; readonly sent: string } {
  const all = [vendors.get(kind), tokenEndpoints.get(kind)?.endpoint].filter((vendor) => vendor !== undefined);
  return {
    tokens: all.flatMap(({ tokens }) => [...tokens]),
    sent: all.flatMap(({ received }) => received).join('\n'),
  };
}

/** All secrets: those planted by the test, and the tokens given out by the vendors. */
function canaries(): Record<string, string> {
  const planted = [...KINDS.values()].flatMap(({ name, value, open = [] }) =>
    Object.entries(value)
      .filter(([field]) => !open.includes(field))
      .map(([field, secret]) => [`${name} ${field}`, secret]),
  );
  const given = NAMES.flatMap((kind) => seenBy(kind).tokens.map((token, at) => [`${kind} session ${at}`, token]));
  return { ...Object.fromEntries([...planted, ...given]), hec: HEC_TOKEN };
}

function connectionOf(kind: string, manner: Manner, id: string, secret = `tidemark/${kind}`) {
  const { source, settings = {} } = kindOf(kind);
  const startFrom = new Date(from).toISOString();
  const timing = { every: '1s', startFrom, settle: '1s', overlap: '30m' };
  const own = source.streams.filter(({ name }) => kindOf(kind).streams.includes(name));
  const streams = source.streams.map((stream) => {
    const isOn = own.includes(stream);
    const times = 'items' in stream ? { every: '1s' } : timing;
    return [stream.name, isOn ? { ...times, enabled: true } : { enabled: false }];
  });
  const origin = `${vendors.get(kind)?.origin}/${manner}${paths.get(kind)}`;
  const { settings: signIn } = tokenEndpoints.get(kind) ?? {};
  return {
    id,
    source: source.id,
    origin,
    secret,
    settings: { ...settings, ...signIn },
    streams: Object.fromEntries(streams),
  };
}

const secretValues = () => Object.fromEntries(NAMES.map((kind) => [`tidemark/${kind}`, kindOf(kind).value]));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-secrets-'));
  for (const kind of NAMES) {
    const running = await kindOf(kind).start({ from, to, count: 60 });
    const { source, value } = kindOf(kind);
    const proxy = await startEchoingVendor(running.origin, Object.values(value), source.auth);
    vendors.set(kind, proxy);
    paths.set(kind, String(running.connection.origin).slice(running.origin.length));
    closers.push(
      () => running.stop(),
      () => proxy.close(),
    );
    // A token endpoint on an origin of its own echoes, too.
    const setting = source.auth.kind === 'oauth2-client-credentials' ? source.auth.tokenUrlSetting : undefined;
    const { [setting ?? '']: tokenUrl } = (running.connection.settings ?? {}) as Readonly<Record<string, string>>;
    if (setting === undefined || tokenUrl === undefined) continue;
    const { origin, pathname } = new URL(tokenUrl);
    const endpoint = await startEchoingVendor(origin, Object.values(value), source.auth);
    tokenEndpoints.set(kind, { endpoint, settings: { [setting]: `${endpoint.origin}/good${pathname}` } });
    closers.push(() => endpoint.close());
  }
  const hec = createServer((request, response) => {
    hecReceived.push(String(request.headers.authorization));
    request.resume().on('end', () => {
      response.writeHead(isHecGood ? 200 : 400).end(isHecGood ? '{"text":"Success","code":0}' : echoOf(HEC_TOKEN));
    });
  });
  await new Promise<void>((listening) => hec.listen(0, '127.0.0.1', listening));
  hecUrl = `http://127.0.0.1:${(hec.address() as AddressInfo).port}`;
  closers.push(
    () => hec.close(),
    () => hec.closeAllConnections(),
  );
  await writeFile(join(folder, 'secrets.json'), JSON.stringify(secretValues()), { mode: 0o600 });
  const table = await startTable({ signatures: SIGNATURES, directory: join(folder, 'table'), tableName: 'tidemark' });
  const secrets = await startSecrets({ signatures: SIGNATURES, file: join(folder, 'secrets.json') });
  const any = { id: 'any', source: SOURCES[0]?.id, origin: 'http://127.0.0.1' };
  const { destinations } = parseConfig(
    JSON.stringify({ connections: [any], destinations: FILES }),
    'test',
    SOURCES,
    DESTINATION_TYPES,
  );
  const told = Object.fromEntries(SOURCES.map(({ id }) => [id, destinations.map((one) => destinationFor(id, one))]));
  const streams = Object.entries(told).flatMap(([source, all]) =>
    all.map(({ id, deliveryStream }) => ({ deliveryStream, destination: id, source })),
  );
  const firehose = await startFirehose({ signatures: SIGNATURES, out: join(folder, 'out'), streams });
  tableUrl = table.url;
  closers.push(
    () => table.close(),
    () => secrets.close(),
    () => firehose.close(),
  );
  vi.stubEnv('TIDEMARK_TABLE', 'tidemark');
  vi.stubEnv('TIDEMARK_LOG_LEVEL', 'debug');
  vi.stubEnv('TIDEMARK_DESTINATIONS', '');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', table.url);
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.url);
  vi.stubEnv('AWS_ENDPOINT_URL_FIREHOSE', firehose.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  destinationsOf = (source) => JSON.stringify(told[source]);
});

let nextNumber = 0;
let destinationsOf: (source: string) => string;

afterAll(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a connection's function in this process. Returns its answer or error in every form in which it could be printed. */
async function invoke(kind: string, connection: object): Promise<string> {
  const { source, streams } = kindOf(kind);
  vi.stubEnv('TIDEMARK_DESTINATIONS', destinationsOf(source.id));
  const handler = serve(source);
  const outcome = await handler(
    { connection, streams, askAgain: true },
    { getRemainingTimeInMillis: () => 60_000 },
  ).catch((thrown: unknown) => thrown);
  return `${inspect(outcome, { depth: 12, showHidden: true, maxStringLength: null })}\n${JSON.stringify(outcome)}`;
}

/** Runs something, and keeps what is written to stderr meanwhile. */
async function listening<T>(work: () => Promise<T>, onLine: (line: string) => void = () => undefined): Promise<T> {
  written = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    onLine(String(text));
    return true;
  });
  return await work().finally(() => spy.mockRestore());
}

test('the function tells no secret: not when all is well, nor when the vendor echoes all it knows', async () => {
  const ways = NAMES.flatMap((kind) => (['good', ...MISDEEDS] as const).map((manner) => ({ kind, manner })));
  const told = await listening(async () => {
    const outcomes: string[] = [];
    // A run has little time. Some at once, so that it is enough however many vendors there are.
    for (let at = 0; at < ways.length; at += AT_ONCE) {
      const some = ways.slice(at, at + AT_ONCE);
      const invoked = some.map(({ kind, manner }) => invoke(kind, connectionOf(kind, manner, `${kind}-${manner}`)));
      outcomes.push(...(await Promise.all(invoked)));
    }
    return outcomes;
  });

  const items = await Promise.all(ways.map(({ kind, manner }) => readItems(tableUrl, `${kind}-${manner}`)));
  const out = await bytesBelow(join(folder, 'out'));
  for (const format of ['"@timestamp"', 'CEF:0|', '"class_uid"']) expect(out).toContain(format);
  expect(out).toContain('[secret]');
  expect(written).toContain('"_aws"');
  expect(findLeaks([...told, ...items, out, written].join('\n'), canaries())).toEqual([]);
  // What was never sent cannot leak: of a secret that only signs, nothing travels.
  for (const kind of NAMES) {
    const { tokens, sent } = seenBy(kind);
    const { value: fields, unsent = [] } = kindOf(kind);
    const values = Object.entries(fields).flatMap(([field, value]) => (unsent.includes(field) ? [] : [value]));
    const isSent = (value: string) =>
      [
        JSON.stringify(value).slice(1, -1),
        JSON.stringify(JSON.stringify(value)).slice(3, -3),
        encodeURIComponent(value),
      ].some((form) => sent.includes(form));
    for (const value of values) expect(isSent(value), `${kind} ${value}`).toBe(true);
    // A run whose time is up may have signed in for nothing.
    if (tokens.length > 0) expect(tokens.some(isSent), kind).toBe(true);
  }
  expect(findLeaks(`${written}\n{"message":"${HEC_TOKEN}"}`, canaries())).toHaveLength(6);
  for (const kind of NAMES.filter((name) => kindOf(name).signsIn))
    expect(seenBy(kind).tokens.length, kind).toBeGreaterThan(0);
});

test('what the function throws has no secret in it, nor in its causes', async () => {
  for (const kind of NAMES) {
    const secret = Object.values(kindOf(kind).value).at(-1) ?? '';
    let thrown = 0;
    // By the time of the report all secrets are known.
    const dying = (line: string) => {
      if (thrown > 0 || !line.includes('"Run of ')) return;
      thrown++;
      const cause = Object.assign(new Error(echoOf(secret)), { raw: Buffer.from(secret) });
      throw new Error(echoOf(secret), { cause });
    };

    const outcome = await listening(() => invoke(kind, connectionOf(kind, 'good', `${kind}-dying`)), dying);

    expect(thrown).toBe(1);
    expect(outcome).toMatch(/^Error: .*\[secret\]/);
    expect(findLeaks(`${outcome}\n${written}`, canaries())).toEqual([]);
  }
});

test.each([
  ['is not JSON', (value: object) => `${JSON.stringify(value)}}`],
  ['is a list', (value: object) => JSON.stringify([value])],
  ['lacks a field', (value: object) => ({ ...Object.fromEntries(Object.entries(value).slice(1)), other: HEC_TOKEN })],
  [
    'holds a line break',
    (value: object) => Object.fromEntries(Object.entries(value).map(([key, one]) => [key, `${one}\n${one}`])),
  ],
  ['is cut', (value: object) => JSON.stringify(value).slice(0, -2)],
])('a secret that %s is named, not told', async (_, broken) => {
  const values = NAMES.map((kind) => [`broken/${kind}`, broken(kindOf(kind).value)]);
  const file = join(folder, 'secrets.json');
  await writeFile(file, JSON.stringify({ ...secretValues(), ...Object.fromEntries(values) }), { mode: 0o600 });
  const told = await listening(async () => {
    const all: string[] = [];
    for (const kind of NAMES)
      all.push(await invoke(kind, connectionOf(kind, 'good', `${kind}-broken-${nextNumber++}`, `broken/${kind}`)));
    return all;
  });

  for (const one of told) expect(one).toContain('Secret broken/');
  expect(findLeaks([...told, written].join('\n'), canaries())).toEqual([]);
});

test('the command line tells no secret, and keeps none but in the secrets file', async () => {
  const state = join(folder, 'cli', 'state');
  const place = join(folder, 'cli');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const secrets = { ...secretValues(), 'tidemark/splunk/siem': { hec_token: HEC_TOKEN } };
  await writeFile(join(state, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  const destinations = [...FILES, { id: 'siem', type: 'splunk', format: 'ecs', hecUrl }];
  const configure = (manner: Manner) =>
    writeFile(
      join(place, 'tidemark.json'),
      JSON.stringify({ connections: NAMES.map((kind) => connectionOf(kind, manner, kind)), destinations }),
    );
  const said: string[] = [];
  const command = async (...args: string[]) => {
    const program = startProgram(place, [...args, '--state', 'state', '--out', 'out']);
    const code = await program.ended;
    said.push(program.stdout, program.stderr);
    return code;
  };

  await configure('good');
  expect(await command('run', '--once'), said.join('\n')).toBe(0);
  expect(await command('status')).toBe(0);
  expect(await command('verify', '--since', '2h', '--json'), said.at(-1)).toBeLessThan(2);
  expect(await command('redrive', '--feed', '*', '--json'), said.at(-1)).toBe(0);
  isHecGood = false;
  await configure('forbidden');
  expect(await command('run', '--once', '--json')).toBe(1);

  const files = (await readdir(place, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const kept = files.filter(({ name }) => name !== 'secrets.json');
  const contents = await Promise.all(kept.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
  expect(hecReceived).toContain(`Splunk ${HEC_TOKEN}`);
  expect(kept.length).toBeGreaterThan(10);
  expect(findLeaks([...said, ...contents].join('\n'), canaries())).toEqual([]);
});
