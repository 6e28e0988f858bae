/** Control characters, line separators and lone surrogates, which a line of CEF must not contain. */
const UNCLEAN = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const REPLACED = /[\p{Cc}\u2028\u2029]/gu;
/** Characters that some readers take for the end of a line, besides \n and \r. */
const LINE_SEPARATORS = '\u0085\u2028\u2029';

/** Everything that is changed in an extension value. */
const CHANGED = /[\p{Cc}\p{Cs}\u2028\u2029\\=]/u;
const HEADER_SPECIAL = /[\\|]/g;
const EXTENSION_SPECIAL = /[\\=\r\n]/g;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const LINE_BREAKS = /[\r\n]+/g;

/** Removes characters that no CEF value can hold. Line breaks stay, as \n or \r; a tab becomes a space. */
export function clean(text: string): string {
  // Most texts are clean: testing is cheaper than replacing.
  if (!UNCLEAN.test(text)) return text;
  return text.toWellFormed().replace(REPLACED, (character) => {
    if (character === '\n' || character === '\r') return character;
    if (character === '\t') return ' ';
    return LINE_SEPARATORS.includes(character) ? '\n' : '';
  });
}

/** The first characters of a clean text, without half a surrogate pair at the end. CEF counts like Java, in UTF-16 units. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** A header field: cleaned, on one line, cut, then escaped. Only \ and | are special there. */
export function headerField(text: string, max: number): string {
  const kept = cut(clean(text).replace(LINE_BREAKS, ' ').trim(), max);
  return kept.replace(HEADER_SPECIAL, '\\$&');
}

/** Whether a text is an extension value as it is: it needs neither cleaning nor escaping. */
export function isPlain(text: string): boolean {
  return isUsual(text) || !CHANGED.test(text);
}

/** Whether a text has only printable ASCII characters that are no part of the syntax, as most have: faster than an expression. */
function isUsual(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === EQUALS || code === BACKSLASH) return false;
  }
  return true;
}

/** Escapes an extension value that was cleaned and cut. Only \, = and line breaks are special there. */
export function escapeValue(text: string): string {
  return text.replace(EXTENSION_SPECIAL, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    return `\\${character}`;
  });
}
