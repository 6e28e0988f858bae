/** Control characters, line separators and halves of surrogate pairs: none of them may reach the line. */
const UNCLEAN = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const REPLACED = /[\p{Cc}\u2028\u2029]/gu;
/** What ends a line for one reader or another, besides \n and \r. */
const LINE_SEPARATORS = '\u0085\u2028\u2029';

const HEADER_SPECIAL = /[\\|]/g;
const EXTENSION_SPECIAL = /[\\=\r\n]/g;
const LINE_BREAKS = /[\r\n]+/g;

/** The text without what no CEF value can hold. Line breaks stay, as \n and \r; a tab is a space. */
export function clean(text: string): string {
  // Most texts are clean: looking is cheap, replacing is not.
  if (!UNCLEAN.test(text)) return text;
  return text.toWellFormed().replace(REPLACED, (character) => {
    if (character === '\n' || character === '\r') return character;
    if (character === '\t') return ' ';
    return LINE_SEPARATORS.includes(character) ? '\n' : '';
  });
}

/** The first characters of a clean text, never half a surrogate pair. CEF counts like Java: in UTF-16 units. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}

/** A header field: cleaned, on one line, cut, then escaped. Only \ and | have a meaning there. */
export function headerField(text: string, most: number): string {
  const kept = cut(clean(text).replace(LINE_BREAKS, ' ').trim(), most);
  return kept.replace(HEADER_SPECIAL, '\\$&');
}

/** An extension value that was cleaned and cut. Only \, = and line breaks have a meaning there. */
export function escapeValue(text: string): string {
  return text.replace(EXTENSION_SPECIAL, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    return `\\${character}`;
  });
}
