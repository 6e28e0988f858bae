import type { Reply } from '../send-reply.ts';

const TITLES: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** A successful answer. */
export function hal(body: string, rows = 0, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/hal+json' }, body, rows };
}

/** A failure in the format of RFC 7807. */
export function problem(status: number, detail: string, instance: string): Reply {
  return problemReply({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, instance });
}

/** Refuses an invalid parameter: 400 with the field and what is wrong with it. */
export function invalid(field: string, message: string): Reply {
  return problemReply({
    type: 'about:blank',
    title: 'Request validation failed. There are invalid or missing fields',
    status: 400,
    detail: 'Your request object contains invalid fields.',
    instance: '/v7',
    errors: [{ code: 'AM-1001', field, message }],
  });
}

/** 401: the token is missing, wrong or expired. */
export function unauthorized(): Reply {
  return {
    status: 401,
    headers: { 'content-type': 'application/json', 'www-authenticate': 'Bearer error="invalid_token"' },
    body: JSON.stringify({ error: 'invalid_token', error_description: 'Invalid access token' }),
  };
}

function problemReply(body: { readonly status: number; readonly [field: string]: unknown }): Reply {
  return { status: body.status, headers: { 'content-type': 'application/problem+json' }, body: JSON.stringify(body) };
}
