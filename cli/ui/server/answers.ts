import type { ServerResponse } from 'node:http';

/** Headers of every answer. Events are confidential, and their text is a stranger's: nothing is kept, embedded, guessed or loaded from elsewhere. */
export function safeHeaders(importMapHash: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Text never becomes markup, not even by a mistake in a script of ours.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

export function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

/** A small page without scripts, for a person who cannot be shown the real one. */
export function sendNotice(response: ServerResponse, status: number, title: string, text: string): void {
  send(response, status, `<title>${title}</title><h1>${title}</h1><p>${text}</p>`);
}

/** A page that asks for the real one at once. The browser then sends the strict cookie, as its own page has asked. */
export function sendBounce(response: ServerResponse): void {
  send(
    response,
    200,
    '<meta http-equiv="refresh" content="0;url=./"><title>Tidemark</title><p><a href="./">Go on</a></p>',
  );
}

function send(response: ServerResponse, status: number, html: string): void {
  const head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">';
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(`${head}${html}`);
}
