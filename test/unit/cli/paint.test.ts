import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, expect, test, vi } from 'vitest';
import { paint, painted, paintOf } from '../../../cli/views/paint.ts';
import { cleanLines } from '../../../functions/core/events/excerpt.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const { getColorDepth } = WriteStream.prototype;
const terminal = Object.assign(new PassThrough(), { isTTY: true, getColorDepth }) as unknown as WriteStream;
const pipe = Object.assign(new PassThrough(), { isTTY: false }) as unknown as WriteStream;

test('a colour reaches a terminal, and the colour of a vendor does not', () => {
  vi.stubEnv('FORCE_COLOR', '1');
  const shown = painted(`${paint('bad', 'failed\x1b[32m')} \x1b[31mred\x1b[0m`, terminal, cleanLines);

  expect(shown).toBe('\x1b[31mfailed [32m\x1b[39m  [31mred [0m');
});

test.each([
  ['a pipe', pipe, {}],
  ['NO_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: undefined }],
])('%s gets no colour', (_, stream, environment) => {
  vi.stubEnv('FORCE_COLOR', undefined);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value as string | undefined);

  expect(painted(`a ${paint('good', 'well')} b`, stream, cleanLines)).toBe('a well b');
});

test('what looks like a mark is text', () => {
  expect(painted('<0011223344556677:bad>text', terminal, cleanLines)).toBe('<0011223344556677:bad>text');
  expect(paintOf('<0011223344556677:bad>text')).toBeUndefined();
  expect(paintOf(paint('warn', 'x'))).toBe('warn');
});
