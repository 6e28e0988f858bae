import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ServedPage, servePage } from '../../../cli/ui/server/serve-page.ts';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { ask, openAddress } from './browser.ts';

/** A page about nothing, which counts what is asked of it. */
async function startPage(): Promise<
  ServedPage & { readonly origin: string; readonly base: string; readonly changed: object[] }
> {
  const changed: object[] = [];
  const answerers = {
    'GET /api/echo': async (input: object) => ({ input }),
    'POST /api/change': async (input: object) => {
      changed.push(input);
      return {};
    },
    'GET /api/wrong': async () => {
      throw new TidemarkError({ code: 'config', stage: 'processing', message: 'Not so.', remedy: 'But so.' });
    },
    'GET /api/broken': async () => {
      throw new Error('it broke');
    },
  };
  const follow = (tell: (state: object) => void) => {
    tell({ hello: 1 });
    return () => undefined;
  };
  const page = await servePage({ answerers, follow });
  onTestFinished(() => page.close());
  const { origin, pathname } = new URL(page.address);
  return { ...page, origin, base: `${origin}${pathname.slice(0, -1)}`, changed };
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the address', () => {
  test('works once, and is exchanged for a strict cookie that scripts cannot read', async () => {
    const { address } = await startPage();

    const [first, again] = [await ask(address), await ask(address)];

    expect(first).toMatchObject({ status: 303, headers: { location: './' } });
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/^tidemark-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/[\w-]{22}\/$/),
    ]);
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.body).toContain('tidemark ui');
  });

  test('opened again by the same browser leads to the page', async () => {
    const { address } = await startPage();
    const { cookie } = await openAddress(address);

    const { status, body } = await ask(address, { headers: { cookie } });

    expect(status).toBe(200);
    expect(body).toContain('url=./');
  });

  test.each(['?token=', '?token=wrong', '?token=%00', ''])('guessed as %j is refused', async (guess) => {
    const { base, address } = await startPage();

    expect((await ask(`${base}/${guess}`)).status).toBe(401);
    // The right one has not been spent by a wrong one.
    expect((await ask(address)).status).toBe(303);
  });

  test('is not spent by a request that may not open it', async () => {
    const { address } = await startPage();
    const { host } = new URL(address);

    expect((await ask(address, { method: 'HEAD' })).status).toBe(405);
    expect((await ask(address, { headers: { host: host.replace('127.0.0.1', 'rebound.example') } })).status).toBe(403);
    expect((await ask(address)).status).toBe(303);
  });
});

describe('without the cookie', () => {
  test.each(['/', '/page/main.js', '/lib/preact.js', '/api/echo', '/api/live', '/favicon.ico', '/%2e%2e/package.json'])(
    '%s is not answered',
    async (path) => {
      const { base } = await startPage();

      expect((await ask(`${base}${path}`)).status).toBe(401);
    },
  );

  test.each([
    ['another name', (cookie: string) => cookie.replace('tidemark-', 'tidemark-1')],
    ['another value', (cookie: string) => `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`],
    ['a longer value', (cookie: string) => `${cookie}A`],
    ['no value', (cookie: string) => cookie.replace(/=.*/, '=')],
  ])('nor with one of %s', async (_, change) => {
    const { address, base } = await startPage();
    const { cookie } = await openAddress(address);

    expect((await ask(`${base}/api/echo`, { headers: { cookie: change(cookie) } })).status).toBe(401);
    expect((await ask(`${base}/api/echo`, { headers: { cookie: `other=1; ${cookie}` } })).status).toBe(200);
  });
});

describe('another server on this machine', () => {
  test('gets no cookie, since the browser sends it to a folder only whose name nobody else knows', async () => {
    const { address, origin } = await startPage();
    const { headers } = await ask(address);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    const [folder = ''] = /(?<=Path=)[^;]+/.exec(cookie) ?? [];

    expect(new URL(address).pathname).toBe(folder);
    expect(folder).toMatch(/^\/[\w-]{22}\/$/);
    for (const path of ['/', '/api/echo', '/page/main.js', `${folder.slice(0, -2)}/`, folder.slice(0, -1)]) {
      const { status, body } = await ask(`${origin}${path}`, {
        headers: { cookie: cookie.split(';', 1)[0] as string },
      });
      expect(status, path).toBe(401);
      expect(body).not.toContain(folder.slice(1, -1));
    }
  });

  test('may send what is no path', async () => {
    const { address } = await startPage();
    const { hostname, port, host } = new URL(address);

    const status = await new Promise((resolve, reject) => {
      const asking = request({ hostname, port, path: '//', headers: { host }, agent: false }, (response) =>
        resolve(response.resume().statusCode),
      );
      asking.once('error', reject).end();
    });

    expect(status).toBe(400);
  });
});

describe('another page in the same browser', () => {
  test.each([
    ['its origin', { origin: 'https://evil.example' }],
    ['an origin on another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an origin that is hidden', { origin: 'null' }],
    [
      'a request across sites',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    [
      'a request from another port',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    ],
    ['a part of a page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'embed' }],
  ])('cannot ask anything: %s', async (_, headers) => {
    const page = await startPage();
    const { cookie } = await openAddress(page.address);

    for (const path of ['/', '/api/echo', '/api/live', '/page/main.js'])
      expect((await ask(`${page.base}${path}`, { headers: { ...headers, cookie } })).status, path).toBe(403);
    const change = { method: 'POST', headers: { ...JSON_TYPE, ...headers, cookie }, body: '{}' };
    expect((await ask(`${page.base}/api/change`, change)).status).toBe(403);
    expect(page.changed).toEqual([]);
  });

  test('may link here: the browser asks again by itself, with the strict cookie', async () => {
    const { base, address } = await startPage();
    const { cookie } = await openAddress(address);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

    const followed = await ask(`${base}/`, { headers: link });
    const again = await ask(`${base}/`, { headers: { ...link, 'sec-fetch-site': 'same-origin', cookie } });

    expect(followed.body).toContain('http-equiv="refresh"');
    expect(followed.body).not.toContain('main.js');
    expect(again.body).toContain('main.js');
    expect((await ask(`${base}/api/echo`, { headers: { ...link, cookie } })).status).toBe(403);
  });

  test.each(['rebound.example', 'localhost.evil.example', '[::1]', '127.0.0.1.evil.example', '0.0.0.0'])(
    'whose name %s leads here learns nothing',
    async (name) => {
      const page = await startPage();
      const { cookie } = await openAddress(page.address);
      const { port } = new URL(page.origin);
      const host = `${name}:${port}`;

      for (const path of ['/', '/api/echo'])
        expect((await ask(`${page.base}${path}`, { headers: { host, cookie } })).status).toBe(403);
      const headers = { ...JSON_TYPE, host, origin: `http://${host}`, cookie };
      expect((await ask(`${page.base}/api/change`, { method: 'POST', headers, body: '{}' })).status).toBe(403);
    },
  );

  test('localhost is this machine, too', async () => {
    const page = await startPage();
    const { cookie } = await openAddress(page.address);
    const host = `localhost:${new URL(page.origin).port}`;

    const headers = { ...JSON_TYPE, host, origin: `http://${host}`, cookie };
    expect((await ask(`${page.base}/api/change`, { method: 'POST', headers, body: '{}' })).status).toBe(200);
    // But the two names are two origins.
    const mixed = { ...headers, origin: page.origin };
    expect((await ask(`${page.base}/api/change`, { method: 'POST', headers: mixed, body: '{}' })).status).toBe(403);
  });
});

describe('a change', () => {
  test.each([
    ['without an origin', JSON_TYPE, 403],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded', origin: 'own' }, 415],
    ['as text, which a form can send', { 'content-type': 'text/plain', origin: 'own' }, 415],
    ['without a type', { origin: 'own' }, 415],
  ])('%s is refused', async (_, given, status) => {
    const page = await startPage();
    const { cookie } = await openAddress(page.address);
    const headers = { ...(given as Record<string, string>), cookie };
    if ('origin' in headers) headers.origin = page.origin;

    expect((await ask(`${page.base}/api/change`, { method: 'POST', headers, body: '{}' })).status).toBe(status);
    expect(page.changed).toEqual([]);
  });

  test.each(['', '[]', '"x"', 'null', '{"a":', `{"a":"${'x'.repeat(70_000)}"}`])(
    'that is not one small JSON object is refused',
    async (body) => {
      const page = await startPage();
      const { cookie } = await openAddress(page.address);
      const headers = { ...JSON_TYPE, origin: page.origin, cookie };

      const answered = await ask(`${page.base}/api/change`, { method: 'POST', headers, body });

      expect(answered.status).toBe(400);
      expect(JSON.parse(answered.body).error.message).toMatch(/^The request /);
      expect(page.changed).toEqual([]);
    },
  );

  test('is made by the page', async () => {
    const page = await startPage();
    const browser = await openAddress(page.address);

    await browser.post('/api/change', { a: 1 });

    expect(page.changed).toEqual([{ a: 1 }]);
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH'])('by %s is none', async (method) => {
    const page = await startPage();
    const { cookie } = await openAddress(page.address);

    const answered = await ask(`${page.base}/api/change`, { method, headers: { cookie, origin: page.origin } });

    expect(answered.status).toBe(405);
    expect(answered.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('every answer', () => {
  test('is kept by nobody, embedded nowhere, and loads nothing from elsewhere', async () => {
    const page = await startPage();
    const { cookie } = await openAddress(page.address);
    const answers = [
      await ask(`${page.base}/`, { headers: { cookie } }),
      await ask(`${page.base}/api/echo`, { headers: { cookie } }),
      await ask(`${page.base}/page/main.js`, { headers: { cookie } }),
      await ask(`${page.base}/`),
    ];

    for (const { headers } of answers) {
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).toContain("form-action 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      });
      expect(headers['content-type']).toMatch(/^(text\/html|text\/javascript|application\/json); charset=utf-8$/);
    }
  });

  test('is a file of the page, or of its libraries, and no other', async () => {
    const { address, base } = await startPage();
    const { cookie } = await openAddress(address);
    const statusOf = async (path: string) => (await ask(`${base}${path}`, { headers: { cookie } })).status;

    for (const path of [
      '/page/main.js',
      '/page/views/feeds.js',
      '/page/style/base.css',
      '/page/icon.svg',
      '/lib/uplot.js',
    ])
      expect(await statusOf(path), path).toBe(200);
    for (const path of [
      '/page/tsconfig.json',
      '/page/../start-ui.ts',
      '/page/%2e%2e/start-ui.ts',
      '/lib/',
      '/page',
      '/x',
    ])
      expect(await statusOf(path), path).toBe(404);
  });

  test('says what is wrong, and what to do', async () => {
    const { address, base } = await startPage();
    const { cookie } = await openAddress(address);
    const errorOf = async (path: string) => {
      const { status, body } = await ask(`${base}${path}`, { headers: { cookie } });
      return { status, ...JSON.parse(body).error };
    };

    expect(await errorOf('/api/wrong')).toEqual({ status: 400, message: 'Not so.', remedy: 'But so.' });
    expect(await errorOf('/api/broken')).toMatchObject({ status: 502, message: 'it broke' });
    expect(await errorOf('/api/constructor')).toMatchObject({ status: 404 });
  });

  test('of the stream comes at once', async () => {
    const { address } = await startPage();

    expect(await (await openAddress(address)).waitFor(() => true)).toEqual({ hello: 1 });
  });
});
