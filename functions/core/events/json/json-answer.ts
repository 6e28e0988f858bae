import { UnreadableError } from '../../errors.ts';
import type { Answer } from '../../model.ts';
import { excerpt } from '../excerpt.ts';

/** The part of an answer that readers of JSON need: its text, and the headers with its media type. */
export type Body = Pick<Answer, 'headers' | 'text'>;

const BYTE_ORDER_MARK = '\ufeff';

export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/**
 * Whether an unreadable answer was meant to be JSON. Then it is broken data of the vendor, and not a proxy's page.
 */
export function claimsJson({ headers, text }: Body): boolean {
  const contentType = headers['content-type'] ?? '';
  return (contentType === '' || /\bjson\b/i.test(contentType)) && /^\s*[[{]/.test(text);
}

/** Returns the result of `read`. If `read` throws, the answer is not JSON, and an UnreadableError is thrown. */
export function readJson<T>(body: Body, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const { headers, text } = body;
    const contentType = headers['content-type'] ?? '';
    const type = contentType === '' ? 'no content type' : `content type ${contentType.slice(0, 100)}`;
    // JSON.parse's own message would quote the body, including control characters.
    const what = text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON, or only a part of it';
    const message = `${what} (${type}, ${text.length} characters)${excerpt(text)}`;
    throw new UnreadableError(message, claimsJson(body), thrown);
  }
}

/** The error for an answer that is JSON of another shape than expected. */
export function unexpectedJson(body: Body, what: string): UnreadableError {
  return new UnreadableError(`${what}${excerpt(body.text)}`, claimsJson(body));
}
