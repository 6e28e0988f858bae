// Texts, numbers and ids as fields of an event. Each function takes any JSON value and returns undefined if it does not fit.

const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** A text that is not empty; a number as text, unless a double does not hold it exactly. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text without outer space, shortened to at most this many characters; a whole number as text. */
export function trimmedTextOf(value: unknown, longest: number): string | undefined {
  if (typeof value === 'number') return wholeNumberText(value);
  return typeof value === 'string' && value.trim() !== '' ? shortened(value.trim(), longest) : undefined;
}

/** An id: a text that is not empty and not longer than this, or a whole number. Some vendors have used both for the same id. */
export function idOf(value: unknown, longest = Number.POSITIVE_INFINITY): string | undefined {
  if (typeof value === 'number') return wholeNumberText(value);
  return typeof value === 'string' && value !== '' && value.length <= longest ? value : undefined;
}

/** A number, also if it is written as a text: a field that is a number in one event must not be a text in another. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'string') return DECIMAL.test(value) ? Number(value) : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A text of at most this many characters, the last of them an ellipsis if something was cut off, and none of them half. */
export function shortened(text: string, longest: number): string {
  return (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`).toWellFormed();
}

function wholeNumberText(value: number): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
