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

/**
 * Reads a JSON answer whose records are the list under one key of the document. Each record keeps its exact text, on
 * one line: what JSON.parse rounds (numbers beyond 2^53) or drops (a key given twice) is still there to be proven.
 */
export function jsonRows(
  answer: Pick<Answer, 'headers' | 'text'>,
  key: string,
): { readonly rows: readonly Row[]; readonly document: Readonly<Record<string, unknown>> } {
  const text = answer.text.charCodeAt(0) === BYTE_ORDER_MARK ? answer.text.slice(1) : answer.text;
  const contentType = answer.headers['content-type'] ?? '';
  const document = parseDocument(text, contentType);
  const values = isObject(document) && Object.hasOwn(document, key) ? document[key] : undefined;
  if (!isObject(document) || !Array.isArray(values)) {
    throw new UnreadableError(`the JSON has no list "${key}"${excerpt(text)}`, claimsJson(text, contentType));
  }
  const slices = elementSlices(text, lastValueOf(text, key));
  return { document, rows: values.map((value: unknown, at) => ({ value, text: slices[at] as string })) };
}

function parseDocument(text: string, contentType: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const type = contentType === '' ? 'no content type' : `content type ${contentType.slice(0, 100)}`;
    // JSON.parse's own message quotes the body as it stands, control characters included.
    const what = text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON, or only a part of it';
    const message = `${what} (${type}, ${text.length} characters)${excerpt(text)}`;
    throw new UnreadableError(message, claimsJson(text, contentType), thrown);
  }
}

/** Whether a body that cannot be used was at least meant to be JSON: broken data, and not a proxy's word in between. */
function claimsJson(text: string, contentType: string): boolean {
  return (contentType === '' || /\bjson\b/i.test(contentType)) && /^\s*[[{]/.test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// From here on the text is known to be JSON with an object at its top, so the scanner never has to doubt what it sees.
// It does not recurse: a record may be nested deeper than the stack.

/** Where the value of a top-level key begins. A key that is given twice counts the last time, as in JSON.parse. */
function lastValueOf(text: string, key: string): number {
  let found = -1;
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(at) !== CLOSE_OBJECT) {
    const keyEnd = skipString(text, at);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (JSON.parse(text.slice(at, keyEnd)) === key) found = valueStart;
    at = skipSeparator(text, skipValue(text, valueStart));
  }
  return found;
}

/** The text of each element of the list that begins here. */
function elementSlices(text: string, listStart: number): string[] {
  const slices: string[] = [];
  let at = skipSpace(text, listStart + 1);
  while (text.charCodeAt(at) !== CLOSE_LIST) {
    const end = skipValue(text, at);
    // Inside a JSON string there is no raw line break, so this touches only the space between tokens.
    slices.push(text.slice(at, end).replace(/[\r\n]+/g, ' '));
    at = skipSeparator(text, end);
  }
  return slices;
}

/** The next key or element after a value, or the bracket that closes. */
function skipSeparator(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
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
  } while (depth > 0);
  return at;
}

function skipString(text: string, from: number): number {
  let at = from + 1;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Past a number, true, false or null. */
function skipLiteral(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); !endsLiteral(code); code = text.charCodeAt(at)) at++;
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
