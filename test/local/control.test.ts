import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findSimulators } from '../../simulators/find-simulator.ts';
import type { Simulator, SimulatorOptions } from '../../simulators/simulator.ts';

const simulators = await findSimulators();

async function start(simulator: Simulator, options: SimulatorOptions = {}) {
  const running = await simulator.start(options);
  onTestFinished(() => running.stop());
  return running;
}

describe.each(simulators)('the control of the simulated $id', (simulator) => {
  test.each([
    ['no authorization', 401, () => ({})],
    ['any authorization', 401, () => ({ authorization: 'x' })],
    ['another token', 401, () => ({ authorization: `Bearer ${'x'.repeat(32)}` })],
    ['the token in another case', 401, (right: string) => ({ authorization: right.toUpperCase() })],
    ['a page in a browser', 403, (right: string) => ({ authorization: right, origin: 'http://evil.example' })],
    ['a sandboxed page', 403, (right: string) => ({ authorization: right, origin: 'null' })],
    ['a host name that leads here', 403, (right: string) => ({ authorization: right, host: 'evil.example' })],
  ])('is refused to a request with %s, and changes nothing', async (_, status, headersFor) => {
    const running = await start(simulator, { faults: { clockSkewSeconds: 5 } });
    const { url, authorization } = running.control;

    for (const [method, path, body] of [
      ['GET', '', ''],
      ['PUT', '', '{"error":{"next":1}}'],
      ['PATCH', '', '{"error":{"next":1}}'],
      ['POST', '/reset', ''],
    ] as const) {
      const asked = request(url + path, { method, headers: headersFor(authorization) });
      const [answer] = (await once(asked.end(body), 'response')) as [IncomingMessage];
      expect(answer.statusCode).toBe(status);
      expect(await text(answer)).not.toContain('clockSkewSeconds');
    }
    expect(running.faults).toEqual({ clockSkewSeconds: 5 });
    const shown = await fetch(url, { headers: { authorization } });
    expect(await shown.json()).toMatchObject({ faults: { clockSkewSeconds: 5 }, counters: { requests: 0 } });
  });

  test('takes the token that it is started with, and without one another at every start', async () => {
    const [one, other] = [await start(simulator), await start(simulator)];
    const told = await start(simulator, { controlToken: 'told' });

    expect(one.control.authorization).toMatch(/^Bearer [\w-]{32}$/);
    expect(other.control.authorization).not.toBe(one.control.authorization);
    expect((await fetch(told.control.url, { headers: { authorization: 'Bearer told' } })).status).toBe(200);
  });
});

test.each(simulators)('the simulated $id can be given credentials that only we know', ({ demo, flags }) => {
  const { options, secretValue } = demo.ownCredentials((name) => `own ${name}`);

  expect(Object.keys(secretValue)).toEqual(Object.keys(demo.secretValue));
  expect(Object.keys(flags)).toEqual(expect.arrayContaining(Object.keys(options)));
  for (const value of Object.values(secretValue)) {
    expect(value).toMatch(/^own /);
    expect(Object.values(options)).toContain(value);
  }
});
