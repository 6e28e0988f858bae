import type { splunkFields } from './conf-reader.ts';

/** The values of an event by the names that Splunk gives to them. */
export type Fields = ReturnType<typeof splunkFields>;
type Matches = (fields: Fields) => boolean;

const TOKEN =
  /\s*(?:(?<bracket>[()])|(?<name>"(?:[^"\\]|\\.)+"|[\w.@:-]+)=(?<value>"(?:[^"\\]|\\.)*"|[^\s()]+)|(?<word>NOT|OR|AND)\b)/suy;

/** Reads a condition of the command `search`: fields with values, in which a star is a wildcard, NOT, OR and brackets. Nothing else. */
export function readSearch(text: string): Matches {
  const tokens = tokensOf(text);
  const matches = either(tokens);
  if (tokens.length > 0) throw new Error(`The search has too many brackets: ${text}`);
  return matches;
}

type Token = Readonly<Partial<Record<'bracket' | 'name' | 'value' | 'word', string>>>;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    tokens.push(found.groups as Token);
    end = TOKEN.lastIndex;
  }
  if (text.slice(end).trim() !== '') throw new Error(`The search cannot be read from here: ${text.slice(end)}`);
  return tokens;
}

function either(tokens: Token[]): Matches {
  const parts = [both(tokens)];
  while (takes(tokens, 'OR')) parts.push(both(tokens));
  return (fields) => parts.some((part) => part(fields));
}

function both(tokens: Token[]): Matches {
  const parts: Matches[] = [];
  while (tokens.length > 0 && tokens[0]?.bracket !== ')' && tokens[0]?.word !== 'OR') {
    if (!takes(tokens, 'AND')) parts.push(single(tokens));
  }
  if (parts.length === 0) throw new Error('A condition is missing in the search');
  return (fields) => parts.every((part) => part(fields));
}

function single(tokens: Token[]): Matches {
  if (takes(tokens, 'NOT')) {
    const part = single(tokens);
    return (fields) => !part(fields);
  }
  const token = tokens.shift();
  if (token?.bracket === '(') {
    const part = either(tokens);
    if (tokens.shift()?.bracket !== ')') throw new Error('A bracket is not closed in the search');
    return part;
  }
  const name = unquoted(token?.name ?? '');
  const form = formOf(unquoted(token?.value ?? ''));
  return (fields) => (fields[name] ?? []).some((value) => form.test(value));
}

function takes(tokens: Token[], word: string): boolean {
  if (tokens[0]?.word !== word) return false;
  tokens.shift();
  return true;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : text;
}

function formOf(value: string): RegExp {
  const parts = value.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'isu');
}
