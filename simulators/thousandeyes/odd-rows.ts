import type { EventContent } from './event-content.ts';
import { stamp } from './event-content.ts';

const DEEP = 10_000;

type Oddity = (content: EventContent, date: string, mark: string) => string;

/** Each makes the text of one hostile row. The mark makes every row different, so that a lost one can be named. */
const ODDITIES: readonly Oddity[] = [
  (content, _date, mark) => write({ ...content, mark }),
  (content, _date, mark) => write({ ...content, date: null, mark }),
  (content, _date, mark) => write({ ...content, date: '1970-01-01T00:00:00Z', mark }),
  (content, _date, mark) => write({ ...content, date: '2099-12-31T23:59:59Z', mark }),
  (content, _date, mark) => write({ ...content, date: '31/02/2026 25:61', mark }),
  (content, _date, mark) => write({ ...content, date: 1_768_039_260, mark }),
  (content, date, mark) => write({ ...content, date, aid: Number(content.aid), uid: Number(content.uid ?? 0), mark }),
  (content, date, mark) => write({ ...content, date, event: 42, user: ['a', { b: true }], resources: 'none', mark }),
  (content, date, mark) => write({ ...content, date, resources: [null, 7, [], { type: null }, { name: {} }], mark }),
  (content, date, mark) => write({ ...content, date, event: null, user: null, ipAddress: null, resources: null, mark }),
  (content, date, mark) =>
    write({ ...content, date, user: `Nul\u0000l (${mark}\u0000@example.com)`, event: 'Login\u0000 failed.' }),
  (content, date, mark) => write({ ...content, date, user: `Half \ud83d of \udc00 (${mark}@example.com)` }),
  (content, date, mark) =>
    write({
      ...content,
      date,
      user: `CR\r\nLF\u2028\u202e\u001b[31m (${mark}@example.com)`,
      ipAddress: 'not an address',
    }),
  (content, date, mark) =>
    extend(
      write({ ...content, date, mark }),
      '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"x"',
    ),
  (content, date, mark) =>
    extend(
      write({ ...content, date, mark }),
      '"uid":123456789012345678901234567890,"tooLarge":1e400,"tooSmall":-1e-400',
    ),
  (content, date, mark) => extend(write({ ...content, date, mark }), `"deep":${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
  (content, date, mark) => extend(write({ ...content, date, mark }), '"event":"Said twice.","":"no name"'),
  (_content, _date, mark) => write({ mark }),
  (_content, _date, mark) => write(`only text ${mark}`),
  (_content, _date, mark) => write([mark]),
  (_content, _date, mark) => String(Number(mark)),
];

/** A hostile row in place of an ordinary one. */
export function oddText(content: EventContent, time: number, id: number, turn: number): string {
  const oddity = ODDITIES[turn % ODDITIES.length] as Oddity;
  return oddity(content, stamp(time), String(id));
}

/** Number of kinds of odd rows. */
export const ODDITY_COUNT = ODDITIES.length;

/** A row with at least this number of bytes. */
export function oversizedText(content: EventContent, time: number, id: number, bytes: number): string {
  const filler = `${id} `.repeat(Math.ceil(bytes / (String(id).length + 1)));
  return write({ ...content, date: stamp(time), resources: [{ type: 'testName', name: filler }] });
}

const write: (value: unknown) => string = JSON.stringify;

/** Adds members that no JavaScript object can have to the text of an object. */
function extend(text: string, members: string): string {
  return `${text.slice(0, -1)},${members}}`;
}
