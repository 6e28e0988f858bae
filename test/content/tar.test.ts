import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { tarball } from '../../tools/content/tar.ts';

const FILES = { 'app/default/b.conf': 'ä\n', 'app/README.md': 'x'.repeat(512), 'app/default/a.conf': '' };

test('another tar reads the names, modes and sizes, and finds nothing of this machine', () => {
  const listed = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--gzip', '--utc'], {
    input: tarball(FILES),
  });
  expect(
    listed
      .toString()
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ')),
  ).toEqual([
    'drwxr-xr-x 0/0 0 1970-01-01 00:00 app/',
    'drwxr-xr-x 0/0 0 1970-01-01 00:00 app/default/',
    '-rw-r--r-- 0/0 512 1970-01-01 00:00 app/README.md',
    '-rw-r--r-- 0/0 0 1970-01-01 00:00 app/default/a.conf',
    '-rw-r--r-- 0/0 3 1970-01-01 00:00 app/default/b.conf',
    '',
  ]);
});

test('holds the content', () => {
  const read = execFileSync('tar', ['--extract', '--gzip', '--to-stdout', 'app/default/b.conf'], {
    input: tarball(FILES),
  });
  expect(read.toString()).toBe('ä\n');
});

test('is the same for the same files in another order', () => {
  const turned = Object.fromEntries(Object.entries(FILES).toReversed());
  expect(tarball(turned)).toEqual(tarball(FILES));
  expect(tarball(FILES).subarray(4, 10).toString('hex')).toMatch(/^00000000..ff$/);
  expect(gunzipSync(tarball(FILES)).length % 512).toBe(0);
});

test('refuses a name that the form does not hold', () => {
  expect(() => tarball({ [`${'n'.repeat(101)}`]: '' })).toThrow('at most 100 bytes');
});
