import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDemo } from '../../local/demo.ts';
import { preparePlaces } from '../../local/world.ts';

async function makeFolder(mode: number, ...names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of names) await writeFile(join(folder, name), '{}');
  await chmod(folder, mode);
  return folder;
}

async function modeOf(path: string) {
  return (await stat(path)).mode & 0o7777;
}

test.each([0o1777, 0o755])('a directory that others use is not closed to them (mode %o)', async (mode) => {
  const folder = await makeFolder(mode, 'index.html');
  await expect(preparePlaces(folder)).rejects.toThrow(`The directory ${folder} is open to others`);
  expect(await modeOf(folder)).toBe(mode);
});

test.each(['table', 'key.json', 'secrets.json'])(
  'a state directory with %s in it is closed to others',
  async (name) => {
    const folder = await makeFolder(0o755, name, 'notes.txt');
    await preparePlaces(folder);
    expect(await modeOf(folder)).toBe(0o700);
  },
);

test('an empty directory becomes a state directory', async () => {
  const folder = await makeFolder(0o755);
  await preparePlaces(folder);
  expect(await modeOf(folder)).toBe(0o700);
});

test('a private directory may hold other things', async () => {
  const folder = await makeFolder(0o700, 'index.html');
  await expect(preparePlaces(folder)).resolves.toMatchObject({ state: folder });
});

test.each([
  ['null', 'does not hold one JSON object'],
  ['["opensesame"]', 'does not hold one JSON object'],
  ['{"a": opensesame}', 'does not hold one JSON object'],
])('the simulators do not replace a secrets file of %s', async (content, problem) => {
  const places = await preparePlaces(await makeFolder(0o700));
  await writeFile(places.secrets, content);
  await expect(startDemo([], places)).rejects.toThrow(`The secrets file ${places.secrets} ${problem}.`);
  expect(await readFile(places.secrets, 'utf8')).toBe(content);
});

test('the simulators do not replace a secrets file that cannot be read', async () => {
  const places = await preparePlaces(await makeFolder(0o700));
  await mkdir(places.secrets);
  await expect(startDemo([], places)).rejects.toThrow(`The secrets file ${places.secrets} cannot be read (EISDIR).`);
});
