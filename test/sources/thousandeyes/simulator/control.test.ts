import { afterEach, describe, expect, test } from 'vitest';
import { describeCommandLine, readCommandLine } from '../../../../simulators/command-line.ts';
import { findSimulator, findSimulators } from '../../../../simulators/find-simulator.ts';
import type { Counters } from '../../../../simulators/simulator.ts';
import type { ThousandEyesFaults } from '../../../../simulators/thousandeyes/faults.ts';
import {
  type RunningThousandEyes,
  simulator,
  type ThousandEyesOptions,
} from '../../../../simulators/thousandeyes/simulator.ts';
import { ask, logPath, MINUTE_MS, NOON } from './client.ts';

const started: RunningThousandEyes[] = [];
const HOUR_AGO = NOON - 60 * MINUTE_MS;
const PATH = logPath(HOUR_AGO, NOON);

async function start(faults: ThousandEyesFaults = {}, options: ThousandEyesOptions = {}): Promise<RunningThousandEyes> {
  const running = await simulator.start({ now: () => NOON, limit: 1_000_000, perMinute: 30, ...options, faults });
  started.push(running);
  return running;
}

async function statuses(running: RunningThousandEyes, times: number): Promise<number[]> {
  const found: number[] = [];
  for (let turn = 0; turn < times; turn++) found.push((await ask(running, PATH)).status);
  return found;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((running) => running.stop()));
});

describe('steering', () => {
  const control = async (running: RunningThousandEyes, method: string, body?: unknown, path = '') => {
    const { url, authorization } = running.control;
    const answer = await fetch(url + path, {
      method,
      headers: { authorization },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as { faults?: ThousandEyesFaults; counters?: Counters; error?: string };
    return { status: answer.status, ...said };
  };

  test('replaces, changes, ends and resets faults, and counts', async () => {
    const running = await start({ clockSkewSeconds: 5 });

    expect((await control(running, 'PUT', { error: { next: 1 } })).faults).toEqual({ error: { next: 1 } });
    expect((await control(running, 'PATCH', { forbidden: true })).faults).toEqual({
      error: { next: 1 },
      forbidden: true,
    });
    expect(await statuses(running, 2)).toEqual([503, 403]);
    expect((await control(running, 'PATCH', { forbidden: null })).faults).toEqual({ error: { next: 0 } });
    expect(await statuses(running, 1)).toEqual([200]);
    expect((await control(running, 'GET')).counters).toEqual({
      requests: 3,
      rowsServed: 100,
      byPath: { '/v7/audit-user-events': 3 },
      byStatus: { 200: 1, 403: 1, 503: 1 },
    });
    expect(await control(running, 'POST', undefined, '/reset')).toMatchObject({
      faults: { clockSkewSeconds: 5 },
      counters: { requests: 0 },
    });
  });

  test.each([
    [{ thottle: { next: 1 } }, /no fault "thottle"\. It has: where, /],
    [{ stolenKey: { next: 1 } }, /no fault "stolenKey"\. It has: where, /],
    [{ throttle: { nxt: 1 } }, /no field "nxt"/],
    [{ throttle: 3 }, /throttle is an object with: next/],
    [{ latencyMs: 'long' }, /latencyMs must be a number/],
    [{ repeatNext: 'twice' }, /one of: self, cycle/],
    ['x', /JSON object/],
  ])('names the mistake in %o', async (faults, words) => {
    const running = await start();

    const answer = await control(running, 'PUT', faults);

    expect(answer.status).toBe(400);
    expect(answer.error).toMatch(words);
    expect(running.faults).toEqual({});
  });

  test('a simulator offers, starts with and takes only the faults that it has', async () => {
    const picky = { ...simulator, faults: { late: simulator.faults.late } };
    const patched = await control(await start(), 'PATCH', { stolenKey: { next: 1 } });

    expect(describeCommandLine(simulator)).toMatch(/--foreign-next next=<number>,\[origin=<text>\]/);
    expect(describeCommandLine(simulator)).not.toMatch(/--stolen-key/);
    expect(describeCommandLine(picky)).toMatch(/--late/);
    expect(describeCommandLine(picky)).not.toMatch(/--foreign-next/);
    expect(() => readCommandLine(picky, ['--foreign-next', '1'])).toThrow(/Unknown option '--foreign-next'/);
    expect(patched.status).toBe(400);
    await expect(start(JSON.parse('{"stolenKey":{"next":1}}'))).rejects.toThrow(/has no fault "stolenKey"/);
  });

  test('the command line reads every kind of flag', () => {
    const words =
      '--port 8080 --per-minute 0.5 --from 2026-01-10T12:00:00Z --order shuffled --late 0.01 --throttle 3,retryAfter=2,bare --token-expired --clock-skew-seconds -30';

    expect(readCommandLine(simulator, words.split(' '))).toEqual({
      port: 8080,
      perMinute: 0.5,
      from: NOON,
      order: 'shuffled',
      faults: {
        late: { share: 0.01 },
        throttle: { next: 3, retryAfter: 2, bare: true },
        tokenExpired: true,
        clockSkewSeconds: -30,
      },
    });
  });

  test.each([
    ['--order backwards', /--order is one of/],
    ['--seed x', /--seed needs a number/],
    ['--sed 1', /Unknown option '--sed'/],
    ['--late often', /needs a number, not "often"/],
    ['--throttle nxt=1', /needs a number/],
    ['--repeat-next twice', /repeatNext is one of: self, cycle/],
  ])('the command line names the mistake in %s', (words, message) => {
    expect(() => readCommandLine(simulator, words.split(' '))).toThrow(message);
  });

  test('the folder is the registry', async () => {
    expect(await findSimulator('thousandeyes')).toBe(simulator);
    expect(await findSimulator('../cli')).toBeUndefined();
    expect(await findSimulator('timeline')).toBeUndefined();
    expect((await findSimulators()).map((one) => one.id)).toContain('thousandeyes');
  });
});
