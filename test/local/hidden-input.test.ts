import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { askHidden, type Terminal } from '../../cli/views/hidden-input.ts';

/** A terminal on which somebody types, chunk by chunk, as soon as it listens. */
function typing(...chunks: string[]) {
  const said: string[] = [];
  const raw: boolean[] = [];
  const events = new EventEmitter();
  const terminal = Object.assign(events, {
    setRawMode: (on: boolean) => raw.push(on),
    setEncoding: () => undefined,
    resume: () => queueMicrotask(() => chunks.forEach((chunk) => void events.emit('data', chunk))),
    pause: () => undefined,
  }) as unknown as Terminal;
  return { said, raw, events, answer: askHidden('token: ', terminal, (text) => void said.push(text)) };
}

test.each([
  [['s3cret\r'], 's3cret'],
  // Typed key by key, with a slip.
  [['s', '3', 'x', '\u007f', 'c', '\r'], 's3c'],
  [['a\ud83d\ude00', '\b', 'b\n'], 'ab'],
  // The line break of the line before is still on its way.
  [['\n', 'next\r\n'], 'next'],
  [['no line break\u0004'], 'no line break'],
])('%j is %j', async (chunks, value) => {
  const { said, raw, events, answer } = typing(...chunks);

  expect(await answer).toBe(value);
  // Nothing of it is shown, and the terminal is as it was.
  expect(said).toEqual(['token: ', '\n']);
  expect(raw).toEqual([true, false]);
  expect(events.listenerCount('data')).toBe(0);
});

test.each(['\u0003', 'half\u0003', '\u0004'])('%j stores nothing, and leaves the terminal as it was', async (keys) => {
  const { raw, answer } = typing(keys);

  await expect(answer).rejects.toThrow('Nothing was stored.');
  expect(raw).toEqual([true, false]);
});
