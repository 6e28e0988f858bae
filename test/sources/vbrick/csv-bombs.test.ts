import { expect, test } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { isSnapshot, type Page, type Stream } from '../../../functions/core/model.ts';
import { COLUMNS } from '../../../functions/sources/vbrick/answers/columns.ts';
import { source } from '../../../functions/sources/vbrick/source.ts';
import { goldenCases } from '../../../tools/golden.ts';

const stream = source.streams.find((one): one is Stream => !isSnapshot(one) && one.name === 'user-access') as Stream;
const { connection } = (goldenCases(source)[0] as ReturnType<typeof goldenCases>[number]).feed;
const HEADER = COLUMNS.join();

/** What a stream makes of it: rows, or a clear no. Anything else that is thrown breaks the test. */
function read(text: string): Page | UnreadableError {
  const asked = stream.first({ from: 0, to: 1_000_000 }, connection);
  try {
    return stream.read({ status: 200, headers: { 'content-type': 'text/csv' }, text }, asked);
  } catch (thrown) {
    if (thrown instanceof UnreadableError) return thrown;
    throw thrown;
  }
}

test.each([
  ['a quote that is never closed', `${HEADER}\r\n"${'a,\r\n'.repeat(100_000)}`],
  ['a hundred thousand columns', `${HEADER}\r\n${'a,'.repeat(100_000)}\r\n`],
  ['a header of a hundred thousand columns', `${'column,'.repeat(100_000)}\r\na\r\n`],
  ['a cell of eight megabytes', `${HEADER}\r\n"${'x'.repeat(8_000_000)}",${'b,'.repeat(COLUMNS.length - 2)}c\r\n`],
  ['nothing but quotes', `${HEADER}\r\n${'"'.repeat(200_001)}\r\n`],
  ['nothing but line ends', `${HEADER}${'\r\n'.repeat(500_000)}`],
  ['NULs in all places', `${HEADER}\r\n\0"\0",\0,\0\r\n`],
  ['formulas', `${HEADER}\r\n=cmd|' /C calc'!A0,@SUM(1),+1,-1\r\n`],
])(
  '%s: rows or a clear error, in a moment',
  (_, text) => {
    const page = read(text);

    // Whatever was a row is kept to the letter, and none is made up out of nothing.
    if (page instanceof UnreadableError) expect(page.message.length).toBeLessThan(2_000);
    else expect(page.rows.length).toBeLessThan(200_000);
  },
  20_000,
);
