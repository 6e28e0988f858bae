/** The beginning of a body for an error message: on one line, without control characters. */
export function excerpt(text: string): string {
  const beginning = clean(text.slice(0, 300)).replace(/\s+/g, ' ').trim();
  return beginning === '' ? '' : `: ${beginning}`;
}

/** Text that is safe for a terminal, on one line: control characters and invisible ones, such as those that turn the direction, are left out. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').toWellFormed();
}

/** The same for text whose line feeds are meant. */
export function cleanLines(text: string): string {
  return text.split('\n').map(clean).join('\n');
}
