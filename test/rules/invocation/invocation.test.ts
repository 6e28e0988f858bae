import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConnectionContext } from '../../../functions/core/invocation/connection-context.ts';
import { runConnection } from '../../../functions/core/invocation/run-connection.ts';
import type { Source } from '../../../functions/core/model.ts';
import { readSecret } from '../../../functions/shell/auth/secret.ts';
import { serve } from '../../../functions/shell/serve.ts';
import { memorySource, memoryStream } from '../../memory/source.ts';

vi.mock(import('../../../functions/core/invocation/run-connection.ts'), () => ({
  runConnection: vi.fn(async () => []),
}));
vi.mock(import('../../../functions/shell/auth/secret.ts'), () => ({
  readSecret: vi.fn(async () => ({ version: 'v1', fields: { token: 'hunter2-hunter2' } })),
}));
vi.mock('../../../functions/shell/table/table-client.ts', () => ({ TableClient: class {} }));
vi.mock(import('../../../functions/shell/table/seal-key.ts'), () => ({ sealKey: async () => new Uint8Array(32) }));
vi.mock('../../../functions/shell/network/firehose.ts', () => ({ Firehose: class {} }));

const INPUT = { connection: { id: 'acme', source: 'memory', origin: 'http://127.0.0.1:1' }, streams: ['one', 'two'] };
const source: Source = memorySource(['one', 'two'].map((name) => memoryStream(name, 1_000_000, false, {})));
const run = vi.mocked(runConnection);
const secret = vi.mocked(readSecret);

beforeEach(() => {
  vi.stubEnv('TIDEMARK_TABLE', 'tidemark');
  vi.stubEnv('TIDEMARK_DESTINATIONS', '[]');
  run.mockClear();
  secret.mockClear();
});
afterEach(() => void vi.unstubAllEnvs());

/** Invokes one warm handler some times; what each of its invocations hands to the engine. */
async function invoke(times: number): Promise<ConnectionContext[]> {
  const handler = serve(source);
  for (let time = 0; time < times; time++) await handler(INPUT, { getRemainingTimeInMillis: () => 60_000 });
  return run.mock.calls.map(([task]) => task);
}

it('rule 21: the owner is random, one an invocation, and the same for all of its feeds', async () => {
  const owners = (await invoke(50)).map(({ owner }) => owner);

  expect(new Set(owners).size).toBe(50);
  for (const owner of owners) expect(owner.length).toBeGreaterThanOrEqual(22);
});

it('rule 22: an invocation reads the secret once, whoever asks, and again only when it is told to', async () => {
  run.mockImplementation(async ({ effects }) => {
    const fetches = [false, false].map((fresh) => effects.fetch({ url: '/' }, 1_000, fresh).catch(() => undefined));
    await Promise.all([effects.secretVersion(), effects.secretVersion(), ...fetches]);
    return [];
  });
  await invoke(1);
  expect(secret).toHaveBeenCalledTimes(1);

  run.mockImplementation(async ({ effects }) => {
    await effects.secretVersion();
    await effects.fetch({ url: '/' }, 1_000, true).catch(() => undefined);
    await effects.secretVersion();
    return [];
  });
  await invoke(1);

  expect(secret).toHaveBeenCalledTimes(3);
});

it('rule 44: the invocations of a warm function read the secret once, unless they want to be sure that it is the present one', async () => {
  run.mockImplementation(async ({ effects }) => {
    await effects.secretVersion();
    return [];
  });
  await invoke(3);
  expect(secret).toHaveBeenCalledTimes(1);

  run.mockImplementation(async ({ effects }) => {
    await effects.secretVersion(true);
    await effects.secretVersion(true);
    return [];
  });
  await invoke(3);

  expect(secret).toHaveBeenCalledTimes(4);
});
