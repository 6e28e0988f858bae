import * as z from 'zod/mini';
import { type ConfiguredConnection, check, connectionSchema, described, fillDefaults } from './config.ts';
import { TidemarkError } from './errors.ts';
import type { FormatId, Source } from './model.ts';

/** A destination as tidemark.json has it. */
export interface ConfiguredDestination {
  readonly id: string;
  readonly type: 's3';
  readonly format: FormatId;
}

/** All of tidemark.json, with its defaults filled in. */
export interface Config {
  readonly connections: readonly ConfiguredConnection[];
  readonly destinations: readonly ConfiguredDestination[];
}

/** The shape of tidemark.json for these sources; its JSON Schema is generated from it. */
export function configSchema(sources: readonly Source[], formats: readonly FormatId[]) {
  const connections = sources.map(connectionSchema) as [ReturnType<typeof connectionSchema>];
  const destination = z.strictObject({
    id: described(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'small letters, digits and dashes, at most 31')),
      'Its name: of its Firehose streams, and of its folder locally.',
    ),
    type: z._default(described(z.enum(['s3']), 'Where Firehose takes the events.'), 's3'),
    format: z._default(described(z.enum(formats as [FormatId]), 'The shape of the events.'), 'ecs'),
  });
  return z.strictObject({
    $schema: z.optional(z.string()),
    connections: described(
      z.array(z.discriminatedUnion('source', connections)).check(z.minLength(1)),
      'The accounts whose audit logs are forwarded.',
    ),
    destinations: described(
      z.array(destination).check(z.minLength(1), z.maxLength(20)),
      'Where each event goes: to all of them.',
    ),
  });
}

/** Reads tidemark.json; an error names the JSON path, what is there, and what is wanted. */
export function parseConfig(
  text: string,
  name: string,
  sources: readonly Source[],
  formats: readonly FormatId[],
): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new TidemarkError(
      'config',
      'processing',
      `${name} is not JSON: ${(thrown as Error).message}`,
      'A comma too many or too few is the usual cause.',
      thrown,
    );
  }
  const parsed = check(configSchema(sources, formats), value, name);
  const connections = parsed.connections.map(fillDefaults);
  unique(
    name,
    'connections',
    connections.map(({ source, id }) => `${source}/${id}`),
  );
  unique(
    name,
    'destinations',
    parsed.destinations.map(({ id }) => id),
  );
  return { connections, destinations: parsed.destinations as readonly ConfiguredDestination[] };
}

/** The name of the Firehose stream that takes a source's events to a destination. */
export function deliveryStreamName(destination: string, source: string): string {
  return `tidemark-${destination}-${source}`;
}

function unique(name: string, list: string, ids: readonly string[]): void {
  ids.forEach((id, at) => {
    if (ids.indexOf(id) === at) return;
    throw new TidemarkError(
      'config',
      'processing',
      `${name} is not right:\n  $.${list}[${at}].id: there is ${JSON.stringify(id.split('/').at(-1))} again, wanted an id of its own.`,
      'Give it another id.',
    );
  });
}
