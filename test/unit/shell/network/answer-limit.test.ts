import { expect, test } from 'vitest';
import { answerLimit, weightOf } from '../../../../functions/shell/network/answer-limit.ts';

const MIB = 1024 * 1024;

test.each([
  ['256', 4],
  ['512', 20],
  ['1024', 52],
  ['10240', 64],
  [undefined, 64],
])('with %s MB of memory, answers may have %i MiB', (memoryMb, mebibytes) => {
  expect(answerLimit(memoryMb)).toBe(mebibytes * MIB);
});

test('a text weighs what it has, small values far more', () => {
  expect(weightOf(Buffer.from('x'.repeat(MIB)), 4 * MIB)).toBe(MIB);
  expect(weightOf(Buffer.from('[1]'.repeat(1_000)), 4 * MIB)).toBe(3_000 + 20 * 1_000);
  expect(weightOf(Buffer.from('{},'.repeat(MIB / 3)), 4 * MIB)).toBeGreaterThan(4 * MIB);
  expect(weightOf(Buffer.from('a,b\n'.repeat(MIB / 4)), 4 * MIB)).toBeGreaterThan(4 * MIB);
});

test('what is dense in one place only is counted where that decides', () => {
  const dense = '{},'.repeat(50_000);
  const body = Buffer.from(`${'x'.repeat(MIB)}${dense}${'x'.repeat(MIB)}`);

  expect(weightOf(body, 4 * MIB)).toBe(body.length + 20 * 100_000);
});
