import type { Fields } from './search-reader.ts';

/** What an expression gives: a text, several, a number, a truth, or nothing. */
type Value = string | number | boolean | readonly string[] | null;
type Eval = (fields: Fields) => Value;

const TOKEN =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*")|'(?<field>[^']+)'|(?<number>\d+)|(?<sign><=|>=|!=|==|[=<>.,()+-])|(?<word>\w+))/suy;

/** Reads an expression of `eval`, with the functions that the add-on uses. What is compared with nothing is neither true nor false. */
export function readEval(text: string): Eval {
  const reader = new Reader(text);
  const read = reader.either();
  reader.end();
  return read;
}

type Token = Readonly<Partial<Record<'text' | 'field' | 'number' | 'sign' | 'word', string>>>;

class Reader {
  readonly #text: string;
  readonly #tokens: Token[] = [];

  constructor(text: string) {
    this.#text = text;
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
      this.#tokens.push(found.groups as Token);
      end = TOKEN.lastIndex;
    }
    if (text.slice(end).trim() !== '') throw new Error(`The expression cannot be read from here: ${text.slice(end)}`);
  }

  end(): void {
    if (this.#tokens.length > 0) throw new Error(`The expression goes on after its end: ${this.#text}`);
  }

  either(): Eval {
    const parts = [this.#both()];
    while (this.#takesWord('OR')) parts.push(this.#both());
    return parts.length === 1 ? (parts[0] as Eval) : (fields) => anyOf(parts.map((part) => part(fields)));
  }

  #both(): Eval {
    const parts = [this.#negated()];
    while (this.#takesWord('AND')) parts.push(this.#negated());
    if (parts.length === 1) return parts[0] as Eval;
    return (fields) => negate(anyOf(parts.map((part) => negate(part(fields)))));
  }

  #negated(): Eval {
    if (!this.#takesWord('NOT')) return this.#compared();
    const part = this.#negated();
    return (fields) => negate(part(fields));
  }

  #compared(): Eval {
    const left = this.#joined();
    const sign = this.#tokens[0]?.sign ?? '';
    if (!Object.hasOwn(COMPARE, sign)) return left;
    this.#tokens.shift();
    const right = this.#joined();
    return (fields) => {
      const [one, other] = [left(fields), right(fields)];
      return one === null || other === null ? null : (COMPARE[sign] as (typeof COMPARE)[string])(one, other);
    };
  }

  #joined(): Eval {
    const parts = [this.#sum()];
    while (this.#takesSign('.')) parts.push(this.#sum());
    if (parts.length === 1) return parts[0] as Eval;
    return (fields) => {
      const values = parts.map((part) => part(fields));
      return values.includes(null) ? null : values.join('');
    };
  }

  #sum(): Eval {
    const parts = [{ sign: 1, part: this.#primary() }];
    while (this.#tokens[0]?.sign === '+' || this.#tokens[0]?.sign === '-')
      parts.push({ sign: this.#tokens.shift()?.sign === '+' ? 1 : -1, part: this.#primary() });
    if (parts.length === 1) return (parts[0] as (typeof parts)[number]).part;
    return (fields) => {
      const values = parts.map(({ sign, part }) => [sign, part(fields)] as const);
      return values.some(([, value]) => value === null)
        ? null
        : values.reduce((sum, [sign, value]) => sum + sign * Number(value), 0);
    };
  }

  #primary(): Eval {
    const { text, field, number, sign, word } = this.#tokens.shift() ?? {};
    if (text !== undefined) return () => text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
    if (number !== undefined) return () => Number(number);
    if (field !== undefined) return (fields) => fieldValue(fields[field]);
    if (sign === '(') {
      const inner = this.either();
      this.#close();
      return inner;
    }
    if (word !== undefined && this.#tokens[0]?.sign !== '(') return (fields) => fieldValue(fields[word]);
    const call = FUNCTIONS[word ?? ''];
    if (!call || !this.#takesSign('(')) throw new Error(`${word ?? sign} is not known: ${this.#text}`);
    const parts: Eval[] = [];
    while (this.#tokens[0]?.sign !== ')') {
      parts.push(this.either());
      if (!this.#takesSign(',')) break;
    }
    this.#close();
    return (fields) => call(parts.map((part) => part(fields)));
  }

  #close(): void {
    if (!this.#takesSign(')')) throw new Error(`A bracket is not closed: ${this.#text}`);
  }

  #takesSign(sign: string): boolean {
    return this.#tokens[0]?.sign === sign && this.#tokens.shift() !== undefined;
  }

  #takesWord(word: string): boolean {
    return this.#tokens[0]?.word === word && this.#tokens.shift() !== undefined;
  }
}

const COMPARE: Readonly<Record<string, (one: Value, other: Value) => boolean>> = {
  '=': (one, other) => String(one) === String(other),
  '!=': (one, other) => String(one) !== String(other),
  '>=': (one, other) => Number(one) >= Number(other),
  '<=': (one, other) => Number(one) <= Number(other),
  '>': (one, other) => Number(one) > Number(other),
};

const FUNCTIONS: Readonly<Record<string, (values: readonly Value[]) => Value>> = {
  null: () => null,
  true: () => true,
  false: () => false,
  coalesce: (values) => values.find((value) => value !== null) ?? null,
  if: ([condition = null, yes = null, no = null]) => (condition === true ? yes : no),
  case: (values) => values.find((_, at) => at % 2 === 1 && values[at - 1] === true) ?? null,
  isnull: ([value = null]) => value === null,
  isnotnull: ([value = null]) => value !== null,
  lower: ([value = null]) => (value === null ? null : String(value).toLowerCase()),
  match: ([value = null, form]) => (value === null ? null : regex(form).test(String(value))),
  like: ([value = null, form = null]) =>
    value === null || form === null ? null : like(String(form)).test(String(value)),
  replace: ([value = null, form, by]) => (value === null ? null : String(value).replace(regex(form), String(by))),
  mvfind: ([value = null, form]) => {
    const at = [value].flat().findIndex((one) => one !== null && regex(form).test(String(one)));
    return at === -1 ? null : at;
  },
  mvindex: ([value = null, at]) => ([value].flat() as string[])[Number(at)] ?? null,
  mvappend: (values) => {
    const texts = values.flat().filter((value) => value !== null);
    return texts.length === 0 ? null : texts.map(String);
  },
};

function fieldValue(values: readonly string[] | undefined): Value {
  return values === undefined || values.length === 0 ? null : values.length === 1 ? (values[0] as string) : values;
}

function anyOf(values: readonly Value[]): Value {
  if (values.includes(true)) return true;
  return values.includes(null) ? null : false;
}

function negate(value: Value): Value {
  return value === null ? null : value !== true;
}

/** A regular expression of PCRE that begins with flags, such as `(?si)`. */
function regex(form: Value | undefined): RegExp {
  const { flags = '', source = '' } = /^(?:\(\?(?<flags>[a-z]+)\))?(?<source>.*)$/s.exec(String(form))?.groups ?? {};
  return new RegExp(source.replaceAll(/\\(.)/gsu, escaped), `u${flags}`);
}

/** PCRE takes a backslash before every character without a meaning, JavaScript does not. */
function escaped(whole: string, character: string): string {
  return /[\w\\^$.*+?()[\]{}|/]/.test(character) ? whole : character;
}

function like(form: string): RegExp {
  const source = form
    .replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'su');
}
