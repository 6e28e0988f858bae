import { feedsOf } from '../../functions/core/config/connection.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import type { Completes } from '../command.ts';

/** The id of the connections to the shipped simulators. */
const DEMO = 'demo';

/** The names of one kind that a shell can offer: of the configuration in this folder, or of the shipped simulators. */
export async function findNames(kind: Completes): Promise<readonly string[]> {
  const sources = await findSources();
  if (kind === 'source') return sources.map(({ id }) => id);
  if (kind === 'stream') return sources.flatMap(({ id, streams }) => streams.map(({ name }) => `${id}/${name}`));
  // A configuration that cannot be read has no names; the command itself says what is wrong with it.
  const config = await readConfig(undefined, sources).catch(() => undefined);
  if (kind === 'destination') return (config?.destinations ?? []).map(({ id }) => id);
  if (!config) {
    const names = sources.flatMap(({ id, streams }) => streams.map(({ name }) => `${id}/${name}/${DEMO}`));
    return kind === 'connection' ? sources.map(({ id }) => `${id}/${DEMO}`) : names;
  }
  if (kind === 'connection') return config.connections.map(({ source, id }) => `${source}/${id}`);
  return config.connections.flatMap((connection) => {
    const source = sources.find(({ id }) => id === connection.source);
    return source ? feedsOf(source, connection).map(({ name }) => name) : [];
  });
}
