import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preview } from '../../../../cli/preview/preview.ts';
import { memoryTable } from '../../../../cli/pull/memory-table.ts';
import { type PullOptions, pull } from '../../../../cli/pull/pull.ts';
import { sources } from '../../../../cli/sources/sources.ts';
import { tap } from '../../../../cli/tap/tap.ts';
import { openOutput } from '../../../../cli/views/event-output.ts';
import { isSnapshot } from '../../../../functions/core/model.ts';
import { firstCheckpoint } from '../../../../functions/core/stored/checkpoint.ts';
import type { StoredChunk } from '../../../../functions/core/stored/seen-chunk.ts';
import { SIMPLEST_TYPE } from '../../../../functions/destinations/destination-types.ts';
import { findSources } from '../../../../lib/plan/find-sources.ts';

// What is wrong is said before any vendor is asked.

const all = await findSources();
const source = all.find(({ origin, streams }) => origin !== undefined && streams.some(isSnapshot));
if (!source) throw new Error('no source has an origin and a snapshot');
const log = `${source.id}/${source.streams.find((stream) => !isSnapshot(stream))?.name}/acme`;
const snapshot = `${source.id}/${source.streams.find(isSnapshot)?.name}/acme`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-pull-test-'));
  const config = {
    connections: [{ id: 'acme', source: source.id, origin: 'http://127.0.0.1:9' }],
    destinations: [{ id: 'vault', type: SIMPLEST_TYPE.id, format: 'raw' }],
  };
  await writeFile(join(folder, 'tidemark.json'), JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const places = () => ({ config: join(folder, 'tidemark.json'), state: join(folder, 'state') });
const pulled = (name: string, options: Partial<PullOptions>) =>
  pull({ ...places(), format: 'ecs', cloud: false, ...options }, [name]);
const tapped = (options: object) => tap({ ...places(), format: 'ecs', sample: '1', cloud: false, ...options });

test.each<[string, () => Promise<number>, RegExp]>([
  ['a feed that is not there', () => pulled(`${log}x`, {}), /There is no feed/],
  ['--cloud', () => pulled(log, { cloud: true }), /has no --cloud/],
  ['a limit that is no number', () => pulled(log, { limit: 'none' }), /--limit is "none", wanted a whole number/],
  ['a limit of nothing', () => pulled(log, { limit: '0' }), /--limit is "0"/],
  ['a file that cannot be written', () => pulled(log, { out: join(folder, 'no/file') }), /cannot be written: ENOENT/],
  ['two ranges', () => pulled(log, { since: '1h', from: '2026-01-01' }), /--since stands for --from and --to/],
  ['the past of a snapshot', () => pulled(snapshot, { since: '1h' }), /is a snapshot/],
  ['a sample that is no number', () => tapped({ sample: 'some' }), /--sample is "some"/],
  [
    'a format that nobody gets',
    () => tapped({ format: 'cef' }),
    /No destination has events from which cef can be made/,
  ],
  ['feeds that raw events do not name', () => tapped({ format: 'raw', feed: log }), /do not say which feed/],
  ['a pattern that fits no feed', () => tapped({ format: 'raw', feed: 'x/*' }), /No enabled feed fits/],
  ['a source that is not there', () => sources({ ...places(), json: false }, ['x']), /There is no source "x"/],
  ['a stream that is not there', () => preview({ record: '1', json: false }, [`${log.slice(0, -5)}x`]), /no stream/],
  ['a record without a number', () => preview({ record: 'a', json: false }, [log]), /--record is "a"/],
  [
    'a file that is not there',
    () => preview({ record: '1', json: false }, [log.slice(0, -5), '/no/file']),
    /cannot be read/,
  ],
])('%s is refused', async (_, act, complaint) => {
  await expect(act()).rejects.toThrow(complaint);
  // Nothing is made in the state directory, not even the directory.
  expect(await readdir(folder)).toEqual(['tidemark.json']);
});

test('the closest feeds are named', async () => {
  await expect(pulled(`${log}x`, {})).rejects.toMatchObject({ remedy: expect.stringContaining(`: ${log},`) });
});

test('the table in memory has conditional writes, and gives back what was seen', async () => {
  const table = memoryTable(new Map());
  const item = { kind: 'feed', ...firstCheckpoint(0, ['pull']), fence: 1 } as const;
  const seenIn = async (place: string) => {
    const found: StoredChunk[] = [];
    for await (const one of table.loadSeen(place, { from: '2026-01-10T08', to: '2026-01-10T09' })) found.push(one);
    return found;
  };
  const chunk = { destinations: ['pull'], at: 0, count: 1, digest: 1n };

  expect(await table.write('feed', item, undefined)).toBe('written');
  expect(await table.write('feed', item, undefined)).toBe('refused');
  expect(await table.write('feed', { ...item, version: 1 }, { fence: 1, version: 0 })).toBe('written');
  expect(await table.write('feed', item, { fence: 1, version: 0 })).toBe('refused');
  expect(await table.load('feed')).toMatchObject({ version: 1 });
  const keys = Uint8Array.from([1, 2]);
  await table.remember(
    'feed',
    ['2026-01-10T08', '2026-01-10T09'].map((bucket) => ({ ...chunk, id: 'x', bucket, keys })),
  );
  // The engine writes over its own buffer.
  keys[0] = 9;
  const found = await seenIn('feed');
  expect(found.map(({ bucket, keys: kept }) => [bucket, [...kept]])).toEqual([
    ['2026-01-10T09', [1, 2]],
    ['2026-01-10T08', [1, 2]],
  ]);
  expect(await seenIn('other')).toEqual([]);
});

test('a place without room is named', async () => {
  const write = async () => {
    const output = await openOutput('/dev/full');
    output.write('{}');
    await output.end();
  };

  await expect(write()).rejects.toThrow('--out /dev/full cannot be written: ENOSPC');
});
