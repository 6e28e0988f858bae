import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import { objectPrefix, shapeToShow } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { chooseFeeds, readConfig } from '../../local/configuration.ts';
import { findEndpoints } from '../../local/services/endpoints.ts';
import { findRunning, type Places } from '../../local/world.ts';
import type { EventOutput } from '../views/event-output.ts';
import { tell } from '../views/terminal.ts';
import { chooseDestination } from './choose-destination.ts';
import { followFolders } from './follow-folders.ts';
import type { TapOptions } from './options.ts';
import { sampler, tappedEvents } from './tapped-events.ts';

/** Shows events as they are delivered on this machine, until the limit or until it is stopped. */
export async function tapHere(
  options: TapOptions,
  output: EventOutput,
  { limit = Number.POSITIVE_INFINITY, oneIn, stop }: { limit: number | undefined; oneIn: number; stop: AbortSignal },
): Promise<void> {
  const places = placesOf(options);
  const running = await findRunning(places);
  const sources = await findSources();
  const config = (await readConfig(options.config, sources)) ?? running?.config;
  if (!config) throw nothingThere(places);
  const chosen = chooseFeeds(config, sources, options.feed);
  const kept = await keptHere(config, places);
  const destination = chooseDestination(kept, { format: options.format, someFeeds: options.feed !== undefined });
  const feeds = options.feed === undefined ? undefined : new Set(chosen.map(({ feed }) => feed.name));
  const shape = shapeToShow(options.format, config.destinations);
  const showing = { destination, destinationTypes: DESTINATION_TYPES, shape, feeds };
  const folders = [...new Set(chosen.map(({ connection }) => connection.source))].map((source) =>
    join(places.out, objectPrefix(destination.id, source)),
  );
  const isWanted = sampler(oneIn);
  const ended = AbortSignal.any([stop, output.closed]);
  const about = running ? '' : ` Nothing runs in ${places.state} now: events come when tidemark run delivers some.`;
  const onReady = () => tell(`Showing what is delivered to ${destination.id} from now on; Ctrl-C ends it.${about}`);
  let shown = 0;
  for await (const object of followFolders(folders, ended, onReady)) {
    for (const line of tappedEvents(object, showing)) {
      if (!isWanted()) continue;
      output.write(line);
      if (++shown >= limit) return;
    }
    await output.room();
  }
}

function placesOf({ state, out, secrets }: TapOptions): Places {
  const folder = resolve(state);
  return {
    state: folder,
    out: resolve(out ?? join(folder, 'out')),
    secrets: resolve(secrets ?? join(folder, 'secrets.json')),
  };
}

/** The destinations whose events go to a folder. Others have a URL and a secret, and get theirs there. */
async function keptHere({ destinations }: Config, { secrets }: Places): Promise<ConfiguredDestination[]> {
  const values = await readFile(secrets, 'utf8')
    .then((text) => JSON.parse(text) as Record<string, unknown>)
    .catch(() => ({}));
  const { endpoints } = findEndpoints(destinations, values, DESTINATION_TYPES);
  return destinations.filter(({ id }) => !endpoints.has(id));
}

function nothingThere({ state }: Places): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `Nothing runs in the state directory ${state}, and there is no tidemark.json.`,
    remedy: 'Start tidemark run there first, or name its directory with --state.',
  });
}
