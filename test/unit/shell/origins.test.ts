import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { ConfiguredConnection } from '../../../functions/core/config/connection.ts';

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

/** A function that begins anew, with this list in what was deployed. */
async function deployed(list: string | undefined) {
  vi.resetModules();
  if (list !== undefined) {
    writeFileSync(file, list);
    vi.stubEnv('TIDEMARK_ORIGINS', file);
  }
  return await import('../../../functions/shell/auth/origins.ts');
}

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(file, { force: true });
});

test('a secret is sent where it was deployed for, and nowhere else', async () => {
  const list = { 'tidemark/memory/acme': ['https://api.example.com'], 'tidemark/memory/b': ['https://b.example.com'] };
  const { checkOrigin } = await deployed(JSON.stringify(list));

  expect(() => checkOrigin(ACME)).not.toThrow();
  for (const wrong of [
    { origin: 'https://attacker.example' },
    { origin: 'https://b.example.com' },
    { origin: 'https://api.example.com.attacker.example' },
    { secret: 'tidemark/memory/b' },
    { secret: 'tidemark/memory/unknown' },
    { secret: 'constructor' },
  ])
    expect(() => checkOrigin({ ...ACME, ...wrong }), JSON.stringify(wrong)).toThrow('is not sent there');
});

test('without a list nothing goes out where there should be one, and all does on one’s own machine', async () => {
  const broken = await deployed('not json');
  expect(() => broken.checkOrigin(ACME)).toThrow('cannot be read');
  vi.unstubAllEnvs();
  const local = await deployed(undefined);
  expect(() => local.checkOrigin(ACME)).not.toThrow();
});
