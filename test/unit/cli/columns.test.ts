import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { columns } from '../../../cli/views/columns.ts';
import { paint, unpainted } from '../../../cli/views/paint.ts';

test('numbers stand to the right, texts to the left, whatever their script', () => {
  const text = columns(
    ['name', 'events'],
    [
      ['太郎', 1_234],
      ['e\u0301', 5],
      ['👍🏽 family', '-'],
    ],
    undefined,
  );

  expect(unpainted(text).split('\n')).toEqual([
    'name       events',
    '太郎        1,234',
    '\u00e9               5',
    '👍🏽 family       -',
  ]);
});

test.each([60, 80, 120])('a table of long texts fits a terminal of %i columns, and leaves nothing out', (width) => {
  const rows = [
    ['memory/events/acme', '太郎'.repeat(40), 12, 'x'.repeat(90)],
    ['short', 'two words', 3, '👍🏽 '.repeat(30)],
  ];

  const lines = unpainted(columns(['feed', 'name', 'n', 'error'], rows, width)).split('\n');

  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  const letters = lines.join('').replaceAll(' ', '');
  expect(letters.match(/太/g)).toHaveLength(40);
  expect(letters.match(/x/g)).toHaveLength(90);
  expect(letters.match(/👍🏽/gu)).toHaveLength(30);
});

test('a painted cell is as wide as its text', () => {
  const [plain, coloured] = [columns(['a', 'b'], [['bad', 'x']]), columns(['a', 'b'], [[paint('bad', 'bad'), 'x']])];

  expect(unpainted(coloured)).toBe(unpainted(plain));
});
