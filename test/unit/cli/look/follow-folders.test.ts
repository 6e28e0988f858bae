import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { followFolders } from '../../../../cli/tap/follow-folders.ts';
import { localFiles } from '../../../../cli/ui/data/events/event-files.ts';

const OBJECT = 'lake-1-2026-01-10-09-00-00-b';
const PIPE = 'lake-1-2026-01-10-08-00-00-a';

/** A folder of one day, in which a pipe lies that nobody writes. */
async function makeDay() {
  const out = await mkdtemp(join(tmpdir(), 'tidemark-follow-'));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  const source = join(out, 'lake', 'source=memory');
  const day = join(source, 'dt=2026-01-10');
  await mkdir(day, { recursive: true });
  const makePipe = () => expect(spawnSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(day, PIPE)]).status).toBe(0);
  return { out, source, day, makePipe };
}

test('of what appears, files are read, and a pipe is not', async () => {
  const { source, day, makePipe } = await makeDay();
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const found = followFolders([source], stop.signal, ready.resolve);

  const first = found.next();
  await ready.promise;
  makePipe();
  await writeFile(join(day, OBJECT), 'event\n');

  expect((await first).value).toBe('event\n');
  stop.abort();
  expect((await found.next()).done).toBe(true);
});

test('a pipe is none of the files with the last events', async () => {
  const { out, day, makePipe } = await makeDay();
  makePipe();
  await writeFile(join(day, OBJECT), 'event\n');

  const files = await localFiles(out, []).list({ id: 'lake' } as never);

  expect(files.map(({ path }) => path)).toEqual([join(day, OBJECT)]);
});
