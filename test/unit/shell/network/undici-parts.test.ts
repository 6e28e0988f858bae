import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Pool, ProxyAgent } from 'undici';
import connectPart from 'undici/lib/api/api-connect.js';
import PoolPart from 'undici/lib/dispatcher/pool.js';
import ProxyAgentPart from 'undici/lib/dispatcher/proxy-agent.js';
import { expect, test } from 'vitest';

// Nobody promises that single files of undici stay where they are, and what they are.

const { version } = createRequire(import.meta.url)('undici/package.json') as { version: string };

test('the files that are imported are the same things that the whole package exports', () => {
  expect(PoolPart).toBe(Pool);
  expect(ProxyAgentPart).toBe(ProxyAgent);
  expect(connectPart).toBe(Pool.prototype.connect);
});

test('the version is pinned, since a newer one may have other files', () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));

  expect(dependencies.undici).toBe(version);
});
