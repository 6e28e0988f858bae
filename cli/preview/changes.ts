const OTHER_TEXT = 'other';

/**
 * Other values in place of one, of several kinds: of the same form, so that a time stays a time; of another form; of the opposite
 * meaning; and none.
 */
export function changesOf(value: unknown): readonly unknown[] {
  return [...new Set(otherValues(value))].filter((other) => other !== value);
}

function otherValues(value: unknown): unknown[] {
  switch (typeof value) {
    case 'string':
      return [...otherTexts(value), undefined];
    case 'number':
      return [value + 1, Math.floor(value / 2) - 7, `${value}${OTHER_TEXT}`, undefined];
    case 'boolean':
      return [!value, undefined];
    default:
      return [OTHER_TEXT, 7, true, undefined];
  }
}

function otherTexts(text: string): string[] {
  const plain = text.trim().toLowerCase();
  const opposite = plain === 'true' ? ['false'] : plain === 'false' ? ['true'] : [];
  return [withOtherEnd(text), withOtherBeginning(text), `${text}${OTHER_TEXT}`, '', ...opposite];
}

/** Changes the last digit, or the last letter of a text without digits: a time stays a time, and an address an address. */
function withOtherEnd(text: string): string {
  const at = Math.max(text.search(/\d\D*$/), text.search(/\d/) === -1 ? text.search(/[a-z][^a-z]*$/i) : -1);
  return at === -1 ? text : text.slice(0, at) + other(text.charAt(at)) + text.slice(at + 1);
}

function withOtherBeginning(text: string): string {
  const at = text.search(/[a-z]/i);
  return at === -1 ? text : text.slice(0, at) + other(text.charAt(at)) + text.slice(at + 1);
}

/** Another digit for a digit, another letter for a letter. */
function other(character: string): string {
  if (/\d/.test(character)) return String((Number(character) + 1) % 10);
  if (/z/i.test(character)) return character === 'z' ? 'y' : 'Y';
  return String.fromCharCode(character.charCodeAt(0) + 1);
}
