import type { Reply } from '../../send-reply.ts';

/** Forms of an error's body. It is not known which of them Frame uses. */
export const ERROR_BODIES = ['object', 'list', 'text', 'html', 'empty'] as const;
export type ErrorBody = (typeof ERROR_BODIES)[number];

/** Thrown to refuse a request; answered as a failure. */
export class Refusal extends Error {
  override name = 'Refusal' as const;
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A good answer. */
export function json(body: string, rows = 0): Reply {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body, rows };
}

/** A failure, in one of the forms. */
export function failure(shape: ErrorBody, status: number, message: string): Reply {
  const [type, body] = written(shape, status, message);
  return { status, headers: { 'content-type': type }, body };
}

function written(shape: ErrorBody, status: number, message: string): readonly [string, string] {
  switch (shape) {
    case 'object':
      return ['application/json; charset=utf-8', JSON.stringify({ error: message })];
    case 'list':
      return ['application/json; charset=utf-8', JSON.stringify({ errors: [{ status, detail: message }] })];
    case 'text':
      return ['text/plain; charset=utf-8', message];
    case 'html':
      return ['text/html; charset=utf-8', `<html><body><h1>${status}</h1><p>${message}</p></body></html>`];
    case 'empty':
      return ['text/plain; charset=utf-8', ''];
  }
}
