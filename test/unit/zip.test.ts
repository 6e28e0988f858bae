import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import { afterEach, expect, test, vi } from 'vitest';
import { zip } from '../../lib/code/zip.ts';

const FILES = { 'b/two.txt': Buffer.from('two '.repeat(1_000)), 'a.txt': Buffer.from('one') };
/** Zips made by this one’s code on any machine are these bytes: functions are compared by them. */
const SHA_256 = '1044d816bd54f103e7960eff233d99064357b226642e05517a3cd0dbecb0b7d8';

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles'])(
  'the same files are the same zip at every time, in every order and in the time zone %s',
  (zone) => {
    vi.stubEnv('TZ', zone);

    expect(hashOf(zip(FILES))).toBe(SHA_256);
    expect(hashOf(zip(Object.fromEntries(Object.entries(FILES).toReversed())))).toBe(SHA_256);
  },
);

test('a zip holds its files, which everybody may read', () => {
  const zipped = zip(FILES);

  expect(Object.entries(unzipSync(zipped)).map(([name, bytes]) => [name, Buffer.from(bytes)])).toEqual([
    ['a.txt', FILES['a.txt']],
    ['b/two.txt', FILES['b/two.txt']],
  ]);
  // The attributes of the first entry of the central directory: a regular file, rw-r--r--.
  const entry = zipped.indexOf('PK\u0001\u0002');
  expect((zipped.readUInt32LE(entry + 38) >>> 16).toString(8)).toBe('100644');
});
