import { expect, test } from 'vitest';
import { portOf } from '../../../../cli/ui/port.ts';

test.each([
  [undefined, 0],
  ['1', 1],
  ['8123', 8_123],
  ['65535', 65_535],
])('--port %s is %d', (text, port) => {
  expect(portOf(text)).toBe(port);
});

test.each(['', 'x', '0', '65536', '-1', '8.5', '1e3', ' 80', '000000080'])(
  '--port %j is refused, with what is wanted',
  (text) => {
    expect(() => portOf(text)).toThrow(JSON.stringify(text));
  },
);
