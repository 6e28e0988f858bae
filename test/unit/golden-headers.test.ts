import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerAt } from '../../tools/golden.ts';

test('the headers of a golden answer stand in a file beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-golden-'));
  const link = '<https://api.example.com/log?after=1>; rel="next"';
  writeFileSync(join(folder, 'paged.json'), '[]');
  writeFileSync(join(folder, 'paged.headers.json'), JSON.stringify({ link }));
  writeFileSync(join(folder, 'plain.csv'), 'a,b\n');

  const [paged, plain] = [answerAt(join(folder, 'paged'), '.json'), answerAt(join(folder, 'plain'), '.csv')];
  rmSync(folder, { recursive: true });

  expect(paged).toEqual({ status: 200, headers: { 'content-type': 'application/json', link }, text: '[]' });
  expect(plain).toEqual({ status: 200, headers: { 'content-type': 'text/csv' }, text: 'a,b\n' });
});
