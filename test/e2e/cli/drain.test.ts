import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Clock, drainCloud } from '../../../cli/cloud/drain-cloud.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { functionOutput } from '../../../lib/account/outputs.ts';
import { SOURCE } from '../plain.ts';
import { type CloudAccount, type FakeFunction, startCloudAccount } from './cloud-account.ts';
import { ending, startProgram } from './program.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function';
const [LIVE, PAST, OTHER] = [`${ARN}:live`, `${ARN}:past`, `${ARN}:other`];
const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 10, 9);
const TAG = 'tidemark:stopped-at';
const ENVIRONMENT = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const heldFor = (type: string) => DESTINATION_TYPES.find(({ id }) => id === type)?.heldFor ?? 0;
const holdsOf = (type: string) => heldFor(type) / 1_000;
/** For what is not exact. */
const MARGIN = 3 * MINUTE;

let account: CloudAccount;
let config: string;
let said: string;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-drain-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  config = join(folder, 'tidemark.json');
  account = await startCloudAccount(async () => ({}));
  account.outputs['tidemark-forwarding'] = {
    [functionOutput(SOURCE)]: LIVE,
    [functionOutput(SOURCE, 'backfill')]: PAST,
    [functionOutput('other')]: OTHER,
    BackfillMachine: 'arn:aws:states:eu-west-1:111122223333:stateMachine:tidemark-backfill',
  };
  for (const [arn, timeout] of [
    [LIVE, 300],
    [PAST, 900],
    [OTHER, 60],
  ] as const)
    account.functions.set(arn, { timeout, heldFor: [heldFor('s3')], tags: {} });
  vi.stubEnv('AWS_ENDPOINT_URL', account.url);
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  said = '';
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      said += String(chunk);
      return true;
    });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await account.close();
});

/** The clock, which goes on when somebody waits, and what happens then. */
function clockOf(meanwhile: (now: number) => void = () => undefined): Clock & { time: number } {
  const clock = {
    time: START,
    now: () => clock.time,
    pause: async (ms: number) => {
      clock.time += ms;
      meanwhile(clock.time);
    },
  };
  return clock;
}

async function drain(clock: Clock, options: object = {}, file: object = {}): Promise<number> {
  const all = { connections: [{ id: 'acme', source: SOURCE }], destinations: [{ id: 'lake', type: 's3' }], ...file };
  await writeFile(config, JSON.stringify(all));
  return await drainCloud({ config, resume: false, json: false, cloud: true, ...options }, clock);
}

function reserved(): Record<string, number | undefined> {
  return Object.fromEntries([...account.functions].map(([arn, one]) => [arn, one.reserved]));
}

describe('tidemark drain --cloud', () => {
  test('stops each function, and waits for the longest invocation and for all that the streams may hold', async () => {
    const clock = clockOf((now) => {
      // It is not over at the first minute at which the shortest one would be.
      if (now < START + 900_000 + holdsOf('s3') + MARGIN) expect(said).not.toContain('safe to delete');
    });

    expect(await drain(clock)).toBe(0);

    expect(reserved()).toEqual({ [LIVE]: 0, [PAST]: 0, [OTHER]: 0 });
    expect(clock.time - START).toBe(900_000 + holdsOf('s3') + MARGIN);
    expect(said.match(/^Waiting until 2026-01-10T09:23:00Z/gm)?.length).toBe(5);
    expect(said).toMatch(/^Nothing is in the delivery streams any more.* \(lake\)/m);
    expect(said).toMatch(/^It is safe to delete now/m);
  });

  test.each([
    ['a destination that is tried again for so long', heldFor('splunk')],
    ['one of which an older deployment does not say it', undefined],
  ])('waits two hours longer for %s, whatever the configuration has lost since', async (_, held) => {
    const live = account.functions.get(LIVE) as FakeFunction;
    account.functions.set(LIVE, { ...live, heldFor: [heldFor('s3'), held] });
    const clock = clockOf();

    expect(await drain(clock)).toBe(0);
    expect(clock.time - START).toBe(300_000 + holdsOf('splunk') + MARGIN);
    expect(holdsOf('splunk')).toBeGreaterThan(120 * MINUTE);
  });

  test('goes on where it was when it is given again, and says nothing but the end when all is over', async () => {
    const stoppedAt = new Date(START - 20 * MINUTE).toISOString();
    for (const one of account.functions.values()) Object.assign(one, { reserved: 0, tags: { [TAG]: stoppedAt } });
    const clock = clockOf();

    expect(await drain(clock)).toBe(0);
    expect(clock.time - START).toBe(3 * MINUTE);
    expect(account.asked.filter((asked) => asked.startsWith('PUT'))).toEqual([]);
    said = '';
    expect(await drain(clock, { json: true })).toBe(0);
    expect(said).not.toContain('Waiting');
    expect(JSON.parse(said.split('\n').at(-2) ?? '')).toEqual({
      ok: true,
      functions: [LIVE, PAST, OTHER],
      emptySince: '2026-01-10T09:03:00.000Z',
    });
  });

  test('does not believe a time without a stop: somebody else has started the function', async () => {
    const live = account.functions.get(LIVE) as FakeFunction;
    live.tags = { [TAG]: new Date(START - 600 * MINUTE).toISOString() };
    const clock = clockOf();

    expect(await drain(clock)).toBe(0);
    expect(clock.time).toBeGreaterThan(START + 20 * MINUTE);
  });

  test('fails where a function was started again while it waited', async () => {
    const clock = clockOf(() => {
      (account.functions.get(PAST) as FakeFunction).reserved = undefined;
    });

    await expect(drain(clock)).rejects.toThrow('Somebody has started past again.');
    expect(said).not.toContain('safe to delete');
  });

  test('may be about one source, whose functions alone are stopped and started', async () => {
    await drain(clockOf(), { source: SOURCE });
    expect(reserved()).toEqual({ [LIVE]: 0, [PAST]: 0, [OTHER]: undefined });

    expect(await drain(clockOf(), { source: SOURCE, resume: true })).toBe(0);
    expect(reserved()).toEqual({ [LIVE]: undefined, [PAST]: undefined, [OTHER]: undefined });
    await expect(drain(clockOf(), { source: 'nobody' })).rejects.toThrow('No source nobody is deployed.');
  });

  test('--resume gives back what the configuration reserves, and forgets since when they were stopped', async () => {
    await drain(clockOf());

    const deployment = { reservedConcurrency: 7, backfill: { reservedConcurrency: 2 } };
    expect(await drain(clockOf(), { resume: true }, { deployment })).toBe(0);

    expect(reserved()).toEqual({ [LIVE]: 7, [PAST]: 2, [OTHER]: 7 });
    expect([...account.functions.values()].map(({ tags }) => tags)).toEqual([{}, {}, {}]);
    expect(said).toContain('3 functions take invocations again');
  });

  test('interrupted, it says that they stay stopped', async () => {
    const clock = {
      now: () => START,
      pause: async (_: number, signal: AbortSignal) => {
        process.emit('SIGINT');
        signal.throwIfAborted();
      },
    };

    expect(await drain(clock)).toBe(130);
    expect(said).toContain('stay stopped');
    expect(reserved()[LIVE]).toBe(0);
  });

  test('is a command, which needs the cloud and nothing of this machine', async () => {
    await drain(clockOf(), { resume: true });
    for (const one of account.functions.values())
      Object.assign(one, { reserved: 0, tags: { [TAG]: '2026-01-01T00:00:00Z' } });
    const environment = { AWS_ENDPOINT_URL: account.url, ...ENVIRONMENT };
    vi.restoreAllMocks();

    const drained = await ending(startProgram(join(config, '..'), ['drain', '--cloud'], { environment }));
    const here = await ending(startProgram(join(config, '..'), ['drain'], { environment }));

    expect([drained.code, here.code]).toEqual([0, 2]);
    expect(drained.stdout).toContain('It is safe to delete now');
    expect(here.stderr).toContain('tidemark drain --cloud');
  });
});
