// Finds values in a JSON text without parsing it, so that their exact text can be cut out. The text may be
// anything: the scanner ends even if it is not JSON, which its caller finds out with JSON.parse. It does not recurse, because a record may be
// nested deeper than the stack.

import { BACKSLASH, CLOSE_LIST, CLOSE_OBJECT, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './characters.ts';

/**
 * Calls `visit` with the key of each member of the object at the top of the text, and where its value begins. `visit` may return
 * the end of the value if it knows it; else the scanner finds it. Throws for a key that is no JSON string.
 */
export function scanMembers(text: string, visit: (key: string, start: number) => number | undefined): void {
  const open = skipSpace(text, 0);
  if (text.charCodeAt(open) !== OPEN_OBJECT) return;
  for (let at = skipSpace(text, open + 1); text.charCodeAt(at) === QUOTE; ) {
    const keyEnd = skipString(text, at);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = visit(JSON.parse(text.slice(at, keyEnd)) as string, start) ?? skipValue(text, start);
    at = skipSpace(text, skipSpace(text, end) + 1);
  }
}

/**
 * Calls `take` with the exact text of each element of the list that begins at `from`, and returns where the list ends.
 * Throws for a list without an end.
 */
export function scanList(text: string, from: number, take: (element: string) => void): number {
  let at = skipSpace(text, from + 1);
  if (text.charCodeAt(at) === CLOSE_LIST) return at + 1;
  for (;;) {
    const end = skipValue(text, at);
    take(text.slice(at, end));
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === CLOSE_LIST) return at + 1;
    if (text.charCodeAt(at) !== COMMA) throw new SyntaxError('a list without an end');
    at = skipSpace(text, at + 1);
  }
}

/** The text of a value without line breaks. A JSON string holds no raw line break, so only space between tokens is replaced. */
export function onOneLine(value: string): string {
  // Most values have none: to look for a character is cheaper than to replace.
  return value.includes('\n') || value.includes('\r') ? value.replace(/[\r\n]+/g, ' ') : value;
}

export function beginsList(text: string, at: number): boolean {
  return text.charCodeAt(at) === OPEN_LIST;
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Returns where the value that begins at `from` ends. */
export function skipValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return skipString(text, from);
  if (first !== OPEN_LIST && first !== OPEN_OBJECT) return skipLiteral(text, from);
  let at = from + 1;
  for (let depth = 1; depth > 0 && at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = skipString(text, at);
    else {
      // Between strings, only brackets matter.
      if (code === OPEN_LIST || code === OPEN_OBJECT) depth++;
      else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
      at++;
    }
  }
  return at;
}

function skipString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote + 1;
    let backslashes = quote;
    while (text.charCodeAt(backslashes - 1) === BACKSLASH) backslashes--;
    // An even number of backslashes are escaped backslashes; one more escapes the quote.
    if ((quote - backslashes) % 2 === 0) return quote + 1;
  }
  return text.length + 1;
}

/** Skips a number, true, false or null; at least one character, so that a scan of anything ends. */
function skipLiteral(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && !endsLiteral(text.charCodeAt(at))) at++;
  return at;
}

function endsLiteral(code: number): boolean {
  return code === COMMA || code === CLOSE_LIST || code === CLOSE_OBJECT || isSpace(code);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
