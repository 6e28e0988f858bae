// JSON as text, for lines that are written so often that to make all of it as one object takes too long.

/** A text as a member of an object, after a comma. It becomes well formed. Empty if it is undefined. */
export function textMember(key: string, text: string | undefined): string {
  return text === undefined ? '' : `,"${key}":${JSON.stringify(text.toWellFormed())}`;
}

/** A number as a member of an object, after a comma. Empty if it is undefined. */
export function numberMember(key: string, number: number | undefined): string {
  return number === undefined ? '' : `,"${key}":${number}`;
}

/** A member of an object, after a comma. Its texts must be well formed. Empty if it is undefined. */
export function member(key: string, value: object | undefined): string {
  return value === undefined ? '' : `,"${key}":${JSON.stringify(value)}`;
}

/** A function of texts that keeps its last result: events that follow each other have much in common. */
export function sameAsLast<T extends readonly (string | undefined)[]>(
  make: (...texts: T) => string,
): (...texts: T) => string {
  let last: { readonly texts: T; readonly result: string } | undefined;
  return (...texts) => {
    if (!last || texts.some((text, at) => text !== last?.texts[at])) last = { texts, result: make(...texts) };
    return last.result;
  };
}
