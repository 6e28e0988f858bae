import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import { type DestinationSecret, type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import type { Endpoint, MakeEndpoint } from './endpoint.ts';
import { hecEndpoint } from './hec.ts';

/** How the types of destinations that can be reached from this machine are sent to. */
export const ENDPOINTS: Readonly<Record<string, MakeEndpoint>> = { splunk: hecEndpoint };

/** Destinations whose events are sent on instead of going to a folder, and what to tell of those that could be. */
export interface FoundEndpoints {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly notes: readonly string[];
}

/**
 * Destinations with a URL and a complete secret get their events for real. Without the secret, events go to the destination's folder.
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
    const fields = secret ? fieldsOf(secret, secrets[secret.nameOf(destination)]) : {};
    if (fields) endpoints.set(destination.id, make(url, fields));
    notes.push(
      fields || !secret
        ? `Destination ${destination.id}: ${title} at ${url}`
        : `Destination ${destination.id}: its folder, as there is no secret ${secret.nameOf(destination)} ${exampleOf(secret)}`,
    );
  }
  return { endpoints, notes };
}

/** The fields of a secret that is an object, or the text of one. Undefined if one of them is missing. */
function fieldsOf({ shape }: DestinationSecret, secret: unknown): Record<string, string> | undefined {
  const value: unknown = typeof secret === 'string' && secret.startsWith('{') ? JSON.parse(secret) : secret;
  const fields = Object.keys(shape).flatMap((field) => {
    const text = (value as Readonly<Record<string, unknown>> | undefined)?.[field];
    return typeof text === 'string' && text !== '' ? [[field, text] as const] : [];
  });
  return fields.length === Object.keys(shape).length ? Object.fromEntries(fields) : undefined;
}

function exampleOf({ shape }: DestinationSecret): string {
  return JSON.stringify(Object.fromEntries(Object.keys(shape).map((field) => [field, '...'])));
}
