import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { previewRecord } from '../../../cli/preview/preview-record.ts';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { until } from '../bench.ts';
import { difference } from '../delivered.ts';
import { plain, SOURCE, STREAM } from '../plain.ts';
import { startCloudAccount } from './cloud-account.ts';
import { ending, FEED, type Place, startProgram, test } from './program.ts';

const linesOf = (text: string) => text.split('\n').slice(0, -1);
const eventsOf = (text: string) => linesOf(text).map((line) => JSON.parse(line) as EcsEvent);

/** A command in a place's folder, to its end. */
const command = (here: Place, ...args: string[]) => ending(startProgram(here.folder, [...args, '--state', 'state']));

const rangeOf = ({ from, to }: Place) => ['--from', new Date(from).toISOString(), '--to', new Date(to).toISOString()];

describe('tidemark pull', () => {
  test('writes each event of the range once, in every format, and leaves no trace', async ({ place }) => {
    const here = await place();
    const before = await readdir(here.folder, { recursive: true });

    const ecs = await command(here, 'pull', FEED, ...rangeOf(here));
    const raw = await command(here, 'pull', FEED, ...rangeOf(here), '--format', 'raw', '--out', 'raw.txt');
    const served = here.vendor.counters.rowsServed;
    const cef = await command(here, 'pull', FEED, ...rangeOf(here), '--format', 'cef', '--limit', '3');

    expect([ecs.code, raw.code, cef.code]).toEqual([0, 0, 0]);
    const events = eventsOf(ecs.stdout);
    expect(new Set(events.map(({ event }) => event.id)).size).toBe(events.length);
    expect(
      difference(
        events.map(({ event }) => event.original ?? ''),
        here.held(),
      ),
    ).toEqual({ missing: [], extra: [] });
    expect(ecs.stderr).toMatch(new RegExp(`^300 events of ${FEED}, .* to .*; \\d+ pages read\\.$`, 'm'));
    expect(raw.stdout).toBe('');
    const written = linesOf(await readFile(join(here.folder, 'raw.txt'), 'utf8'));
    expect(difference(written, here.held())).toEqual({ missing: [], extra: [] });
    expect((await stat(join(here.folder, 'raw.txt'))).mode & 0o777).toBe(0o600);
    expect(linesOf(cef.stdout)).toHaveLength(3);
    expect(cef.stdout).toMatch(/^CEF:0\|/);
    expect(cef.stderr).toContain('ended by --limit');
    // Nothing is asked for after the first page but the second, which is being fetched while the first is processed.
    expect(here.vendor.counters.rowsServed - served).toBeLessThanOrEqual(200);
    await rm(join(here.folder, 'raw.txt'));
    expect(await readdir(here.folder, { recursive: true })).toEqual(before);
  });

  test('ends quietly when nobody reads any more', async ({ place }) => {
    const here = await place({ count: 3_000, pageSize: 50, faults: { latencyMs: 20 } });
    const args = [process.argv[1] ?? '', 'pull', FEED, ...rangeOf(here), '--state', 'state'];
    args[0] = join(import.meta.dirname, '../../../cli/cli.ts');

    const child = spawn(process.execPath, args, { cwd: here.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');

    // On a slow machine it has said how far it is.
    expect({ code, stderr: stderr.replace(/^.* events?, .* a second.*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    expect(here.vendor.counters.rowsServed).toBeLessThan(3_000);
  });

  test('reads the last hour unless it is told a range', async ({ place }) => {
    const now = Date.now();
    const here = await place({ from: now - 120 * 60_000, to: now - 60_000, count: 240 });

    const { stdout } = await command(here, 'pull', FEED);

    const count = linesOf(stdout).length;
    expect(count).toBeGreaterThan(90);
    expect(count).toBeLessThan(140);
  });

  test('says why when the vendor refuses, without the secret, and ends with 1', async ({ place }) => {
    const here = await place();
    const secret = JSON.stringify({ [`tidemark/${SOURCE}/demo`]: { token: 'wrong-token-of-somebody' } });
    await writeFile(join(here.folder, 'state', 'secrets.json'), secret, { mode: 0o600 });

    const { code, stdout, stderr } = await command(here, 'pull', FEED, ...rangeOf(here));

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('refused');
    expect(stderr).toContain('what to do:');
    expect(stderr).not.toContain('wrong-token');
  });

  test('shows nothing that a terminal obeys', async ({ place }) => {
    const here = await place({ count: 1 });
    // As JSON may hold them: control characters as escapes, those that turn the direction as they are.
    const hostile = 'a\\u001b[2Jb\u202ec\\u0007\\u009b';
    for (const format of ['ecs', 'cef']) {
      here.vendor.setFaults({ where: STREAM, body: { next: 1, text: plain.pageNaming(hostile, here.to - 60_000) } });
      const { stdout } = await command(here, 'pull', FEED, ...rangeOf(here), '--format', format);
      expect(linesOf(stdout).length, format).toBeGreaterThan(0);
      expect(stdout, format).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    }
  });
});

describe('tidemark preview', () => {
  test('shows a record from stdin or a file as text and as JSON, and ends with 1 if it cannot be mapped', async ({
    place,
  }) => {
    const here = await place({ count: 1 });
    const [record = ''] = here.held();
    const name = `${SOURCE}/${STREAM}`;
    await writeFile(join(here.folder, 'record.json'), record);
    const started = (stdin: string, ...args: string[]) =>
      ending(startProgram(here.folder, ['preview', ...args], { stdin }));

    const text = await started(record, name);
    const json = await started('', `${name}/demo`, 'record.json', '--json');
    const unmapped = await started(
      JSON.stringify({ ...JSON.parse(record), date: { not: 'a time' }, event: [1] }),
      name,
    );

    expect(text).toMatchObject({ code: 0, stderr: '' });
    for (const title of ['RAW', 'ECS, and what', 'CEF', 'OCSF', 'envelope']) expect(text.stdout).toContain(title);
    expect(json.code).toBe(0);
    const shown = JSON.parse(json.stdout) as Record<string, unknown>;
    expect(Object.keys(shown)).toEqual(
      expect.arrayContaining(['raw', 'ecs', 'cef', 'ocsf', 'unmapped', 'rules', 'events']),
    );
    expect(shown.raw).toEqual(JSON.parse(record));
    expect(shown.ecs).toMatchObject({ tidemark: { feed: FEED }, event: { original: record } });
    expect(unmapped).toMatchObject({ code: 1, stdout: expect.stringContaining('The record cannot be mapped') });
  });
});

describe('tidemark tap and sources', () => {
  test('tap --cloud shows the newest events of the archive, the oldest of them first', async ({
    place,
    onTestFinished,
  }) => {
    const here = await place({ count: 6 });
    const events = here.held().map((record) => previewRecord(plain.source, STREAM ?? '', record).ecs);
    const account = await startCloudAccount(async () => ({}));
    onTestFinished(() => account.close());
    account.outputs['tidemark-state'] = { ArchiveBucket: 'archive' };
    const day = new Date().toISOString().slice(0, 10);
    const put = (folder: string, name: string, some: readonly object[]) =>
      account.objects.set(
        `archive/lake/source=${SOURCE}/dt=${folder}/${name}`,
        gzipSync(some.map((event) => `${JSON.stringify(event)}\n`).join('')),
      );
    put(day, 'a.gz', events.slice(0, 4));
    put(day, 'b.gz', events.slice(4));
    put('2026-01-01', 'old.gz', [{ tidemark: { feed: 'old' } }]);
    const environment = {
      AWS_ENDPOINT_URL: account.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };

    const { code, stdout } = await ending(
      startProgram(here.folder, ['tap', '--cloud', '--limit', '3', '--format', 'ecs', '--feed', `${SOURCE}/*`], {
        environment: { ...environment },
      }),
    );

    // The events are of a connection that no feed has: they were made by a preview.
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const all = await ending(startProgram(here.folder, ['tap', '--cloud', '--limit', '3'], { environment }));
    expect(eventsOf(all.stdout)).toEqual(events.slice(-3));
  });

  test('tap shows what is delivered, by feed, in a format, or one of many; sources says what was measured', async ({
    place,
  }) => {
    const here = await place({ count: 200 });
    const other = 'other';
    await here.configure(({ connections: [usual], destinations }) => ({
      connections: [usual, { ...usual, id: other, secret: `tidemark/${SOURCE}/demo` }],
      destinations,
    }));
    const tap = (...args: string[]) => startProgram(here.folder, ['tap', '--state', 'state', '--out', 'out', ...args]);
    const one = tap('--feed', `${SOURCE}/*/${other}`, '--format', 'cef', '--limit', '200');
    const some = tap('--sample', '100', '--limit', '4');
    const raw = tap('--format', 'raw', '--limit', '1');
    for (const program of [one, some, raw]) await until('the tap', () => program.stderr.includes('from now on'));

    const run = await here.run('--once');
    const [ofOther, sample, first] = await Promise.all([ending(one), ending(some), ending(raw)]);
    const measured = await command(here, 'sources', SOURCE, '--json');

    expect(run.code).toBe(0);
    expect([ofOther.code, sample.code, first.code]).toEqual([0, 0, 0]);
    const cef = linesOf(ofOther.stdout);
    expect(cef).toHaveLength(200);
    expect(new Set(cef).size).toBe(200);
    for (const line of cef) expect(line).toContain(`${SOURCE}/${STREAM}/${other}`);
    expect(eventsOf(sample.stdout)).toHaveLength(4);
    expect(here.held()).toContain(first.stdout.trimEnd());
    const [described] = (
      JSON.parse(measured.stdout) as { sources: { streams: { stream: string; feeds: unknown[] }[] }[] }
    ).sources;
    const stream = described?.streams.find((one) => one.stream === `${SOURCE}/${STREAM}`);
    expect(stream?.feeds).toEqual([
      { feed: FEED, eventsPerMinute: expect.any(Number), requestsPerEvent: null },
      { feed: `${SOURCE}/${STREAM}/${other}`, eventsPerMinute: expect.any(Number), requestsPerEvent: null },
    ]);
  });
});
