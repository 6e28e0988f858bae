import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Auth } from '../../../functions/core/auth.ts';
import { MINUTE, SECOND } from '../../../functions/core/time.ts';
import { readSecret } from '../../../functions/shell/auth/secret.ts';
import { SecretMemory } from '../../../functions/shell/auth/secret-memory.ts';
import { TokenMemory } from '../../../functions/shell/auth/token-memory.ts';
import { Vendor } from '../../../functions/shell/auth/vendor.ts';
import { Telemetry } from '../../../functions/shell/telemetry/telemetry.ts';
import { LoopbackServer } from '../../made-up/vendor.ts';
import { memorySource } from '../../memory/source.ts';
import { echoOf, findLeaks } from '../../secrets/canaries.ts';

vi.mock(import('../../../functions/shell/auth/secret.ts'), async (original) => ({
  ...(await original()),
  readSecret: vi.fn(),
}));

const HMAC: Auth = {
  kind: 'headers-hmac',
  secret: [{ id: 'any', key: 'any' }],
  algorithm: 'sha256',
  key: 'key',
  timestamp: 'seconds',
  signed: ['timestamp', { field: 'id' }],
  encoding: 'base64',
  headers: { 'X-Id': { field: 'id' }, 'X-Sign': 'signature' },
};
const SESSION: Auth = {
  kind: 'session',
  secret: [{ username: 'any', password: 'any' }],
  notHidden: ['username'],
  signIn: [{ url: '/sign-in', body: 'json' }],
  answer: { token: 'token', expires: 'expires' },
  extend: '/extend',
};

let server: LoopbackServer;
let memory: TokenMemory;
let secrets: SecretMemory;
const vendors: Vendor[] = [];

beforeEach(async () => {
  memory = new TokenMemory();
  secrets = new SecretMemory();
  server = await new LoopbackServer(() => ({})).start();
});

afterEach(async () => {
  for (const vendor of vendors.splice(0)) vendor.close();
  await server.close();
});

/** One invocation's way to the vendor. */
function vendorOf(auth: Auth, fields: Record<string, string>, version = 'v1', origin = server.origin): Vendor {
  vi.mocked(readSecret).mockResolvedValue({ version, fields });
  const connection = { id: 'acme', source: 'memory', origin, secret: 'tidemark/memory/acme', settings: {} };
  const telemetry = new Telemetry('memory', 'error');
  const vendor = new Vendor({
    source: { ...memorySource([]), auth },
    connection,
    telemetry,
    memory,
    secrets,
    stop: undefined,
  });
  vendors.push(vendor);
  return vendor;
}

describe('a signature', () => {
  const SECRET = { id: 'EXAMPLE-id-7f3e', key: 'EXAMPLE-key-9d1c' };

  test('is hidden wherever it is echoed: in the body and in headers, in any form', async () => {
    server.answer = ({ headers }) => {
      const echo = echoOf(String(headers['x-sign']));
      return {
        status: 403,
        headers: { 'x-echo': echo, location: `/login?sign=${encodeURIComponent(String(headers['x-sign']))}` },
        body: { error: echo },
      };
    };

    const answer = await vendorOf(HMAC, SECRET).effects.fetch({ url: '/log' }, SECOND, false);

    const signature = String(server.got[0]?.headers['x-sign']);
    expect(signature).toMatch(/^[\w+/]{43}=$/);
    expect(answer.headers.location).toContain('[secret]');
    expect(findLeaks(JSON.stringify(answer), { signature })).toEqual([]);
  });

  test('is hidden in a header of its own name, also when it was made for another request', async () => {
    const earlier = 'bm90IHRoZSBzaWduYXR1cmUgb2YgdGhpcyByZXF1ZXN0ISE=';
    server.answer = () => ({ headers: { 'X-SIGN': earlier, 'x-other': 'kept' } });

    const answer = await vendorOf(HMAC, SECRET).effects.fetch({ url: '/log' }, SECOND, false);

    expect(answer.headers).toMatchObject({ 'x-sign': '[secret]', 'x-other': 'kept' });
  });

  test('in hex is hidden in capitals, too', async () => {
    server.answer = ({ headers }) => ({ body: { echo: String(headers['x-sign']).toUpperCase() } });

    const answer = await vendorOf({ ...HMAC, encoding: 'hex' } as Auth, SECRET).effects.fetch(
      { url: '/log' },
      SECOND,
      false,
    );

    expect(answer.text).toBe('{"echo":"[secret]"}');
  });

  test('is hidden in errors about what cannot be read', async () => {
    const broken = vendorOf(HMAC, SECRET);
    server.answer = ({ headers }) => ({ headers: { 'content-encoding': `x${headers['x-sign']}` } });

    const thrown: unknown = await broken.effects.fetch({ url: '/log' }, SECOND, false).catch((error: unknown) => error);

    const signature = String(server.got[0]?.headers['x-sign']);
    expect(thrown).toBeInstanceOf(Error);
    expect(findLeaks(inspect(thrown, { depth: 9, showHidden: true }), { signature })).toEqual([]);
  });
});

test('a secret that cannot be read again fails that request, and no other one', async () => {
  const { effects } = vendorOf(HMAC, { id: 'EXAMPLE-id-7f3e', key: 'EXAMPLE-key-9d1c' });
  await effects.fetch({ url: '/log' }, SECOND, false);
  vi.mocked(readSecret).mockRejectedValueOnce(new Error('no answer'));

  await expect(effects.fetch({ url: '/log' }, SECOND, true)).rejects.toThrow('no answer');
  expect(await effects.fetch({ url: '/other' }, SECOND, false)).toMatchObject({ status: 200 });
  expect(await effects.secretVersion()).toBe('v1');
});

test('requests that are refused at the same time read the secret once', async () => {
  const { effects } = vendorOf(HMAC, { id: 'EXAMPLE-id-7f3e', key: 'EXAMPLE-key-9d1c' });
  await effects.fetch({ url: '/log' }, SECOND, false);
  vi.mocked(readSecret).mockClear();

  const again = ['/a', '/b', '/c', '/d'].map((url) => effects.fetch({ url }, SECOND, true));
  await Promise.all(again);
  expect(readSecret).toHaveBeenCalledOnce();

  await effects.fetch({ url: '/e' }, SECOND, true);
  expect(readSecret).toHaveBeenCalledTimes(2);
});

describe('a secret that an earlier invocation has read', () => {
  const OLD = { id: 'EXAMPLE-id-7f3e', key: 'EXAMPLE-key-9d1c' };
  const NEW = { id: 'EXAMPLE-id-51aa', key: 'EXAMPLE-key-77b0' };

  /** The invocation after one that has read the old secret. */
  async function nextInvocation(): Promise<Vendor> {
    await vendorOf(HMAC, OLD).effects.secretVersion();
    vi.mocked(readSecret).mockClear();
    return vendorOf(HMAC, NEW, 'v2');
  }

  function idsSent(): unknown[] {
    return server.got.map(({ headers }) => headers['x-id']);
  }

  test('is used without a call, and hidden', async () => {
    server.answer = ({ headers }) => ({ body: { echo: headers['x-id'] } });
    const { effects } = await nextInvocation();

    expect((await effects.fetch({ url: '/log' }, SECOND, false)).text).toBe('{"echo":"[secret]"}');
    expect(await effects.secretVersion()).toBe('v1');
    expect(idsSent()).toEqual([OLD.id]);
    expect(readSecret).not.toHaveBeenCalled();
  });

  test('is read again for a request that wants it fresh, and by all after it', async () => {
    const { effects } = await nextInvocation();

    await effects.fetch({ url: '/log' }, SECOND, true);
    await effects.fetch({ url: '/log' }, SECOND, false);

    expect(idsSent()).toEqual([NEW.id, NEW.id]);
    expect(await vendorOf(HMAC, NEW, 'v2').effects.secretVersion()).toBe('v2');
    expect(readSecret).toHaveBeenCalledTimes(1);
  });

  test('is read again once, where the current version is asked for', async () => {
    const { effects } = await nextInvocation();

    expect(await Promise.all([effects.secretVersion(true), effects.secretVersion(true)])).toEqual(['v2', 'v2']);
    expect(await effects.secretVersion()).toBe('v2');
    expect(readSecret).toHaveBeenCalledTimes(1);
  });

  test.each([401, 403])('is forgotten by the vendor’s %i', async (status) => {
    server.answer = () => ({ status });
    const { effects } = await nextInvocation();

    await effects.fetch({ url: '/log' }, SECOND, false);

    expect(await vendorOf(HMAC, NEW, 'v2').effects.secretVersion()).toBe('v2');
  });

  test('is used on if it cannot be read again', async () => {
    const { effects } = await nextInvocation();
    vi.mocked(readSecret).mockRejectedValueOnce(new Error('no answer'));

    await expect(effects.secretVersion(true)).rejects.toThrow('no answer');
    expect(await effects.fetch({ url: '/log' }, SECOND, false)).toMatchObject({ status: 200 });
    expect(idsSent()).toEqual([OLD.id]);
  });

  test('never opens a session: it could be an old password', async () => {
    await vendorOf(SESSION, { username: 'svc-siem', password: 'old-password' }).effects.secretVersion();
    server.answer = () => ({ body: { token: 'EXAMPLE-token-7f3e' } });

    await vendorOf(SESSION, { username: 'svc-siem', password: 'new-password' }, 'v2').effects.obtainToken(
      'open',
      SECOND,
    );

    expect(server.got.map(({ body }) => body)).toEqual([expect.stringContaining('new-password')]);
  });

  test('is read by every invocation if it has no version', async () => {
    await vendorOf(HMAC, OLD, '').effects.secretVersion();

    expect(await vendorOf(HMAC, NEW, '').effects.fetch({ url: '/log' }, SECOND, false)).toMatchObject({ status: 200 });
    expect(idsSent()).toEqual([NEW.id]);
  });
});

describe('a session', () => {
  const SECRET = { username: 'svc-siem', password: 'pässword 9d1c' };

  /** Opens a session whose token is kept, in an invocation of its own. */
  async function openAndKeep(): Promise<void> {
    server.answer = ({ url }) => (url === '/sign-in' ? { body: { token: 'EXAMPLE-token-7f3e' } } : {});
    const { effects } = vendorOf(SESSION, SECRET);
    expect(await effects.keptToken()).toBeUndefined();
    expect(await effects.obtainToken('open', MINUTE)).toMatchObject({
      open: true,
      answer: { text: '{"token":"[secret]"}' },
    });
    effects.keepToken({ renewAt: 1, endsAt: 2 });
  }

  test('hides the password and not the user name, which the log shows', async () => {
    server.answer = () => ({ body: 'svc-siem pässword 9d1c' });

    const { text } = await vendorOf(SESSION, SECRET).effects.fetch({ url: '/log' }, SECOND, false);

    expect(text).toBe('svc-siem [secret]');
  });

  test('whose answer has a word in place of another token leaves that word in the records', async () => {
    const tokens = {
      token: 'EXAMPLE-token-7f3e',
      refresh_token: 'null',
      id_token: 'none',
      other_token: 'EXAMPLE-other-9d1c',
    };
    server.answer = ({ url }) => ({ body: url === '/sign-in' ? tokens : [null, 'none', tokens.other_token] });
    const { effects } = vendorOf(SESSION, SECRET);
    await effects.obtainToken('open', MINUTE);

    const { text } = await effects.fetch({ url: '/log' }, SECOND, false);

    expect(text).toBe('[null,"none","[secret]"]');
  });

  test('that is kept is taken up with its times, and hidden from the first line on', async () => {
    await openAndKeep();
    const { effects } = vendorOf(SESSION, SECRET);

    expect(await effects.keptToken()).toEqual({ renewAt: 1, endsAt: 2 });
    server.answer = ({ headers }) => ({ status: 401, body: { echo: headers.authorization } });
    const { text } = await effects.fetch({ url: '/log' }, SECOND, false);

    expect(server.got.at(-1)?.headers.authorization).toBe('EXAMPLE-token-7f3e');
    expect(text).toBe('{"echo":"[secret]"}');
  });

  test.each([
    ['another version of the secret', 'v2', (own: string) => own],
    ['another origin', 'v1', (own: string) => own.replace('127.0.0.1', 'localhost')],
    ['another path of the origin', 'v1', (own: string) => `${own}/v2`],
  ])('is not taken up for %s, and is gone then', async (_, version, origin) => {
    await openAndKeep();
    // The secret that was read before is forgotten meanwhile.
    secrets = new SecretMemory();

    const changed = vendorOf(SESSION, SECRET, version, origin(server.origin));
    expect(await changed.effects.keptToken()).toBeUndefined();
    await changed.effects.fetch({ url: '/log' }, SECOND, false);
    expect(server.got.at(-1)?.headers).not.toHaveProperty('authorization');

    expect(await vendorOf(SESSION, SECRET).effects.keptToken()).toBeUndefined();
  });

  test('is gone when the engine says so', async () => {
    await openAndKeep();
    vendorOf(SESSION, SECRET).effects.keepToken(undefined);

    expect(await vendorOf(SESSION, SECRET).effects.keptToken()).toBeUndefined();
  });

  test('is not kept where the secret has no version', async () => {
    server.answer = () => ({ body: { token: 'EXAMPLE-token-7f3e' } });
    const { effects } = vendorOf(SESSION, SECRET, '');
    await effects.obtainToken('open', MINUTE);
    effects.keepToken({ renewAt: 1, endsAt: 2 });

    expect(await vendorOf(SESSION, SECRET, '').effects.keptToken()).toBeUndefined();
  });

  test('is shown to nobody who looks at the memory', async () => {
    await openAndKeep();

    expect(inspect([memory, vendors], { depth: 9, showHidden: true })).not.toContain('EXAMPLE-token');
  });
});
