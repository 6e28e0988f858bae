import { UnreadableError } from '../../errors.ts';
import type { Answer } from '../../model.ts';
import { excerpt } from '../excerpt.ts';

/** The part of an answer that readers of JSON need: its text, and the headers that say what the text is meant to be. */
export type Body = Pick<Answer, 'headers' | 'text'>;

const BYTE_ORDER_MARK = '\ufeff';

export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/**
 * Whether an answer that cannot be used was at least meant to be JSON. Then it is broken data of the vendor, and not the page of a
 * proxy in between.
 */
export function claimsJson({ headers, text }: Body): boolean {
  const contentType = headers['content-type'] ?? '';
  return (contentType === '' || /\bjson\b/i.test(contentType)) && /^\s*[[{]/.test(text);
}

/** Returns what `read` makes of the answer. If `read` throws, the answer is not JSON, and an UnreadableError says so. */
export function readJson<T>(body: Body, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const { headers, text } = body;
    const contentType = headers['content-type'] ?? '';
    const type = contentType === '' ? 'no content type' : `content type ${contentType.slice(0, 100)}`;
    // JSON.parse's own message quotes the body as it stands, control characters included.
    const what = text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON, or only a part of it';
    const message = `${what} (${type}, ${text.length} characters)${excerpt(text)}`;
    throw new UnreadableError(message, claimsJson(body), thrown);
  }
}

/** The error for an answer that is JSON of another shape than expected. */
export function unexpectedJson(body: Body, what: string): UnreadableError {
  return new UnreadableError(`${what}${excerpt(body.text)}`, claimsJson(body));
}
