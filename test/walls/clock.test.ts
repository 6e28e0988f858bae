import { expect, test } from 'vitest';
import { clocksIn } from './clock.ts';
import { filesBelow, textOf } from './tree.ts';

// The linter cannot forbid the clock and chance in rooms that only decide: there they come in as Effects.

const deciding = filesBelow('functions').filter(
  (path) => path.endsWith('.ts') && !/^functions\/shell\/|\/(rotate-)?handler\.ts$/.test(path),
);

test.each(deciding)('%s reads no clock and draws no random number', (path) => {
  expect(clocksIn(textOf(path))).toEqual([]);
});

test.each([
  'const now = Date.now();',
  'const half = Math.random() < 0.5;',
  'const began = performance.now();',
  'return new Date().toISOString();',
  'const id = randomUUID();',
  'const key = randomBytes(32);',
])('a planted violation is found: %s', (line) => {
  expect(clocksIn(`export const fine = new Date(0);\n${line}\n`)).toEqual([line]);
});
