import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { SOURCE } from '../../plain.ts';
import { ending, FEED, type Place, SECRET_NAME, startProgram, test } from '../program.ts';

interface Report {
  readonly configuration: { readonly failed?: string; readonly at?: readonly string[] };
  readonly feeds: { readonly feeds: readonly Record<string, unknown>[] };
  readonly doctor: unknown;
}

async function reportOf(place: Place, file: string): Promise<{ text: string; report: Report }> {
  const text = await readFile(join(place.folder, file), 'utf8');
  return { text, report: JSON.parse(text) as Report };
}

/** The texts in records of a vendor that are long enough not to occur by chance. */
function wordsOf(records: readonly string[]): string[] {
  const words = records.flatMap((record) => record.match(/(?<=": ?")[^"]{6,}(?=")/g) ?? []);
  return [...new Set(words)];
}

describe('tidemark diag', () => {
  test('writes a report without any secret and without any event, whatever vendors answer', async ({ place }) => {
    const here = await place({ count: 40, faults: { oversized: { every: 4 } } });
    await here.run('--once');
    const words = wordsOf(here.held().map((record) => record.slice(0, 2_000)));
    // The last error quotes what came: a record, and the token that a careless vendor repeats.
    const body = `{"auditEvents": canary-in-an-answer ${words[0]}`;
    here.vendor.setFaults({ body: { next: 1_000, text: body } });
    await here.run('--once');
    const { stdout: status } = await here.command('status');
    expect(status).toContain('canary-in-an-answer');
    const environment = { AWS_SECRET_ACCESS_KEY: 'canary-in-a-variable' };

    const args = ['diag', '--state', 'state', '--with-doctor', '--out', 'report.json'];
    const { code, stdout } = await ending(startProgram(here.folder, args, { environment }));

    expect(code).toBe(0);
    expect(stdout).toContain('report.json is written');
    expect(stdout).toMatch(/^In it: .*feeds, doctor\.$/m);
    expect(stdout).toContain('Not in it: secrets');
    const { text, report } = await reportOf(here, 'report.json');
    const secret = JSON.parse(await readFile(join(here.folder, 'state', 'secrets.json'), 'utf8'));
    expect(words.length).toBeGreaterThan(3);
    for (const word of ['canary', ...Object.values<string>(secret[SECRET_NAME]), ...words])
      expect(text).not.toContain(word);
    // What is needed is there: names, times, codes and counts.
    expect(text).toContain(SECRET_NAME);
    expect(text).toContain('AWS_SECRET_ACCESS_KEY');
    expect(report.feeds.feeds[0]).toMatchObject({
      feed: FEED,
      failures: expect.any(Number),
      lastError: { code: 'unreadable', at: expect.any(String) },
      quarantine: expect.arrayContaining([expect.objectContaining({ reason: 'oversized' })]),
      ledger: expect.arrayContaining([expect.objectContaining({ hours: expect.any(Array) })]),
    });
    expect(report.doctor).toContainEqual({
      subject: `${SOURCE}/demo`,
      check: 'reachable',
      ok: false,
      remedy: expect.stringContaining('proxy'),
    });
    expect((await stat(join(here.folder, 'report.json'))).mode & 0o777).toBe(0o600);
  });

  test('asks no vendor unless told to, names its file by the time, and writes over none', async ({ place }) => {
    const here = await place({ count: 1 });

    const ends = [
      await ending(startProgram(here.folder, ['diag', '--state', 'state', '--json'])),
      await ending(startProgram(here.folder, ['diag', '--state', 'state', '--out', 'tidemark.json'])),
    ];

    expect(ends.map(({ code }) => code)).toEqual([0, 2]);
    expect(ends[1]?.stderr).toContain('tidemark.json is there already');
    expect(here.vendor.counters.requests).toBe(0);
    const { file } = JSON.parse(ends[0]?.stdout ?? '') as { file: string };
    expect(file).toMatch(/^tidemark-diag-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.json$/);
    expect(await readdir(here.folder)).toContain(file);
  });

  test('names the places of a wrong configuration without what is there', async ({ place }) => {
    const here = await place({ count: 1 });
    await here.configure(({ connections: [usual], ...rest }) => ({
      ...rest,
      connections: [{ ...usual, origin: 'https://user:canary-password@vendor.example', requestsInFlight: 'canary-2' }],
    }));

    const { code, stdout } = await ending(
      startProgram(here.folder, ['diag', '--state', 'state', '--out', 'report.json']),
    );

    expect(code).toBe(0);
    expect(stdout).toMatch(/^In it: .*feeds\.$/m);
    const { text, report } = await reportOf(here, 'report.json');
    expect(text).not.toContain('canary');
    expect(report.configuration).toEqual({
      failed: 'config',
      at: ['$.connections[0].origin', '$.connections[0].requestsInFlight'],
    });
  });

  test('is not written if a secret stands in the configuration', async ({ place }) => {
    const here = await place({ count: 1 });
    const secrets = { [SECRET_NAME]: { token: 'canary-8c41-token' } };
    await writeFile(join(here.folder, 'state', 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
    await here.configure(({ connections: [usual], ...rest }) => ({
      ...rest,
      connections: [{ ...usual, secret: 'canary-8c41-token' }],
    }));

    const args = ['diag', '--state', 'state', '--out', 'report.json'];
    const { code, stdout, stderr } = await ending(startProgram(here.folder, args));

    expect(code).toBe(2);
    expect(stderr).toContain('a secret would be in the report');
    expect(stdout + stderr).not.toContain('canary');
    expect(await readdir(here.folder)).not.toContain('report.json');
  });
});
