import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ownVersion } from '../../../functions/shell/own-code.ts';

test.each([
  ['is not known where the environment does not say it', undefined, undefined],
  ['is taken as it is where it has a hash already', '0.1.0+0123456789ab', '0.1.0+0123456789ab'],
])('the version of a function %s', async (_, told, version) => {
  expect(await ownVersion(told)).toBe(version);
});

test('the version of a function has the beginning of the hash of the file in which it runs', async () => {
  const file = readFileSync(new URL('../../../functions/shell/own-code.ts', import.meta.url));
  const hash = createHash('sha256').update(file).digest('hex');

  expect(await ownVersion('0.1.0')).toBe(`0.1.0+${hash.slice(0, 12)}`);
});
