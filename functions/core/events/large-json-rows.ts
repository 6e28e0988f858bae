import { UnreadableError } from '../errors.ts';
import type { Answer, Row } from '../model.ts';
import { excerpt } from './excerpt.ts';

const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What every row comes from: the answer's text, and the headers that say what it is meant to be. */
type Body = Pick<Answer, 'headers' | 'text'>;

/** A list of the text, element by element, and where it ends. */
interface List {
  readonly rows: readonly Row[];
  readonly end: number;
}

/** A record that is parsed whenever it is looked at, and kept as a piece of its answer's text only. */
class TextRow implements Row {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get value(): unknown {
    return JSON.parse(this.text);
  }
}

/** A row of a text that is JSON on one line. */
export function textRow(text: string): Row {
  return new TextRow(text);
}

/**
 * Reads a JSON answer whose records are the list under one key of the document, like `jsonRows`, but never holds more
 * than one parsed record: for answers of tens of thousands. The document comes with that list empty.
 */
export function largeJsonRows(
  body: Body,
  key: string,
): { readonly rows: readonly Row[]; readonly document: Readonly<Record<string, unknown>> } {
  const text = withoutMark(body.text);
  const { rows, document } = orNoJson(body, text, () => {
    const { envelope, rows } = takeList(text, key);
    return { rows, document: JSON.parse(envelope) as unknown };
  });
  if (rows === undefined)
    throw new UnreadableError(`the JSON has no list "${key}"${excerpt(text)}`, claims(body, text));
  return { rows, document: document as Readonly<Record<string, unknown>> };
}

/** Reads a JSON answer that is nothing but the list of its records. */
export function bareJsonRows(body: Body): readonly Row[] {
  const text = withoutMark(body.text);
  const rows = orNoJson(body, text, () => {
    const start = skipSpace(text, 0);
    const list = text.charCodeAt(start) === OPEN_LIST ? readList(text, start) : undefined;
    // What is left is JSON only where the list is not: of a whole list, a null stands for it.
    JSON.parse(list ? `null${text.slice(list.end)}` : text);
    return list?.rows;
  });
  if (rows === undefined) throw new UnreadableError(`the JSON is no list${excerpt(text)}`, claims(body, text));
  return rows;
}

/** The text of each member of a JSON object, under its key. A key that is given twice counts the last time, as in JSON.parse. */
export function memberTexts(object: string): ReadonlyMap<string, string> {
  return new Map([...members(object)].map(({ key, start }) => [key, object.slice(start, skipValue(object, start))]));
}

/**
 * The rows of the list under a key at the top, each checked by JSON.parse, and the text with an empty list in its place.
 * A text is one JSON document exactly when that rest is: nobody else has to look at the whole.
 */
function takeList(text: string, key: string): { rows?: readonly Row[]; envelope: string } {
  const pieces: string[] = [];
  let kept = 0;
  let list: List | undefined;
  for (const member of members(text)) {
    if (member.key !== key) continue;
    list = text.charCodeAt(member.start) === OPEN_LIST ? readList(text, member.start) : undefined;
    if (!list) continue;
    pieces.push(text.slice(kept, member.start), '[]');
    kept = list.end;
  }
  return { ...(list && { rows: list.rows }), envelope: pieces.join('') + text.slice(kept) };
}

function readList(text: string, from: number): List {
  const rows: Row[] = [];
  let at = skipSpace(text, from + 1);
  if (text.charCodeAt(at) === CLOSE_LIST) return { rows, end: at + 1 };
  for (;;) {
    const end = skipValue(text, at);
    const element = text.slice(at, end);
    JSON.parse(element);
    // Inside a JSON string there is no raw line break, so this touches only the space between tokens.
    rows.push(textRow(element.replace(/[\r\n]+/g, ' ')));
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === CLOSE_LIST) return { rows, end: at + 1 };
    if (text.charCodeAt(at) !== COMMA) throw new SyntaxError('a list without an end');
    at = skipSpace(text, at + 1);
  }
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

function orNoJson<T>(body: Body, text: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const contentType = body.headers['content-type'] ?? '';
    const type = contentType === '' ? 'no content type' : `content type ${contentType.slice(0, 100)}`;
    // JSON.parse's own message quotes the body as it stands, control characters included.
    const what = text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON, or only a part of it';
    const message = `${what} (${type}, ${text.length} characters)${excerpt(text)}`;
    throw new UnreadableError(message, claims(body, text), thrown);
  }
}

/** Whether a body that cannot be used was at least meant to be JSON: broken data, and not a proxy's word in between. */
function claims({ headers }: Body, text: string): boolean {
  const contentType = headers['content-type'] ?? '';
  return (contentType === '' || /\bjson\b/i.test(contentType)) && /^\s*[[{]/.test(text);
}

// From here on the text may be anything: the scanner finds its way in JSON, and comes to an end in whatever is none.
// It does not recurse: a record may be nested deeper than the stack.

/** The keys at the top of an object, and where their values begin. */
function* members(text: string): Generator<{ readonly key: string; readonly start: number }> {
  const open = skipSpace(text, 0);
  if (text.charCodeAt(open) !== OPEN_OBJECT) return;
  for (let at = skipSpace(text, open + 1); text.charCodeAt(at) === QUOTE; ) {
    const keyEnd = skipString(text, at);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    yield { key: JSON.parse(text.slice(at, keyEnd)) as string, start };
    at = skipSpace(text, skipSpace(text, skipValue(text, start)) + 1);
  }
}

function skipValue(text: string, from: number): number {
  let at = from;
  let depth = 0;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = skipString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth++;
      at++;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth--;
      at++;
    } else if (code === COMMA || code === COLON || isSpace(code)) at++;
    else at = skipLiteral(text, at);
  } while (depth > 0 && at < text.length);
  return at;
}

function skipString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Past a number, true, false or null. */
function skipLiteral(text: string, from: number): number {
  let at = from;
  while (at < text.length && !endsLiteral(text.charCodeAt(at))) at++;
  return at;
}

function endsLiteral(code: number): boolean {
  return code === COMMA || code === CLOSE_LIST || code === CLOSE_OBJECT || isSpace(code);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
