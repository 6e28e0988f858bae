import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { type DestinationSecret, type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import type { Endpoint, MakeEndpoint } from './endpoint.ts';
import { hecEndpoint } from './hec.ts';
import { httpEndpoint } from './http/send.ts';

/** How the types of destinations that can be reached from this machine are sent to. */
export const ENDPOINTS: Readonly<Record<string, MakeEndpoint>> = {
  splunk: hecEndpoint,
  http: httpEndpoint,
};

/** Destinations whose events are sent on instead of going to a folder, and what to tell of those that could be. */
export interface FoundEndpoints {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly notes: readonly string[];
}

/**
 * Destinations with a URL and a secret get their events for real. Without the secret, events go to the destination's folder.
 *
 * @param secrets values by names, as in the file
 */
export function findEndpoints(
  destinations: readonly ConfiguredDestination[],
  secrets: Readonly<Record<string, unknown>>,
  types: readonly DestinationType[],
  makers: Readonly<Record<string, MakeEndpoint>> = ENDPOINTS,
): FoundEndpoints {
  const endpoints = new Map<string, Endpoint>();
  const notes: string[] = [];
  for (const destination of destinations) {
    const { endpointOf, secret, title } = typeOf(types, destination);
    const url = endpointOf?.(destination);
    const make = makers[destination.type];
    if (url === undefined || !make) continue;
    const name = secret?.nameOf(destination);
    const fields = secret && name !== undefined ? secretFields(secret, name, secrets[name]) : {};
    if (fields) endpoints.set(destination.id, make(url, fields, destination));
    // The rest of the URL may hold a credential.
    const { origin } = new URL(url);
    notes.push(
      fields || !secret
        ? `Destination ${destination.id}: ${title} at ${origin}`
        : `Destination ${destination.id}: its folder, as there is no secret ${name} ${exampleOf(secret)}`,
    );
  }
  return { endpoints, notes };
}

/** The fields of a secret that is an object, or the text of one. Undefined if there is none; one that cannot be used is refused. */
export function secretFields(
  secret: DestinationSecret,
  name: string,
  stored: unknown,
): Record<string, string> | undefined {
  if (stored === undefined) return undefined;
  const value = typeof stored === 'string' ? parse(stored) : stored;
  const fields = Object.keys(secret.shape).map((field) => {
    const text = (value as Readonly<Record<string, unknown>> | null | undefined)?.[field];
    if (typeof text === 'string' && text !== '') return [field, text] as const;
    throw new TidemarkError({
      code: 'secret',
      stage: 'processing',
      message: `Secret ${name} has no ${field}.`,
      remedy: `Its value must look like ${exampleOf(secret)}.`,
    });
  });
  return Object.fromEntries(fields);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the secret.
    return undefined;
  }
}

function exampleOf({ shape }: DestinationSecret): string {
  return JSON.stringify(Object.fromEntries(Object.keys(shape).map((field) => [field, '...'])));
}
