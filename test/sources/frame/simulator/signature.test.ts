import { afterEach, describe, expect, test } from 'vitest';
import { signatureOf } from '../../../../simulators/frame/api/signature.ts';
import { simulator } from '../../../../simulators/frame/simulator.ts';
import { ask, CUSTOMER, json, NOON, type Row, signed, start, status, stopAll } from './client.ts';

afterEach(stopAll);

const SECONDS = NOON / 1000;
const SETTINGS = `${CUSTOMER}/settings`;

describe('the signature', () => {
  test('is that of the documented formula', () => {
    const { client_id, client_secret } = simulator.demo.secretValue;

    expect([client_secret, client_id]).toEqual([
      '0123456789abcdef0123456789abcdef01234567',
      '3f2b6c1e-8d47-4a5e-9b1c-7c0a4f6e2d11.img.frame.nutanix.com',
    ]);
    expect(signatureOf(client_secret, '1767225600', client_id)).toBe(
      '9361db2a88b8ee42ec14f6a78c5ec505c4091ab86a09a1be1b05d63a83f1f363',
    );
  });

  test('may be used again, and on another path', async () => {
    const running = await start();
    const headers = signed(String(SECONDS));

    const answers = [
      await ask(running, SETTINGS, headers),
      await ask(running, SETTINGS, headers),
      await ask(running, '/v1/customers/', headers),
    ];

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  });

  test.each([
    [-300, 200],
    [300, 200],
    [-301, 401],
    [301, 401],
  ])('%i s from the clock gets %i', async (seconds, expected) => {
    const answer = await ask(await start(), SETTINGS, signed(String(SECONDS + seconds)));

    expect(answer.status).toBe(expected);
  });

  test('goes by another skew and by the simulator’s moved clock', async () => {
    const strict = await start({ signatureSkewSeconds: 5 });
    const ahead = await start({ faults: { clockSkewSeconds: 3600 } });

    expect((await ask(strict, SETTINGS, signed(String(SECONDS + 6)))).status).toBe(401);
    expect((await ask(ahead, SETTINGS, signed(String(SECONDS)))).status).toBe(401);
    const answer = await ask(ahead, SETTINGS, signed(String(SECONDS + 3600)));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('date')).toBe(new Date(NOON + 3_600_000).toUTCString());
  });

  const good = signed(String(SECONDS));
  test.each([
    ['none at all', { 'x-frame-clientid': '', 'x-frame-timestamp': '', 'x-frame-signature': '' }],
    ['another client', { 'x-frame-clientid': 'other.img.frame.nutanix.com' }],
    ['another client’s own', signed(String(SECONDS), { client_id: 'other', client_secret: 'x' })],
    ['another secret', signed(String(SECONDS), { ...simulator.demo.secretValue, client_secret: 'x'.repeat(40) })],
    ['upper case', { 'x-frame-signature': good['x-frame-signature'].toUpperCase() }],
    ['another second’s', { 'x-frame-signature': signed(String(SECONDS - 1))['x-frame-signature'] }],
    ['milliseconds', signed(String(NOON))],
    ['a fraction', signed(`${SECONDS}.0`)],
    ['hexadecimal', signed(`0x${SECONDS.toString(16)}`)],
  ])('%s is refused', async (_name, headers) => {
    expect((await ask(await start(), SETTINGS, headers)).status).toBe(401);
  });

  test('takes the key that was given', async () => {
    const running = await start({ clientId: 'a', clientSecret: 'b' });

    const own = await ask(running, SETTINGS, signed(String(SECONDS), { client_id: 'a', client_secret: 'b' }));

    expect([own.status, await status(running, SETTINGS)]).toEqual([200, 401]);
  });

  test('is refused n times and then right again; a revoked key stays refused', async () => {
    const running = await start({ faults: { refuseSignatures: { next: 2 } } });

    const found = [await status(running, SETTINGS), await status(running, SETTINGS), await status(running, SETTINGS)];
    running.setFaults({ tokenExpired: true });

    expect([...found, await status(running, SETTINGS), await status(running, SETTINGS)]).toEqual([
      401, 401, 200, 401, 401,
    ]);
  });

  test('refusals come in several shapes', async () => {
    const bodies = new Map<string, readonly [string | null, string]>();
    for (const errors of ['object', 'list', 'text', 'html', 'empty'] as const) {
      const answer = await ask(await start({ errors, faults: { tokenExpired: true } }), SETTINGS);
      bodies.set(errors, [answer.headers.get('content-type'), await answer.text()]);
    }

    const json = 'application/json; charset=utf-8';
    expect(bodies.get('object')).toEqual([json, '{"error":"The API credentials are unknown"}']);
    expect(bodies.get('list')).toEqual([
      json,
      '{"errors":[{"status":401,"detail":"The API credentials are unknown"}]}',
    ]);
    expect(bodies.get('text')).toEqual(['text/plain; charset=utf-8', 'The API credentials are unknown']);
    expect(bodies.get('html')?.[0]).toBe('text/html; charset=utf-8');
    expect(bodies.get('html')?.[1]).toMatch(/^<html>.*401/);
    expect(bodies.get('empty')?.[1]).toBe('');
  });
});

describe('paths', () => {
  test('two end in a slash, the others do not', async () => {
    const running = await start();
    const names = ['customers', 'accounts'];

    for (const name of names) {
      expect(await status(running, `/v1/${name}/`)).toBe(200);
      expect(await status(running, `/v1/${name}`)).toBe(404);
    }
    expect(await status(running, `${CUSTOMER}/accounts`)).toBe(200);
    expect(await status(running, `${CUSTOMER}/accounts/`)).toBe(404);
  });

  test('a missing slash redirects, if so switched', async () => {
    const answer = await ask(await start({ missingSlash: 'redirect' }), '/v1/customers?a=b');

    expect([answer.status, answer.headers.get('location')]).toEqual([301, '/v1/customers/?a=b']);
  });

  test('the customer is an object or a list of one', async () => {
    const one = await json<Row>(await start(), '/v1/customers/');
    const list = await json(await start({ customers: 'list' }), '/v1/customers/');

    expect(one).toMatchObject({ id: '0d9c2f53-6f0b-4c52-8a77-51b0a4c1e901', name: 'Harbour Foods', active: true });
    expect(list).toEqual([one]);
  });

  test.each([
    ['/v1/nothing', 404],
    ['/customers/', 404],
    [`${CUSTOMER}/nothing`, 404],
    [`${CUSTOMER}/customers`, 404],
    [`${CUSTOMER}/all_accounts`, 404],
    [`${CUSTOMER}/master_images`, 404],
    [`${CUSTOMER}/cloud_services/gateway-prod.1/master_images`, 404],
    [`${CUSTOMER.replace('0d9c', '0d9d')}/settings`, 403],
  ])('%s gets %i', async (path, expected) => {
    expect(await status(await start(), path)).toBe(expected);
  });

  test('only GET is answered', async () => {
    const running = await start();

    const answer = await fetch(`${running.origin}${SETTINGS}`, { method: 'POST', headers: signed(String(SECONDS)) });

    expect(answer.status).toBe(405);
  });

  test('the connection that reads it leaves the customer to be discovered', async () => {
    const running = await start();

    expect(running.connection).toEqual({
      id: 'demo',
      source: 'frame',
      secret: 'tidemark/frame/demo',
      settings: {},
      origin: `${running.origin}/v1`,
    });
  });
});
