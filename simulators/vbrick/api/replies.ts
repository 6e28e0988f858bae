import type { Reply } from '../../send-reply.ts';

/** A good answer that is no page of the log. */
export function json(value: unknown): Reply {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}

/** A good answer that says nothing. */
export const EMPTY: Reply = { status: 200, headers: {}, body: '' };

/** A failure in the vendor's manner. */
export function failure(status: number, code: string, detail: string): Reply {
  return { ...json({ code, detail }), status };
}

/** A question that the vendor finds wrong. */
export function invalid(detail: string): Reply {
  return failure(400, 'BadRequest', detail);
}

/** No token, a wrong one or one that has run out; or credentials that are refused. */
export function unauthorized(detail: string): Reply {
  return failure(401, 'Unauthorized', detail);
}

/** 429: the vendor answers it with plain text, and says when to come back or does not. */
export function tooMany(retryAfter?: string): Reply {
  return {
    status: 429,
    headers: { 'content-type': 'text/plain', ...(retryAfter !== undefined && { 'retry-after': retryAfter }) },
    body: 'Too Many Requests',
  };
}

/** A failure of the vendor itself. */
export function broken(status: number): Reply {
  return failure(status, 'InternalError', 'An unexpected error occurred.');
}
