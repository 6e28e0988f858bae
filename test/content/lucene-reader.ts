import { BlockList, isIP } from 'node:net';
import { type Event, textsAt } from '../../tools/content/sigma/evaluate/values.ts';

// A strict reader of Lucene's query strings: fields of type keyword and ip, phrases, wildcards, regular expressions, AND, OR, NOT and
// brackets. What it does not know is an error, so that no query passes because it was misread.

type Matches = (event: Event) => boolean;

/** A term ends at white space or a bracket; a backslash takes the meaning from the character behind it. */
const TOKEN =
  /\s*(?:(?<bracket>[()])|(?<word>AND|OR|NOT)(?=[\s(])|(?<all>\*:\*)|_exists_:(?<exists>[\w.@]+)|(?<field>[\w.@]+):(?:"(?<phrase>(?:[^"\\]|\\.)*)"|\/(?<regex>(?:[^/\\]|\\.)*)\/|(?<term>(?:[^\s()"/:\\<>]|\\.)+)))/suy;

type Token = Readonly<
  Partial<Record<'bracket' | 'word' | 'all' | 'exists' | 'field' | 'phrase' | 'regex' | 'term', string>>
>;

/** Reads a query. Keywords are compared with regard to case. */
export function readLucene(query: string): Matches {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let found = TOKEN.exec(query); found; found = TOKEN.exec(query)) {
    tokens.push(found.groups as Token);
    end = TOKEN.lastIndex;
  }
  if (query.slice(end).trim() !== '') throw new Error(`The query cannot be read from here: ${query.slice(end)}`);
  const matches = linked(tokens);
  if (tokens.length > 0) throw new Error(`The query goes on after its end: ${query}`);
  return matches;
}

/** Parts of one level are linked by AND alone or by OR alone: what stands between them otherwise is read in a surprising way. */
function linked(tokens: Token[]): Matches {
  const parts = [single(tokens)];
  const words = new Set<string>();
  while (tokens[0]?.word === 'AND' || tokens[0]?.word === 'OR') {
    words.add(tokens.shift()?.word ?? '');
    parts.push(single(tokens));
  }
  if (words.size > 1) throw new Error('AND and OR stand beside each other without brackets');
  return words.has('OR') ? (event) => parts.some((part) => part(event)) : (event) => parts.every((part) => part(event));
}

function single(tokens: Token[]): Matches {
  const { bracket, word, all, exists, field, phrase, regex, term } = tokens.shift() ?? {};
  if (word === 'NOT') {
    const part = single(tokens);
    return (event) => !part(event);
  }
  if (bracket === '(') {
    const inner = linked(tokens);
    if (tokens.shift()?.bracket !== ')') throw new Error('A bracket is not closed');
    return inner;
  }
  if (all !== undefined) return () => true;
  if (exists !== undefined) return (event) => textsAt(event, exists).length > 0;
  if (field === undefined) throw new Error('A part of the query is missing');
  const fits = phrase === undefined ? formTest(regex, term) : phraseTest(unescaped(phrase));
  return (event) => textsAt(event, field).some(fits);
}

/** A phrase is the whole value. Of addresses it may be a network. */
function phraseTest(phrase: string): (value: string) => boolean {
  const [network = '', prefix] = phrase.split('/');
  if (isIP(network) === 0 || prefix === undefined) return (value) => value === phrase;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return (value) => isIP(value) > 0 && list.check(value, isIP(value) === 6 ? 'ipv6' : 'ipv4');
}

function formTest(regex: string | undefined, term = ''): (value: string) => boolean {
  const source = regex === undefined ? wildcardSource(term) : javaScript(regex);
  const form = new RegExp(`^(?:${source})$`, 'su');
  return (value) => form.test(value);
}

/** A regular expression of Lucene: every character may be escaped there, in JavaScript only those with a meaning. */
function javaScript(regex: string): string {
  return regex.replaceAll(/\\(.)/gsu, (_, escaped: string) => quoted(escaped));
}

function wildcardSource(term: string): string {
  return [...term.matchAll(/\\(.)|(.)/gsu)]
    .map(([, escaped, plain = '']) => {
      if (escaped !== undefined) return quoted(escaped);
      return plain === '*' ? '.*' : plain === '?' ? '.' : quoted(plain);
    })
    .join('');
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gsu, '$1');
}

function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
}
