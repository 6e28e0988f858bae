import type { Expression } from './rule.ts';
import type { Place } from './rule-error.ts';

/** The selections of a detection by their names. */
export type Selections = ReadonlyMap<string, Expression>;

interface Parsed {
  readonly expression: Expression;
  /** The selections that the condition names. */
  readonly used: ReadonlySet<string>;
}

/** Reads a condition, such as `selection and not 1 of filter_*`. `not` binds closest, then `and`, then `or`. */
export function parseCondition(place: Place, text: string, selections: Selections): Parsed {
  const reader = new ConditionReader(place, text, selections);
  return { expression: reader.readAll(), used: reader.used };
}

class ConditionReader {
  readonly used = new Set<string>();
  readonly #place: Place;
  readonly #selections: Selections;
  readonly #words: string[];

  constructor(place: Place, text: string, selections: Selections) {
    this.#place = place;
    this.#selections = selections;
    this.#words = text.match(/[()]|[^\s()]+/g) ?? [];
  }

  readAll(): Expression {
    const expression = this.#either();
    if (this.#words.length > 0) throw this.#error(`“${this.#words[0]}” stands where nothing is expected`);
    return expression;
  }

  #either(): Expression {
    return this.#linked('or', () => this.#both());
  }

  #both(): Expression {
    return this.#linked('and', () => this.#negated());
  }

  #linked(kind: 'and' | 'or', read: () => Expression): Expression {
    const of = [read()];
    while (this.#takes(kind)) of.push(read());
    return of.length === 1 ? (of[0] as Expression) : { kind, of };
  }

  #negated(): Expression {
    return this.#takes('not') ? { kind: 'not', of: this.#negated() } : this.#single();
  }

  #single(): Expression {
    if (this.#takes('(')) {
      const inner = this.#either();
      if (!this.#takes(')')) throw this.#error('A bracket is not closed');
      return inner;
    }
    const word = this.#words.shift();
    if (word === undefined) throw this.#error('It ends where a selection is expected');
    if ((word === '1' || word === 'all') && this.#takes('of')) return this.#several(word);
    return this.#selection(word);
  }

  /** `1 of selection_*`, `all of them`. Selections whose names begin with an underscore are not among them. */
  #several(how: '1' | 'all'): Expression {
    const pattern = this.#words.shift() ?? '';
    const form = new RegExp(`^${pattern.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
    const names = [...this.#selections.keys()].filter((name) =>
      pattern === 'them' ? !name.startsWith('_') : form.test(name),
    );
    if (names.length === 0) throw this.#error(`No selection fits “${pattern}”`);
    const of = names.map((name) => this.#selection(name));
    return of.length === 1 ? (of[0] as Expression) : { kind: how === '1' ? 'or' : 'and', of };
  }

  #selection(name: string): Expression {
    const found = this.#selections.get(name);
    if (!found) throw this.#error(`There is no selection “${name}”`);
    this.used.add(name);
    return found;
  }

  #takes(word: string): boolean {
    if (this.#words[0] !== word) return false;
    this.#words.shift();
    return true;
  }

  #error(what: string): Error {
    const names = [...this.#selections.keys()].join(', ');
    return this.#place.error(what, `The selections are ${names || 'none'}; and, or, not and brackets link them.`);
  }
}
