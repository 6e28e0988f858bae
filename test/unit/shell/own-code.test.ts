import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ownVersion } from '../../../functions/shell/own-code.ts';
import { VERSION } from '../../../functions/shell/version.ts';

test('the version of a function is what the environment says, if it says one', async () => {
  expect(await ownVersion('0.1.0+0123456789ab')).toBe('0.1.0+0123456789ab');
});

test('the version of a function has the beginning of the hash of the file in which it runs', async () => {
  const file = readFileSync(new URL('../../../functions/shell/own-code.ts', import.meta.url));
  const hash = createHash('sha256').update(file).digest('hex');

  expect(await ownVersion(undefined)).toBe(`${VERSION}+${hash.slice(0, 12)}`);
});
