import type { FrameFaults } from '../faults.ts';

/** A row before it is written. */
export type Row = object;

type Oddity = (row: Row, time: string, mark: string) => string;

const DEEP = 10_000;
const DEFAULT_OVERSIZE_BYTES = 1_100_000;

/** Each makes the text of one hostile row. The mark makes every row different, so that a lost one can be named. */
const ODDITIES: readonly Oddity[] = [
  (row, _time, mark) => write({ ...row, id: undefined, mark }),
  (row, _time, mark) => write({ ...row, id: null, mark }),
  (row, _time, mark) => write({ ...row, id: Number(mark) }),
  (row, _time, mark) => write({ ...row, id: '', mark }),
  (row, _time, mark) => write({ ...row, id: 'x'.repeat(5000), mark }),
  (row, time, mark) => write({ ...row, [time]: undefined, mark }),
  (row, time, mark) => write({ ...row, [time]: null, mark }),
  (row, time, mark) => write({ ...row, [time]: '1970-01-01T00:00:00.000000Z', mark }),
  (row, time, mark) => write({ ...row, [time]: '2099-12-31T23:59:59.999999Z', mark }),
  (row, time, mark) => write({ ...row, [time]: '31/02/2026 25:61', mark }),
  (row, time, mark) => write({ ...row, [time]: 1_768_039_260_123, mark }),
  (row, time, mark) => write({ ...row, [time]: textAt(row, time).replace('Z', ''), mark }),
  (row, time, mark) => write({ ...row, [time]: textAt(row, time).replace('Z', '+00:00'), mark }),
  (row, time, mark) => write({ ...row, [time]: textAt(row, time).replace(/\.\d+Z/, 'Z'), mark }),
  (row, time, mark) => write({ ...every(row, () => null), id: mark, [time]: textAt(row, time) }),
  (row, time, mark) => write({ ...every(row, () => 42), id: mark, [time]: textAt(row, time) }),
  (row, time, mark) => write({ ...every(row, () => ['a', { b: true }]), id: mark, [time]: textAt(row, time) }),
  (row, time, mark) => write({ ...every(row, () => ({ deeper: {} })), id: mark, [time]: textAt(row, time) }),
  (row, time, mark) => write({ ...every(row, hostile('Nul\u0000l')), id: mark, [time]: textAt(row, time) }),
  (row, time, mark) => write({ ...every(row, hostile('Half \ud83d of \udc00')), id: mark, [time]: textAt(row, time) }),
  (row, time, mark) =>
    write({ ...every(row, hostile('CR\r\nLF\u2028\u202e\u001b[31m|a=b\\"')), id: mark, [time]: textAt(row, time) }),
  (row, _time, mark) =>
    extend(
      write({ ...row, mark }),
      '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"x"',
    ),
  (row, _time, mark) =>
    extend(write({ ...row, mark }), '"distance":123456789012345678901234567890,"tooLarge":1e400,"tooSmall":-1e-400'),
  (row, _time, mark) => extend(write({ ...row, mark }), `"deep":${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
  (row, _time, mark) => extend(write({ ...row, mark }), '"kind":"said twice","":"no name"'),
  (_row, _time, mark) => write({ mark }),
  (_row, _time, mark) => write(`only text ${mark}`),
  (_row, _time, mark) => write([mark]),
  (_row, _time, mark) => mark,
];

/** Number of kinds of odd rows. */
export const ODDITY_COUNT = ODDITIES.length;

/** The faults that change the text of rows. */
export type RowFaults = Pick<FrameFaults, 'odd' | 'oversized'>;

/** The text of a row. Odd and oversized rows have fixed numbers: a row is the same at every reading. */
export function rowText(row: Row, number: number, fields: { time: string; filled: string }, faults: RowFaults): string {
  const { odd, oversized } = faults;
  if (odd && number % odd.every === 0) {
    const oddity = ODDITIES[Math.floor(number / odd.every) % ODDITIES.length] as Oddity;
    return oddity(row, fields.time, String(number));
  }
  if (!oversized || number % oversized.every !== 0) return write(row);
  const word = `${number} `;
  const filler = word.repeat(Math.ceil((oversized.bytes ?? DEFAULT_OVERSIZE_BYTES) / word.length));
  return write({ ...row, [fields.filled]: filler });
}

function textAt(row: Row, field: string): string {
  return String((row as Readonly<Record<string, unknown>>)[field]);
}

function every(row: Row, change: (value: unknown) => unknown): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]));
}

function hostile(words: string): (value: unknown) => unknown {
  return (value) => (typeof value === 'string' ? `${words} ${value}` : value);
}

const write: (value: unknown) => string = JSON.stringify;

/** Adds members that no JavaScript object can have to the text of an object. */
function extend(text: string, members: string): string {
  return `${text.slice(0, -1)},${members}}`;
}
