import { shapeToShow } from '../../functions/core/config/destination.ts';
import { typeOf } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { ARCHIVE_BUCKET } from '../../lib/account/outputs.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { chooseFeeds } from '../../local/configuration.ts';
import { chooseDestination } from '../tap/choose-destination.ts';
import type { TapOptions } from '../tap/options.ts';
import { sampler, tappedEvents } from '../tap/tapped-events.ts';
import type { EventOutput } from '../views/event-output.ts';
import { tell } from '../views/terminal.ts';
import { CloudAccount } from './account.ts';
import { ArchiveBucket } from './buckets/archive-bucket.ts';
import { deployedConfig } from './open-cloud.ts';

/** How many events are shown if no limit is given. */
const USUAL_LIMIT = 100;

/** Shows the newest events of a deployment's archive, the oldest of them first. */
export async function tapCloud(
  options: TapOptions,
  output: EventOutput,
  { limit = USUAL_LIMIT, oneIn }: { limit: number | undefined; oneIn: number },
): Promise<void> {
  const config = await deployedConfig(options.config);
  const chosen = chooseFeeds(config, await findSources(), options.feed);
  const archived = config.destinations.filter((one) => typeOf(DESTINATION_TYPES, one).cost.archived);
  const destination = chooseDestination(archived, { format: options.format, someFeeds: options.feed !== undefined });
  const account = new CloudAccount(config.deployment);
  const bucket = new ArchiveBucket(account.clientOptions, await account.output('state', ARCHIVE_BUCKET));
  const sources = [...new Set(chosen.map(({ connection }) => connection.source))];
  const objects = await bucket.newest(destination.id, sources, new Date());
  const feeds = options.feed === undefined ? undefined : new Set(chosen.map(({ feed }) => feed.name));
  const shape = shapeToShow(options.format, config.destinations);
  const isWanted = sampler(oneIn);
  const newestFirst: string[] = [];
  for (const { key } of objects) {
    const showing = { destination, destinationTypes: DESTINATION_TYPES, shape, feeds };
    const events = tappedEvents(await bucket.read(key), showing);
    newestFirst.push(...events.reverse().filter(isWanted));
    if (newestFirst.length >= limit || output.closed.aborted) break;
  }
  const shown = newestFirst.slice(0, limit).reverse();
  for (const line of shown) output.write(line);
  if (objects.length === 0) tell(`The archive has nothing of ${destination.id} of today and yesterday (UTC).`);
}
