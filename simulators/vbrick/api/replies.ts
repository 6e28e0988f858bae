import type { Reply } from '../../send-reply.ts';

/** A successful answer that is no page of the log. */
export function json(value: unknown): Reply {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}

/** A successful answer without content. */
export const EMPTY: Reply = { status: 200, headers: {}, body: '' };

/** A failure in the vendor's format. */
export function failure(status: number, code: string, detail: string): Reply {
  return { ...json({ code, detail }), status };
}

/** Refuses invalid parameters. */
export function invalid(detail: string): Reply {
  return failure(400, 'BadRequest', detail);
}

/** Refuses a missing, wrong or expired token, or credentials. */
export function unauthorized(detail: string): Reply {
  return failure(401, 'Unauthorized', detail);
}

/** 429, which the vendor answers with plain text, with or without Retry-After. */
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
