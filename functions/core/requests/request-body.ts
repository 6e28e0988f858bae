import type { BodyEncoding } from '../auth.ts';
import type { Request, RequestBody } from '../model.ts';

export function jsonBody(value: unknown): RequestBody {
  return { contentType: 'application/json', text: JSON.stringify(value) };
}

export function formBody(fields: Readonly<Record<string, string>>): RequestBody {
  return { contentType: 'application/x-www-form-urlencoded', text: new URLSearchParams(fields).toString() };
}

export function encodeBody(encoding: BodyEncoding, fields: Readonly<Record<string, string>>): RequestBody {
  return encoding === 'json' ? jsonBody(fields) : formBody(fields);
}

/** The method of a request: its own, else POST with a body and GET without. */
export function methodOf({ method, body }: Pick<Request, 'method' | 'body'>): string {
  return method?.toUpperCase() ?? (body ? 'POST' : 'GET');
}
