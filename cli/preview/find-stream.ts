import { feedsOf } from '../../functions/core/config/connection.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import { closest } from '../feeds/closest.ts';

/** The stream of a name: SOURCE/STREAM, or SOURCE/STREAM/CONNECTION with that connection's settings. And where its events go. */
export async function findStream(name: string, file: string | undefined) {
  const sources = await findSources();
  const [sourceId = '', stream = '', connectionId] = name.split('/');
  const source = sources.find(({ id }) => id === sourceId);
  if (!source || (connectionId === undefined && !source.streams.some((one) => one.name === stream))) {
    throw noStream(name, streamNames(sources));
  }
  const { connections = [], destinations = [] } = (await readConfig(file, sources)) ?? {};
  if (connectionId === undefined) return { source, stream, connection: undefined, destinations };
  const connection = connections.find(({ id, source: its }) => id === connectionId && its === sourceId);
  if (!connection) {
    throw noStream(
      name,
      connections.flatMap((one) => namesOf(sources, one)),
    );
  }
  return { source, stream, connection, destinations };
}

function streamNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ id, streams }) => streams.map((one) => `${id}/${one.name}`));
}

function namesOf(sources: readonly Source[], connection: Parameters<typeof feedsOf>[1]): string[] {
  const source = sources.find(({ id }) => id === connection.source);
  return source ? feedsOf(source, connection).map((feed) => feed.name) : [];
}

function noStream(name: string, names: readonly string[]): TidemarkError {
  const near = closest(name, names).join(', ');
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no stream ${JSON.stringify(name)}.`,
    remedy:
      near === ''
        ? 'Name it SOURCE/STREAM, without a connection: there is no configuration with connections.'
        : `A stream is SOURCE/STREAM. The closest ones are: ${near}.`,
  });
}
