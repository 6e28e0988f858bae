import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { type Check, checkOf, inOrder } from '../../../cli/doctor/check.ts';
import { sayChecks } from '../../../cli/doctor/say-checks.ts';
import { unpainted } from '../../../cli/views/paint.ts';

const made = (subject: string, check: string, ok: boolean): Check => {
  return { subject, check, ok, found: `${check} of ${subject}`, remedy: ok ? '' : `Mend ${check}.` };
};

test('what is to be mended first comes first, and what is well stands together', () => {
  const checks = [
    made('a', 'last-run', false),
    made('b', 'secret', true),
    made('a', 'sign-in', false),
    made('c', 'order', true),
    made('b', 'state', true),
    made('d', 'secret', false),
    made('e', 'a check of tomorrow', false),
  ];

  expect(inOrder(checks).map(({ subject, check }) => `${subject} ${check}`)).toEqual([
    'd secret',
    'a sign-in',
    'a last-run',
    'e a check of tomorrow',
    'b state',
    'b secret',
    'c order',
  ]);
});

test('checks that wait are named with what they wait for, a few of many', () => {
  const waiting = Array.from({ length: 10 }, (_, at) => `n${at}`);

  const { found } = checkOf({ subject: 'a', check: 'secret', ok: false, found: 'none', remedy: 'x', waiting });

  expect(found).toBe('none (not checked because of that: n0, n1, n2, n3, n4, n5, n6, n7 and 2 more)');
});

test('the list is one line a check, with what to do below a red one', () => {
  const text = unpainted(sayChecks([made('a', 'secret', false), made('b', 'order', true)], undefined));

  expect(text.split('\n')).toEqual([
    'RED  a  secret: secret of a',
    '     what to do: Mend secret.',
    'ok   b  order: order of b',
    '',
    'One of 2 checks is red.',
  ]);
});

test('what a vendor has written is cleaned, and broken to fit the terminal', () => {
  const hostile = { ...made('a', 'secret', false), found: `\u001b[2J${'太郎'.repeat(60)}\u202e` };

  const lines = unpainted(sayChecks([hostile], 60)).split('\n');

  expect(lines.join('')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(60);
  expect(lines.at(-1)).toBe('The check is red, and nothing else could be checked.');
});
