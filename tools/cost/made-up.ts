import { type Config, parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';
import { DESTINATION_TYPES, SIMPLEST_TYPE } from '../../functions/destinations/destination-types.ts';

/** An invented configuration: a number of connections to one source, or to all sources in turn, with default settings. */
export interface MadeUp {
  readonly connections: number;
  readonly destinations: number;
  readonly source?: string;
  /** Settings of `deployment` that differ from their default. */
  readonly deployment?: object;
  /** The interval of each stream, in place of its default. */
  readonly every?: string;
}

/** A stack can hold the schedules of slightly more connections. */
const CONNECTIONS_A_SHARD = 125;
const MOST_SHARDS = 99;

/** A configuration that nobody has yet, with as many shards as it takes. Destinations are archives. */
export function madeUpConfig(asked: MadeUp, sources: readonly Source[]): Config {
  const used = asked.source === undefined ? sources : sources.filter(({ id }) => id === asked.source);
  if (used.length === 0) {
    const known = sources.map(({ id }) => id).join(', ');
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `--source: there is ${JSON.stringify(asked.source)}, wanted one of ${known}.`,
      remedy: 'Name a source, or none for all of them in turn.',
    });
  }
  const connections = Array.from({ length: asked.connections }, (_, at) => {
    const source = used[at % used.length] as Source;
    const id = `c${at}`;
    const streams = asked.every && Object.fromEntries(source.streams.map(({ name }) => [name, { every: asked.every }]));
    return {
      id,
      source: source.id,
      ...(source.origin === undefined && { origin: `https://${id}.example.com` }),
      ...(streams && { streams }),
    };
  });
  const destinations = Array.from({ length: asked.destinations }, (_, at) => ({
    id: `d${at}`,
    type: SIMPLEST_TYPE.id,
  }));
  const shards = Math.min(MOST_SHARDS, Math.ceil(asked.connections / CONNECTIONS_A_SHARD));
  const file = { connections, destinations, deployment: { shards, ...asked.deployment } };
  return parseConfig(JSON.stringify(file), 'the made-up configuration', sources, DESTINATION_TYPES);
}
