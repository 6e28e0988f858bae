/** The beginning of a body, fit for one line of log: no line breaks, no control characters. */
export function excerpt(text: string): string {
  const clean = text
    .slice(0, 300)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return clean === '' ? '' : `: ${clean.toWellFormed()}`;
}
