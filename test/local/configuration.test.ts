import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECOND } from '../../functions/core/time.ts';
import { chooseFeeds, readConfig } from '../../local/configuration.ts';
import { memorySource, memoryStream } from '../memory/source.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-configuration-'));
});

afterAll(() => rm(folder, { recursive: true }));

it('refuses a startFrom in the future, and names its path', async () => {
  const file = join(folder, 'tidemark.json');
  const sources = [memorySource([memoryStream('events', SECOND, false)])];
  const starting = (startFrom: string) => ({
    connections: [{ id: 'acme', source: 'memory', streams: { events: { startFrom } } }],
    destinations: [{ id: 'lake', type: 's3', format: 'ecs' }],
  });

  await writeFile(file, JSON.stringify(starting('2199-01-01T00:00:00Z')));
  await expect(readConfig(file, sources)).rejects.toThrow(
    '$.connections[0].streams.events.startFrom: there is "2199-01-01T00:00:00Z", wanted a time in the past',
  );
  await writeFile(file, JSON.stringify(starting('2020-01-01T00:00:00Z')));
  expect((await readConfig(file, sources))?.connections).toHaveLength(1);
});

it('reads a file with a byte order mark, as some editors write it', async () => {
  const file = join(folder, 'marked.json');
  const destinations = [{ id: 'lake', type: 's3', format: 'ecs' }];
  const sources = [memorySource([memoryStream('events', SECOND, false)])];
  await writeFile(file, `\uFEFF${JSON.stringify({ connections: [{ id: 'acme', source: 'memory' }], destinations })}`);
  expect((await readConfig(file, sources))?.connections).toHaveLength(1);
});

it('does not show credentials that stand where the name of their secret belongs', async () => {
  const file = join(folder, 'misplaced.json');
  const connections = [{ id: 'acme', source: 'memory', secret: { token: 'EXAMPLE-7f3e9d1c' } }];
  const destinations = [{ id: 'lake', type: 's3', format: 'ecs' }];
  await writeFile(file, JSON.stringify({ connections, destinations }));

  const reading = readConfig(file, [memorySource([memoryStream('events', SECOND, false)])]);

  await expect(reading).rejects.toThrow('$.connections[0].secret: there is something that is not shown, wanted');
  await expect(reading).rejects.not.toThrow('EXAMPLE');
});

it.each([
  ['*', true],
  ['memory/*', true],
  ['*/acme', true],
  ['m*v*/a*e', true],
  ['memory/events/acme', true],
  ['memory/events/acme*acme', false],
  ['events', false],
  ['memory.events.acme', false],
  // A regular expression made of these would need years.
  [`${'*'.repeat(200)}!`, false],
  [`${'*e'.repeat(200)}!`, false],
])('chooses feeds by a pattern with asterisks: %s', async (pattern, isChosen) => {
  const file = join(folder, 'chosen.json');
  const sources = [memorySource([memoryStream('events', SECOND, false)])];
  const destinations = [{ id: 'lake', type: 's3', format: 'ecs' }];
  await writeFile(file, JSON.stringify({ connections: [{ id: 'acme', source: 'memory' }], destinations }));
  const config = await readConfig(file, sources);
  if (!config) throw new Error('the file is there');

  const choosing = () => chooseFeeds(config, sources, pattern).map(({ feed }) => feed.name);

  if (isChosen) expect(choosing()).toEqual(['memory/events/acme']);
  else expect(choosing).toThrow('No enabled feed fits');
});
