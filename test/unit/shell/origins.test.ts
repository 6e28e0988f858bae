import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Auth } from '../../../functions/core/auth.ts';
import type { ConfiguredConnection } from '../../../functions/core/config/connection.ts';

const AUTH: Auth = { kind: 'header', scheme: 'Bearer', field: 'token', secret: [{ token: 'any' }] };
const OAUTH: Auth = {
  kind: 'oauth2-client-credentials',
  secret: [{ id: 'any', key: 'any' }],
  tokenUrl: '/oauth/token',
  tokenUrlSetting: 'tokenUrl',
  body: 'form',
  client: { id: 'id', secret: 'key', in: 'body' },
};
const folder = mkdtempSync(join(tmpdir(), 'tidemark-origins-'));
const file = join(folder, 'origins.json');
const ACME: ConfiguredConnection = {
  id: 'acme',
  source: 'memory',
  origin: 'https://api.example.com',
  secret: 'tidemark/memory/acme',
  settings: {},
  streams: {},
};

let beginnings = 0;

/** A function that begins anew, with this list in what was deployed. */
async function deployed(list: string | undefined) {
  if (list !== undefined) {
    writeFileSync(file, list);
    vi.stubEnv('TIDEMARK_ORIGINS', file);
  }
  const anew = `../../../functions/shell/auth/origins.ts?${++beginnings}`;
  return (await import(anew)) as typeof import('../../../functions/shell/auth/origins.ts');
}

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(file, { force: true });
});

test('a secret is sent where it was deployed for, and nowhere else', async () => {
  const list = { 'tidemark/memory/acme': ['https://api.example.com'], 'tidemark/memory/b': ['https://b.example.com'] };
  const { checkOrigins } = await deployed(JSON.stringify(list));

  expect(() => checkOrigins(AUTH, ACME)).not.toThrow();
  for (const wrong of [
    { origin: 'https://attacker.example' },
    { origin: 'https://b.example.com' },
    { origin: 'https://api.example.com.attacker.example' },
    { secret: 'tidemark/memory/b' },
    { secret: 'tidemark/memory/unknown' },
    { secret: 'constructor' },
  ])
    expect(() => checkOrigins(AUTH, { ...ACME, ...wrong }), JSON.stringify(wrong)).toThrow('is not sent there');
});

test('a token endpoint on another origin is pinned as well', async () => {
  const { checkOrigins } = await deployed(
    JSON.stringify({ 'tidemark/memory/acme': ['https://api.example.com', 'https://login.example.com'] }),
  );
  const at = (tokenUrl: string) => checkOrigins(OAUTH, { ...ACME, settings: { tokenUrl } });

  expect(() => checkOrigins(OAUTH, ACME)).not.toThrow();
  expect(() => at('https://login.example.com/acme/token')).not.toThrow();
  expect(() => at('https://login.example.com.attacker.example/token')).toThrow('is not sent there');
  expect(() => at('https://login.example.com:8443/token')).toThrow('is not sent there');
  for (const wrong of ['http://login.example.com/token', '//attacker.example/token', '/token', 'https://a@b.example/'])
    expect(() => at(wrong), wrong).toThrow('the token URL is');
});

test('without a list nothing goes out where there should be one, and all does on one’s own machine', async () => {
  const broken = await deployed('not json');
  expect(() => broken.checkOrigins(AUTH, ACME)).toThrow('cannot be read');
  vi.unstubAllEnvs();
  const local = await deployed(undefined);
  expect(() => local.checkOrigins(AUTH, ACME)).not.toThrow();
});
