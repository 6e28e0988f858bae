import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { EvidenceDocument } from '../../../../cli/evidence/document.ts';
import type { EvidenceDay } from '../../../../functions/core/invocation/feed-evidence.ts';
import { STREAM } from '../../plain.ts';
import { FEED, type Place, test } from '../program.ts';

const DAY = 24 * 3_600_000;
const run = promisify(execFile);

/** Whether a program is installed. */
async function has(program: string, ...args: string[]): Promise<boolean> {
  return await run(program, args).then(
    () => true,
    () => false,
  );
}

/** The day before yesterday: its last hour lies far behind every overlap, whatever time it is. */
const begin = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
const [FIRST, NEXT, FUTURE] = [begin, begin + DAY, begin + 5 * DAY].map((time) =>
  new Date(time).toISOString().slice(0, 10),
) as [string, string, string];
const RANGE = ['--from', FIRST, '--to', NEXT];
const HIDDEN = { late: { share: 0.3, upToSeconds: 4 * 86_400 } };

/** What the JSON file in a directory says. */
async function documentIn(folder: string): Promise<EvidenceDocument> {
  const [json = ''] = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  return JSON.parse(await readFile(join(folder, json), 'utf8')) as EvidenceDocument;
}

/** Makes evidence from the day on, and returns what its JSON file says of it. */
async function makeEvidence(here: Place, out: string, to = NEXT) {
  const made = await here.command('evidence', '--from', FIRST, '--to', to, '--out', out);
  expect(made.stderr).toBe('');
  expect(made.code).toBe(0);
  const document = await documentIn(join(here.folder, out));
  const feed = document.feeds.find((one) => one.feed === FEED) as EvidenceDocument['feeds'][number];
  return { made, document, feed, day: feed.days[0] as EvidenceDay };
}

test('evidence shows what was missing, then repaired, and who has moved a watermark, and is found out if it is changed', async ({
  place,
}) => {
  const here = await place({ from: begin, count: 900, pageSize: 100, faults: HIDDEN });
  const stream = { startFrom: new Date(begin).toISOString(), settle: '1s', every: '1s' };
  await here.configure(({ connections: [usual], ...rest }) => ({
    ...rest,
    connections: [{ ...usual, streams: { [STREAM]: stream } }],
  }));
  await here.run('--once');
  // What the vendor had kept back shows itself, days too late for any overlap.
  here.vendor.setFaults({});
  await here.command('verify', ...RANGE);
  const found = await makeEvidence(here, 'found');
  const repair = await here.command('verify', ...RANGE, '--repair', '--json');
  await here.command('move', '--yes', '--feed', FEED, '--to', NEXT);
  const after = await makeEvidence(here, 'after', FUTURE);

  const { vendor, missing, delivered } = found.day as EvidenceDay & { vendor: number; missing: number };
  expect(missing).toBeGreaterThan(10);
  expect(missing).toBe(vendor - (delivered as number));
  expect(found.feed).toMatchObject({ verdict: 'incomplete', reasons: [`${missing} events are missing`] });
  expect(repair.code).toBe(0);
  expect(after.day).toMatchObject({ vendor, delivered: vendor, missing: 0, repaired: missing });
  expect(after.day.verifications.map((one) => [one.missing, one.repaired])).toEqual([
    [missing, 0],
    [missing, missing],
  ]);
  // The days after it were not verified.
  expect(after.feed.verdict).toBe('not proven');
  expect(after.feed.days[1]).toMatchObject({ vendor: 'unknown', missing: 'unknown', repaired: 'unknown' });
  expect(after.feed.moves).toMatchObject([{ by: userInfo().username, to: `${NEXT}T00:00:00Z` }]);
  expect(after.document).toMatchObject({ madeBy: userInfo().username, from: FIRST });
  expect(Object.values(after.document.codeNow)).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/)]);

  // One .json, one .html, the manifest with its signature, and the public key.
  const out = join(here.folder, 'after');
  const name = `tidemark-evidence-${FIRST}-to-${after.document.to}`;
  expect((await readdir(out)).toSorted()).toEqual(
    ['.html', '.json', '.manifest', '.manifest.sig', '.public-key.pem'].map((ending) => `${name}${ending}`),
  );
  const keyFile = join(here.folder, 'state', 'evidence-key.pem');
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  const [, printed = ''] =
    /(-----BEGIN PUBLIC KEY-----[\s\S]*-----END PUBLIC KEY-----\n)/.exec(after.made.stdout) ?? [];
  await mkdir(join(here.folder, 'auditor'));
  await writeFile(join(here.folder, 'auditor', 'kept.pem'), printed);

  // As the auditor checks it, without this program.
  if (await has('openssl', 'version')) {
    const line = /^ {2}openssl dgst .*$/m.exec(after.made.stdout)?.[0].trim().split(' ').slice(1) ?? [];
    const args = line.map((word) => (word === 'KEY.pem' ? 'auditor/kept.pem' : word));
    expect((await run('openssl', args, { cwd: here.folder })).stdout).toBe('Verified OK\n');
  }
  if (await has('sha256sum', '--version')) {
    const line = /^ {2}(\(cd .* && sha256sum --check .*\))$/m.exec(after.made.stdout)?.[1] ?? '';
    const checked = await run('sh', ['-c', line], { cwd: here.folder });
    expect(checked.stdout).toBe(`${name}.json: OK\n${name}.html: OK\n`);
  }

  const check = (...args: string[]) => here.command('evidence', '--check', join('after', `${name}.json`), ...args);
  const own = await check();
  expect(own.code).toBe(0);
  expect(own.stdout).toContain('not who made them');
  // Whoever has changed the files may have put a key of their own beside them.
  expect(own.stdout).not.toContain('nothing was changed');
  const text = await readFile(join(out, `${name}.json`), 'utf8');
  await writeFile(join(out, `${name}.json`), text.replace(`"vendor": ${vendor}`, `"vendor": ${vendor + 1}`));
  const tampered = await check('--key', join('auditor', 'kept.pem'), '--json');
  expect(tampered.code).toBe(1);
  expect(JSON.parse(tampered.stdout)).toMatchObject({
    ok: false,
    parts: expect.arrayContaining([{ name: `${name}.json`, problem: expect.stringContaining('changed') }]),
  });
});
