import { seededRandom } from '../memory/random.ts';

/** Chance, decided by a seed, and what it can do to a text. */
export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    for (let throws = 0; throws < 4; throws++) this.#random();
  }

  upTo(end: number): number {
    return Math.floor(this.#random() * end);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)] as T;
  }

  /** The text with a few pieces cut out, doubled, replaced or put in: as hostile as what stands in for them. */
  mutate(text: string): string {
    let changed = text;
    for (let times = 1 + this.upTo(4); times > 0; times--) {
      const at = this.upTo(changed.length + 1);
      const length = this.pick([0, 1, 1, 2, 10, this.upTo(200)]);
      const piece = this.pick([
        () => '',
        () => this.pick(SPITEFUL),
        () => changed.slice(at, at + length).repeat(2),
        () => changed.slice(this.upTo(changed.length), this.upTo(changed.length)).slice(0, 200),
        () => String.fromCharCode(this.upTo(0x10000)),
      ])();
      changed = changed.slice(0, at) + piece + changed.slice(at + length);
    }
    return this.upTo(20) === 0 ? changed.slice(0, this.upTo(changed.length)) : changed;
  }
}

/** Pieces that break parsers. */
const SPITEFUL = [
  ...[
    '"',
    "'",
    '\\',
    '|',
    '=',
    ',',
    ';',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\0',
    '{',
    '}',
    '[',
    ']',
    ':',
    '""',
    '\\u0000',
    '\\ud800',
  ],
  ...[
    'null',
    'true',
    '-0',
    '1e400',
    '9'.repeat(400),
    '0x1',
    'NaN',
    '{}',
    '[]',
    '[[[[[[',
    '\ud800',
    '\udfff',
    '\u2028',
    '\ufeff',
  ],
  ...[
    '"__proto__":{"a":1},',
    '"constructor":1,',
    '"id":',
    '"date":"2099-01-01T00:00:00Z",',
    '1970-01-01T00:00:00Z',
    '9999-99-99',
  ],
  ...['%00', '..', '<html>', '🏴‍☠️', 'ﷺ', 'x'.repeat(5_000), '['.repeat(3_000), '-', '+', 'T', 'Z'],
];
