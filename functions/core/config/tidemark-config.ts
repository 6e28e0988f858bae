import * as z from 'zod/mini';
import { TidemarkError } from '../errors.ts';
import type { Source } from '../model.ts';
import { type ConfiguredConnection, check, connectionSchema, described, feedsOf, fillDefaults } from './connection.ts';
import { type Deployment, deploymentSchema, fillDeployment } from './deployment.ts';
import {
  type ConfigurableType,
  type ConfiguredDestination,
  destinationSchema,
  fillDestination,
} from './destination.ts';

/** All of tidemark.json, with its defaults filled in. */
export interface Config {
  readonly connections: readonly ConfiguredConnection[];
  readonly destinations: readonly ConfiguredDestination[];
  readonly deployment: Deployment;
}

/** The shape of tidemark.json for these sources and types of destinations; its JSON Schema is generated from it. */
export function configSchema(sources: readonly Source[], destinationTypes: readonly ConfigurableType[]) {
  const connections = sources.map(connectionSchema) as [ReturnType<typeof connectionSchema>];
  const destinations = destinationTypes.map(destinationSchema) as [ReturnType<typeof destinationSchema>];
  return z.strictObject({
    $schema: z.optional(z.string()),
    connections: described(
      z.array(z.discriminatedUnion('source', connections)).check(z.minLength(1)),
      'The accounts whose audit logs are forwarded.',
    ),
    destinations: described(
      z.array(z.discriminatedUnion('type', destinations)).check(z.minLength(1), z.maxLength(20)),
      'The destinations. Each event is delivered to all of them.',
    ),
    deployment: z.prefault(described(deploymentSchema(), 'The settings of a deployment in an AWS account.'), {}),
  });
}

/** Reads tidemark.json. An error names the JSON path, the value there, and the expected value. */
export function parseConfig(
  text: string,
  name: string,
  sources: readonly Source[],
  destinationTypes: readonly ConfigurableType[],
): Config {
  let value: unknown;
  try {
    // Some editors put a byte order mark in front.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${name} is not JSON: ${(thrown as Error).message}`,
      remedy: 'The usual cause is a missing comma, or one too many.',
      cause: thrown,
    });
  }
  const parsed = check(configSchema(sources, destinationTypes), value, name);
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
  checkRetired(name, sources, connections, parsed.deployment.retiredFeeds);
  return {
    connections,
    destinations: parsed.destinations.map((destination) => fillDestination(destinationTypes, destination)),
    deployment: fillDeployment(parsed.deployment),
  };
}

/** A feed that runs is not retired: one of the two is a mistake. */
function checkRetired(
  name: string,
  sources: readonly Source[],
  connections: readonly ConfiguredConnection[],
  retired: readonly string[],
): void {
  if (retired.length === 0) return;
  const running = new Set(
    connections.flatMap((connection) => {
      const source = sources.find(({ id }) => id === connection.source);
      return source ? feedsOf(source, connection).flatMap((feed) => (feed.enabled ? [feed.name] : [])) : [];
    }),
  );
  const at = retired.findIndex((feed) => running.has(feed));
  if (at < 0) return;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} is not right:\n  $.deployment.retiredFeeds[${at}]: there is ${JSON.stringify(retired[at])}, which is configured to run.`,
    remedy: 'Remove it from the list, or switch the stream off.',
  });
}

function unique(name: string, list: string, ids: readonly string[]): void {
  ids.forEach((id, at) => {
    if (ids.indexOf(id) === at) return;
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${name} is not right:\n  $.${list}[${at}].id: there is ${JSON.stringify(id.split('/').at(-1))} again, wanted an id of its own.`,
      remedy: 'Give it another id.',
    });
  });
}
