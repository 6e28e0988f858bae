import { type AnyFeed, isSnapshotFeed } from '../../functions/core/model.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { chooseFeeds, configOrDemo, readConfig } from '../../local/configuration.ts';
import { findRunning, preparePlaces, startWorld, type World } from '../../local/world.ts';
import { sayLine } from '../views/log-line.ts';
import { tell } from '../views/terminal.ts';
import { localUser } from './local-user.ts';
import { type FeedOptions, groupsOf, type Opened } from './opened.ts';

/**
 * Opens the feeds that a command is about: on this machine, or where they are deployed.
 *
 * @param wanted whether the command can work on a feed that matches the pattern
 */
export async function open(options: FeedOptions, wanted: (feed: AnyFeed) => boolean = () => true): Promise<Opened> {
  if (!options.cloud) return await openHere(options, wanted);
  // The AWS clients take longer to load than everything else: they are loaded only where they are used.
  const { openCloud } = await import('../cloud/open-cloud.ts');
  return await openCloud(options, wanted);
}

/** Opens the state directory. If `tidemark run` is using it, the command uses that program's services. */
async function openHere(options: FeedOptions, wanted: (feed: AnyFeed) => boolean): Promise<Opened> {
  const sources = await findSources();
  const places = await preparePlaces(options.state, options.out, options.secrets);
  const running = await findRunning(places);
  const { config, demo } = running
    ? { config: (await readConfig(options.config, sources)) ?? running.config, demo: undefined }
    : await configOrDemo(options.config, sources, places);
  let world: World | undefined;
  const close = async () => {
    await world?.close(1_000);
    await Promise.all(demo?.vendors.map((vendor) => vendor.stop()) ?? []);
  };
  try {
    const chosen = chooseFeeds(config, sources, options.feed, wanted);
    world = await startWorld({ config, sources, places, onLine: writeProblem, beside: running });
    await demo?.save();
    const { functions } = world;
    return {
      groups: groupsOf(chosen),
      isShared: running !== undefined,
      invoke: async ({ connection, feeds }, order, budgetMs) => {
        const streams = feeds.map(({ stream }) => stream.name);
        return await functions.get(connection.source)?.invoke({ ...order, connection, streams }, budgetMs);
      },
      who: async () => localUser(),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Whether the past of a feed can be read. Snapshots have none: vendors only show the present state. */
export function hasPast(feed: AnyFeed): boolean {
  return !isSnapshotFeed(feed);
}

/** Writes warnings and errors that are about no feed: those of a feed are in its report, which the command shows. */
function writeProblem(line: Readonly<Record<string, unknown>>): void {
  if ((line.level !== 'warn' && line.level !== 'error') || line.feed !== undefined) return;
  const text = sayLine(line);
  if (text !== undefined) tell(text);
}
