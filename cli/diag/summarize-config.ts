import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { MILLISECOND } from '../../functions/core/time.ts';

/** A setting that looks like an address of a person. */
const EMAIL = /^[^\s@/:]+@[^\s@/:]+$/;

/** The configuration for a bug report: with the names of secrets, without addresses of people. */
export function summarizeConfig({ connections, destinations, deployment }: Config): object {
  const { alarms, timeout, ...rest } = deployment;
  return {
    connections: connections.map(({ id, source, origin, secret, settings, requestsInFlight, streams }) => ({
      id,
      source,
      origin: withoutUser(origin),
      secret,
      settings: withoutPeople(settings),
      requestsInFlight,
      streams,
    })),
    destinations: destinations.map(({ id, type, shape, settings }) => ({
      id,
      type,
      shape,
      settings: withoutPaths(withoutPeople(settings)),
    })),
    deployment: {
      ...rest,
      timeoutSeconds: timeout / MILLISECOND / 1_000,
      proxy: rest.proxy === undefined ? undefined : withoutUser(rest.proxy),
      alarms: { ...alarms, emails: alarms.emails.length },
    },
  };
}

/** Settings may name a person’s account, and URLs may hold a password. */
function withoutPeople(value: unknown): unknown {
  if (typeof value === 'string') return EMAIL.test(value) ? '(an e-mail address)' : withoutUser(value);
  if (Array.isArray(value)) return value.map(withoutPeople);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutPeople(part)]));
}

/** The URLs in a destination's settings without their paths, which may hold a credential. */
function withoutPaths(value: unknown): unknown {
  if (typeof value === 'string' && /^https?:/i.test(value) && URL.canParse(value)) {
    const { origin, pathname } = new URL(value);
    return pathname === '/' ? origin : `${origin}/...`;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutPaths(part)]));
}

/** A URL without user, password, query and fragment; any other text as it is. */
function withoutUser(text: string): string {
  if (!/^[a-z]+:\/\//i.test(text)) return text;
  if (!URL.canParse(text)) return '(a URL that cannot be read)';
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`;
}
