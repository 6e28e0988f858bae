/** The beginning of a body for an error message: on one line, without control characters. */
export function excerpt(text: string): string {
  const clean = text
    .slice(0, 300)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return clean === '' ? '' : `: ${clean.toWellFormed()}`;
}
