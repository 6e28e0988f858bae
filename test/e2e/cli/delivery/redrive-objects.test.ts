import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { functionOutput } from '../../../../lib/account/outputs.ts';
import { startFirehose } from '../../../../local/services/firehose.ts';
import { replaceFaults } from '../../../../local/services/firehose-faults.ts';
import { SIGNATURES } from '../../../local/signatures.ts';
import { readDelivered } from '../../delivered.ts';
import { SOURCE } from '../../plain.ts';
import { startCloudAccount } from '../cloud-account.ts';
import { ending, startProgram } from '../program.ts';

const BUCKET = 'tidemark-quarantine';
const STREAM = `tidemark-soc-${SOURCE}`;

interface Summary {
  readonly streams: readonly {
    readonly stream: string;
    readonly objects: number;
    readonly records: number;
    readonly reasons: Readonly<Record<string, number>>;
    readonly problems: readonly string[];
  }[];
}

/** An object as Firehose writes it of records that Splunk has refused. */
function refused(texts: readonly string[], errorCode = 'Splunk.AckTimeout'): Buffer {
  const lines = texts.map((text) =>
    JSON.stringify({ attemptsMade: 3, errorCode, EventId: '1', rawData: Buffer.from(text).toString('base64') }),
  );
  return gzipSync(lines.map((line) => `${line}\n`).join(''));
}

/** What Firehose gets: envelopes, one after another, each ended by a newline. */
function envelopes(from: number, count: number): string {
  const all = Array.from({ length: count }, (_, at) =>
    JSON.stringify({ event: { id: `e-${from + at}`, text: 'ä|\u2028' } }),
  );
  return all.map((line) => `${line}\n`).join('');
}

async function startCloud() {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-objects-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const account = await startCloudAccount(async () => ({ looks: [] }));
  onTestFinished(() => account.close());
  account.outputs['tidemark-state'] = { QuarantineBucket: BUCKET };
  account.outputs['tidemark-forwarding'] = {
    [functionOutput(SOURCE)]: 'arn:aws:lambda:eu-west-1:111122223333:function:any',
  };
  const out = join(folder, 'out');
  const streams = [{ deliveryStream: STREAM, destination: 'soc', source: SOURCE }];
  const firehose = await startFirehose({ signatures: SIGNATURES, out, streams });
  onTestFinished(() => firehose.close());
  const config = {
    connections: [{ id: 'acme', source: SOURCE }],
    destinations: [
      { id: 'soc', type: 'splunk', format: 'ecs' },
      { id: 'lake', type: 's3', format: 'ecs' },
    ],
  };
  await writeFile(join(folder, 'tidemark.json'), JSON.stringify(config));
  const environment = {
    AWS_ENDPOINT_URL: account.url,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const key = (day: string, name: string, source = SOURCE) =>
    `${BUCKET}/soc/source=${source}/splunk-failed/dt=${day}/${name}`;
  return {
    folder,
    environment,
    account,
    firehose,
    key,
    delivered: async () => (await readDelivered(out, 'soc')).lines,
    quarantine: (...args: string[]) =>
      ending(startProgram(folder, ['quarantine', '--cloud', ...args], { environment })),
    redrive: (...args: string[]) =>
      ending(startProgram(folder, ['redrive', '--destination', 'soc', '--cloud', ...args], { environment })),
  };
}

test('what Splunk refused is sent again as it was, and taken out of the bucket', async () => {
  const { account, key, delivered, redrive, quarantine, firehose } = await startCloud();
  // Five objects are more than one page of the list.
  for (let at = 0; at < 5; at++) {
    const texts = [envelopes(at * 10, 6), envelopes(at * 10 + 6, 4)];
    account.objects.set(
      key('2026-01-10', `part-${at}.gz`),
      refused(texts, at === 4 ? 'Splunk.ServerError' : undefined),
    );
  }
  const elsewhere = `${BUCKET}/other/source=${SOURCE}/splunk-failed/dt=2026-01-10/x.gz`;
  account.objects.set(elsewhere, refused(['not ours\n']));
  // Some records are refused once, and the whole call once.
  replaceFaults(firehose.faults, { refuseEvery: 3, throttleNext: 1 });

  const before = await quarantine('--json');
  const { code, stdout } = await redrive('--json');
  const after = await quarantine();

  const { streams } = JSON.parse(stdout) as Summary;
  expect(streams).toEqual([
    {
      stream: STREAM,
      objects: 5,
      records: 10,
      reasons: { 'Splunk.AckTimeout': 8, 'Splunk.ServerError': 2 },
      problems: [],
    },
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(before.stdout).putAside).toEqual([
    { destination: 'soc', source: SOURCE, objects: 5, bytes: expect.any(Number), since: '2026-01-10T09:00:00.000Z' },
  ]);
  expect(after.stdout).toBe('Nothing is in quarantine.\n\nFirehose has put nothing aside.\n');
  expect([...account.objects.keys()]).toEqual([elsewhere]);
  const all = Array.from({ length: 5 }, (_, at) => envelopes(at * 10, 10)).join('');
  expect((await delivered()).toSorted()).toEqual(all.trim().split('\n').toSorted());
});

test('an object that is broken, or that Firehose does not take, stays and is named', async () => {
  const { account, key, redrive, delivered, environment, folder } = await startCloud();
  account.objects.set(key('2026-01-10', 'good.gz'), refused([envelopes(0, 2)]));
  account.objects.set(key('2026-01-11', 'half.gz'), gzipSync('{"errorCode":"x","rawData":"e30'));
  account.objects.set(key('2026-01-12', 'plain'), Buffer.from('{"errorCode":"x","rawData":"e30K"}\n'));

  const first = await redrive();
  const other = await startFirehose({ signatures: SIGNATURES, out: join(folder, 'elsewhere'), streams: [] });
  onTestFinished(() => other.close());
  environment.AWS_ENDPOINT_URL_FIREHOSE = other.url;
  account.objects.set(key('2026-01-13', 'late.gz'), refused([envelopes(9, 1)]));
  const second = await redrive('--json');

  expect([first.code, second.code]).toEqual([1, 1]);
  expect(first.stdout).toMatch(new RegExp(`${STREAM} +2 +2 +`));
  expect(first.stdout).toContain(`half.gz stays: Line 1 is not what Firehose writes`);
  expect([...account.objects.keys()]).toEqual([key('2026-01-11', 'half.gz'), key('2026-01-13', 'late.gz')]);
  expect(await delivered()).toHaveLength(3);
});

test('it is said what the command takes', async () => {
  const { redrive } = await startCloud();

  const both = await redrive('--feed', '*');
  const unknown = await redrive('--destination', 'lake');

  expect([both.code, unknown.code]).toEqual([2, 2]);
  expect(both.stderr).toContain('tidemark redrive takes --feed PATTERN [--id ID], or --destination ID.');
  expect(unknown.stderr).toContain('There is no Splunk or HTTP endpoint destination "lake".');
  expect(unknown.stderr).toContain('There are: soc.');
});
