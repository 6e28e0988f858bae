import { readFile, rm, writeFile } from 'node:fs/promises';
import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { parseConnection } from '../../../../functions/core/config/connection.ts';
import type { RotationReport } from '../../../../functions/core/rotation/rotation-report.ts';
import type { FeedReport } from '../../../../functions/core/run/report.ts';
import { source } from '../../../../functions/sources/thousandeyes/source.ts';
import { LocalFunction, type LogLine } from '../../../../local/lambda.ts';
import { Signatures } from '../../../../local/services/access/signature.ts';
import { AwsError } from '../../../../local/services/aws-error.ts';
import { type SecretsOptions, startSecrets } from '../../../../local/services/secrets.ts';
import type { ThousandEyesFaults } from '../../../../simulators/thousandeyes/faults.ts';
import { type RunningThousandEyes, simulator } from '../../../../simulators/thousandeyes/simulator.ts';
import { metric, until } from '../../../e2e/bench.ts';
import { nextNumber, takeStage } from '../../../e2e/stage.ts';
import { KEY } from '../../../local/signatures.ts';
import { findLeaks } from '../../../secrets/canaries.ts';

// The real function that exchanges tokens, against the embedded Secrets Manager and the simulated vendor.

const DAY_MS = 24 * 3_600_000;
const BUDGET_MS = 300_000;
const FIRST = '2f6c1f0a-9d5b-4f1e-8a77-0c4e6b1d9a55';
const AT_FIRST = Date.parse('2026-01-10T06:00:00Z');
const DYING = /The credential in the secret dies on 2026-07-23 at the latest\.$/;
const POST = '/v7/api-tokens';

const { stage, giveBack } = await takeStage(source);
const clock = { now: AT_FIRST };
let disturb: NonNullable<SecretsOptions['disturb']> = async () => undefined;
const secrets = await startSecrets({
  idCost: 16,
  signatures: new Signatures(KEY, () => clock.now),
  file: stage.secretsFile,
  now: () => clock.now,
  disturb: (...call) => disturb(...call),
});
const client = new SecretsManagerClient({
  endpoint: secrets.url,
  region: 'us-east-1',
  credentials: KEY,
});
/** What the function has written in this test, and in all. */
const lines: LogLine[] = [];
const everyLine: LogLine[] = [];
const answers: unknown[] = [];
const rotators = new Set<LocalFunction>();
/** Everything secret that these tests have made. */
const tokens = new Set([FIRST]);

function startRotator(): LocalFunction {
  const environment = {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ACCESS_KEY_ID: KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_REGION: 'us-east-1',
    TIDEMARK_LOG_LEVEL: 'debug',
  };
  const handler = new URL(`../../../e2e/handler.ts?source=${source.id}&rotates`, import.meta.url);
  const made = new LocalFunction(handler, environment, (line) => {
    lines.push(line);
    everyLine.push(line);
  });
  rotators.add(made);
  return made;
}

let rotator = startRotator();

afterAll(async () => {
  await Promise.all([...rotators].map((one) => one.stop(0)));
  await secrets.close();
  client.destroy();
  await giveBack();
});

beforeEach(() => {
  clock.now = AT_FIRST;
  disturb = async () => undefined;
  lines.length = 0;
});

interface Case {
  readonly name: string;
  readonly running: RunningThousandEyes;
  readonly connection: object;
  /** What the secret holds now. */
  value(): Promise<Record<string, unknown>>;
  put(value: object, stages?: string[]): Promise<string>;
  pending(): Promise<string | undefined>;
  invoke(by?: LocalFunction): Promise<RotationReport>;
  /** Invocations day by day, from tomorrow on; returns the last report. */
  days(count: number): Promise<RotationReport>;
  /** How often the vendor has been asked for a token. */
  asked(): number;
}

/** A secret that was put in at first, and the vendor that it is for. */
async function begin(faults: ThousandEyesFaults = {}, more: object = {}): Promise<Case> {
  const id = `demo-${nextNumber()}`;
  const name = `team/${id}`;
  const to = AT_FIRST + 200 * DAY_MS;
  const running = await simulator.start({
    token: FIRST,
    limit: 1_000_000,
    from: to - 20 * 60_000,
    to,
    count: 50,
    now: () => clock.now,
    faults,
  });
  onTestFinished(() => running.stop());
  await rm(stage.secretsFile.replace(/\.json$/, '.versions.json'), { force: true });
  await writeFile(stage.secretsFile, JSON.stringify({ [name]: { token: 'to-be-replaced' } }), { mode: 0o600 });
  const origin = String(running.connection.origin);
  const connection = parseConnection(source, {
    id,
    source: source.id,
    origin,
    secret: name,
    rotate: true,
    settings: { allAccountGroups: true },
  });
  const put = async (value: object, VersionStages?: string[]) => {
    const command = new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(value), VersionStages });
    return (await client.send(command)).VersionId ?? '';
  };
  await put({ token: FIRST, ...more });
  const value = async () => {
    const now = JSON.parse(await readFile(stage.secretsFile, 'utf8'))[name] as Record<string, unknown>;
    tokens.add(String(now.token));
    return now;
  };
  const invoke = async (by = rotator) => {
    const input = { act: 'rotate', connection };
    const answer = await by
      .invoke({ input, sentAt: Date.now(), benchAt: clock.now }, BUDGET_MS)
      .catch((thrown: Error) => {
        answers.push(`${thrown.stack}`);
        throw thrown;
      });
    answers.push(answer);
    return answer as RotationReport;
  };
  return {
    name,
    running,
    connection,
    value,
    put,
    invoke,
    async pending() {
      const { VersionIdsToStages: all = {} } = await client.send(new DescribeSecretCommand({ SecretId: name }));
      return Object.entries(all).find(([, labels]) => labels.includes('AWSPENDING'))?.[0];
    },
    async days(count) {
      let last: RotationReport | undefined;
      for (let day = 0; day < count; day++) {
        clock.now += DAY_MS;
        last = await invoke();
      }
      return last as RotationReport;
    },
    asked: () => running.counters.byPath[POST] ?? 0,
  };
}

/** The same, on the day before the exchange. */
async function dueTomorrow(faults: ThousandEyesFaults = {}, more: object = {}): Promise<Case> {
  const begun = await begin(faults, more);
  clock.now += 172 * DAY_MS;
  expect(await begun.days(7)).toMatchObject({ state: 'announced', due: '2026-07-09T06:00:00Z' });
  expect(begun.asked()).toBe(0);
  return begun;
}

test('a token is exchanged when it is 180 days old; the forwarding goes on with the new one when the old one is dead', async () => {
  const { connection, days, value, running, asked, name } = await dueTomorrow({}, { owner: 'detection' });

  expect(await days(1)).toMatchObject({
    state: 'rotated',
    oldDies: '2026-07-23T06:00:00Z',
    validUntil: expect.stringMatching(/^2028-07-08T06:00:0\dZ$/),
  });

  const stored = await value();
  expect(stored).toEqual({
    token: expect.not.stringContaining(FIRST),
    owner: 'detection',
    validUntil: '2028-07-08T06:00:00Z',
  });
  expect(await metric({ lines }, 'Rotated')).toEqual([1]);
  clock.now += 20.5 * DAY_MS;
  const old = await fetch(`${running.origin}/v7/users/current`, { headers: { authorization: `Bearer ${FIRST}` } });
  expect(old.status).toBe(401);
  const forwarded = {
    ...connection,
    streams: { 'audit-user-events': { startFrom: new Date(clock.now - DAY_MS).toISOString() } },
  };
  const input = { connection: forwarded, streams: ['audit-user-events'] };
  const answer = await stage.invoke({ input, sentAt: Date.now(), benchAt: clock.now }, 60_000);
  const [report] = (answer as { feeds: FeedReport[] }).feeds;
  expect(report).toMatchObject({ state: 'caught-up', delivered: 50 });

  clock.now += (180 - 20.5 - 8) * DAY_MS;
  expect((await days(7)).state).toBe('announced');
  expect((await days(1)).state).toBe('rotated');
  expect((await value()).token).not.toBe(stored.token);
  expect(asked()).toBe(2);
  expect(name).not.toContain('tidemark/');
});

test('a token that is old when rotation is switched on is left alone for a week, however often it is deployed', async () => {
  const { days, invoke, asked, put } = await begin();
  clock.now += 400 * DAY_MS;

  expect(await invoke()).toMatchObject({ state: 'announced', due: '2027-02-21T04:00:00Z' });
  expect((await invoke()).state).toBe('announced');
  expect((await days(6)).state).toBe('announced');
  expect(asked()).toBe(0);
  // A person was faster.
  await put({ token: FIRST });
  expect((await days(1)).state).toBe('young');
  expect(asked()).toBe(0);
});

const UNKNOWN = /may have made a new credential, which nobody has/;

test.each<[string, ThousandEyesFaults, RegExp]>([
  ['is lost after the token was made', { renewalLost: { next: 1 } }, UNKNOWN],
  ['is a 500', { where: POST, error: { next: 1, status: 500 } }, UNKNOWN],
  ['is a redirect', { where: POST, redirect: { next: 1, to: 'https://collector.example.net/' } }, UNKNOWN],
  ['breaks off', { where: POST, cut: { next: 1, destroy: true } }, UNKNOWN],
  ['is cut in the middle', { where: POST, cut: { next: 1 } }, /its answer did not hold it as documented/],
  ['is a proxy’s page', { where: POST, html: { next: 1 } }, /its answer did not hold it as documented/],
  [
    'has another shape',
    { where: POST, body: { next: 1, text: '{"token":"stray-4f1e-8a77","bearerToken":{"value":"stray-9d5b-0c4e"}}' } },
    /its answer did not hold it as documented/,
  ],
  [
    'is a 409',
    { where: POST, error: { next: 1, status: 409 } },
    /no new credential \(409\): the token’s owner has more/,
  ],
])(
  'an answer that %s is told every day with the day on which the token dies, and never asked for again',
  async (_, faults, what) => {
    tokens.add('stray-4f1e-8a77').add('stray-9d5b-0c4e');
    const { days, asked, value, put, pending, name } = await dueTomorrow(faults);

    for (const report of [await days(1), await days(1), await days(3)]) {
      expect(report).toMatchObject({ state: 'stuck', since: '2026-07-09T06:00:00Z', oldDies: '2026-07-23T06:00:00Z' });
      expect(report.message).toMatch(what);
      expect(report.message).toMatch(DYING);
      expect(report.remedy).toContain(`npx tidemark secret set ${name} --cloud`);
    }
    expect(asked()).toBe(1);
    expect((await value()).token).toBe(FIRST);
    expect(await pending()).toBeDefined();
    await until('five metrics', () => lines.filter(({ RotationStuck }) => RotationStuck === 1).length === 5);
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject(
      Array.from({ length: 5 }, () => ({ error: { code: 'rotation-stuck', remedy: expect.any(String) } })),
    );
    // A person puts another one in.
    tokens.add('by-hand-5b4f-9a55');
    await put({ token: 'by-hand-5b4f-9a55' });
    expect((await days(1)).state).toBe('young');
  },
);

test('two active tokens are the vendor’s own 409', async () => {
  const { days, running, asked } = await dueTomorrow();
  await fetch(`${running.origin}${POST}`, { method: 'POST', headers: { authorization: `Bearer ${FIRST}` } });

  expect(await days(1)).toMatchObject({ state: 'stuck', message: expect.stringContaining('(409)') });
  expect(asked()).toBe(2);
});

test('a quota that is used up makes it tomorrow', async () => {
  const { days, asked, pending } = await dueTomorrow({ where: POST, throttle: { next: 1 } });

  expect((await days(1)).state).toBe('put-off');
  expect(await pending()).toBeUndefined();
  expect((await days(1)).state).toBe('rotated');
  expect(asked()).toBe(2);
});

test.each<[string, ThousandEyesFaults]>([
  ['down', { error: { next: 8, status: 503 } }],
  ['gone', { where: 'users/current', cut: { every: 1, destroy: true } }],
])('a vendor that is %s is not asked for a token', async (_, faults) => {
  const { days, asked, running, pending } = await dueTomorrow(faults);

  expect((await days(1)).state).toBe('put-off');
  expect([asked(), await pending()]).toEqual([0, undefined]);
  running.setFaults({});
  expect((await days(1)).state).toBe('rotated');
});

test.each([
  ['before the note was written', 'AWSPENDING', false, 0, 'rotated'],
  ['between the note and the call', 'AWSPENDING', true, 0, 'stuck'],
  ['between the call and the store', 'AWSCURRENT', false, 1, 'stuck'],
  ['after the store', 'AWSCURRENT', true, 1, 'young'],
])('a function that is killed %s asks no second time', async (_, label, isApplied, calls, state) => {
  const { days, asked, value, invoke } = await dueTomorrow();
  const victim = rotator;
  disturb = async (operation, { VersionStages: labels }) => {
    if (operation !== 'PutSecretValue' || (labels as string[])[0] !== label) return undefined;
    await victim.stop(0);
    if (!isApplied) throw new AwsError('InternalServiceError', 'The caller is dead.', 500);
    return 'lost';
  };

  clock.now += DAY_MS;
  await expect(invoke()).rejects.toThrow('has been stopped');
  disturb = async () => undefined;
  rotator = startRotator();

  expect(asked()).toBe(calls);
  const report = await days(1);
  expect(report.state).toBe(state);
  if (state === 'stuck') {
    expect(report).toMatchObject({ since: '2026-07-09T06:00:00Z', oldDies: '2026-07-23T06:00:00Z' });
    expect(report.message).toContain('The function broke off');
    expect((await days(5)).state).toBe('stuck');
    expect((await value()).token).toBe(FIRST);
  } else {
    expect((await value()).token).not.toBe(FIRST);
  }
  expect(asked()).toBe(state === 'rotated' ? 1 : calls);
});

test('of two invocations at the same moment one asks the vendor', async () => {
  const { invoke, asked, value } = await dueTomorrow();
  const other = startRotator();
  await invoke(other);
  clock.now += DAY_MS;

  const states = (await Promise.all([invoke(), invoke(other)])).map((report) => report.state).toSorted();

  expect(asked()).toBe(1);
  expect((await value()).token).not.toBe(FIRST);
  // The later one may find that all is done.
  expect([
    ['elsewhere', 'rotated'],
    ['rotated', 'young'],
  ]).toContainEqual(states);
});

test('a stranger’s pending version is left alone, and its value is nobody’s business', async () => {
  const { days, asked, put, pending, name } = await dueTomorrow();
  tokens.add('Zq7-Xw3-foreign-Vb5');
  const foreign = await put({ token: 'Zq7-Xw3-foreign-Vb5' }, ['AWSPENDING']);

  expect(await days(1)).toMatchObject({ state: 'stuck', message: expect.stringContaining('not Tidemark’s') });
  expect([asked(), await pending()]).toEqual([0, foreign]);
  await client.send(
    new UpdateSecretVersionStageCommand({ SecretId: name, VersionStage: 'AWSPENDING', RemoveFromVersionId: foreign }),
  );
  expect((await days(1)).state).toBe('rotated');
});

test('what Secrets Manager does not take at once is stored when it does', async () => {
  const { days, asked, value } = await dueTomorrow();
  let refusals = 4;
  disturb = async (operation, { VersionStages: labels }) => {
    if (operation === 'PutSecretValue' && (labels as string[])[0] === 'AWSCURRENT' && refusals-- > 0)
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    return undefined;
  };

  expect((await days(1)).state).toBe('rotated');
  expect(refusals).toBeLessThan(0);
  expect(asked()).toBe(1);
  expect((await value()).token).not.toBe(FIRST);
});

test('a role that may not write is noticed a week before anything is asked', async () => {
  const { days, asked } = await begin();
  clock.now += 172 * DAY_MS;
  disturb = async (operation) => {
    if (operation === 'PutSecretValue') throw new AwsError('AccessDeniedException', 'Access to KMS is not allowed');
    return undefined;
  };

  await expect(days(1)).rejects.toThrow('Access to KMS is not allowed');
  expect(asked()).toBe(0);
});

test('a connection that does not say so is not rotated', async () => {
  const { connection } = await begin();
  const input = { act: 'rotate', connection: { ...connection, rotate: false } };

  await expect(rotator.invoke({ input, sentAt: 0, benchAt: clock.now }, BUDGET_MS)).rejects.toThrow(
    '$.connection.rotate: nothing is there, wanted true',
  );
});

test('none of the tokens of all these tests is in any line or answer', () => {
  expect(tokens.size).toBe(7);
  expect(answers.length).toBeGreaterThan(100);
  const canaries = Object.fromEntries([...tokens].map((token, at) => [`token ${at}`, token]));
  expect(findLeaks(JSON.stringify([everyLine, answers]), canaries)).toEqual([]);
});
