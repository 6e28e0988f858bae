import { basename, dirname, isAbsolute, relative } from 'node:path';
import { localUser } from '../../../cli/feeds/local-user.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';
import { type ChosenFeed, chooseFeeds, configOrDemo, readConfig } from '../../../local/configuration.ts';
import type { Demo } from '../../../local/demo.ts';
import type { LogLine } from '../../../local/lambda.ts';
import type { FeedStatus } from '../../../local/runner.ts';
import {
  findRunning,
  isStillRunning,
  type Places,
  preparePlaces,
  type Running,
  startWorld,
  type World,
} from '../../../local/world.ts';
import { type FeedOptions, groupsOf, type Opened } from '../../feeds/opened.ts';
import type { PlaceKind } from '../api-types.ts';
import type { Place } from './place.ts';

/** Where warnings of functions go that are about no feed. */
type OnLine = (line: LogLine) => void;

/** Opens a state directory: beside the program that forwards from it, or alone. */
export async function openLocalPlace(options: FeedOptions, onLine: OnLine): Promise<Place> {
  const places = await preparePlaces(options.state, options.out, options.secrets);
  const running = await findRunning(places);
  return running ? await openBeside(options, places, running, onLine) : await openAlone(options, places, onLine);
}

/** Opens the state directory of a program that forwards, again or for the first time. Undefined if none does. */
export async function openAgain(options: FeedOptions, onLine: OnLine): Promise<Place | undefined> {
  const places = await preparePlaces(options.state, options.out, options.secrets);
  const running = await findRunning(places);
  return running && (await openBeside(options, places, running, onLine));
}

async function openBeside(options: FeedOptions, places: Places, running: Running, onLine: OnLine): Promise<Place> {
  const sources = await findSources();
  const config = (await readConfig(options.config, sources)) ?? running.config;
  const feeds = chooseFeeds(config, sources, options.feed);
  return await placeBeside({ kind: 'beside', places, running: { ...running, config }, feeds, onLine });
}

/** Opens the page’s own functions in the program that forwards. */
export async function openWithin(within: Omit<Beside, 'kind'>): Promise<Place> {
  return await placeBeside({ kind: 'run', ...within });
}

/** Starts the embedded services, and the simulators if nothing is configured. Nobody forwards, until somebody asks for it. */
async function openAlone(options: FeedOptions, places: Places, onLine: OnLine): Promise<Place> {
  const sources = await findSources();
  const { config, demo } = await configOrDemo(options.config, sources, places);
  let world: World | undefined;
  const close = async () => {
    await world?.close(1_000);
    await stopDemo(demo);
  };
  try {
    const feeds = chooseFeeds(config, sources, options.feed);
    world = await startWorld({ config, sources, places, onLine });
    await demo?.save();
    const place = await placeBeside({ kind: 'alone', places, running: world.running, feeds, onLine });
    return {
      ...place,
      async close() {
        await place.close();
        await close();
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function stopDemo(demo: Demo | undefined): Promise<void> {
  await Promise.all(demo?.vendors.map((vendor) => vendor.stop()) ?? []);
}

interface Beside {
  readonly kind: PlaceKind;
  readonly places: Places;
  readonly running: Running;
  readonly feeds: readonly ChosenFeed[];
  readonly statuses?: () => readonly FeedStatus[];
  readonly onLine: OnLine;
}

async function placeBeside({ kind, places, running, feeds, statuses, onLine }: Beside): Promise<Place> {
  const sources = await findSources();
  const { config } = running;
  const start = () => startWorld({ config, sources, places, onLine, beside: running });
  const [looking, working] = [await start(), await start()];
  return {
    kind,
    name: `${basename(dirname(places.state))}/${basename(places.state)}`,
    detail: nameOf(places.out),
    config,
    sources,
    feeds,
    places,
    looking: openedOf(looking, feeds),
    working: openedOf(working, feeds),
    ...(statuses && { statuses }),
    ...(kind === 'beside' && { isThere: () => isStillRunning(places, running) }),
    async close() {
      await Promise.all([looking.close(0), working.close(1_000)]);
    },
  };
}

/** A path from here where it is below, for a person who has just been told it in that form. */
function nameOf(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

function openedOf({ functions }: World, feeds: readonly ChosenFeed[]): Opened {
  return {
    groups: groupsOf(feeds),
    isShared: true,
    invoke: async ({ connection, feeds }, order, budgetMs) => {
      const streams = feeds.map(({ stream }) => stream.name);
      return await functions.get(connection.source)?.invoke({ ...order, connection, streams }, budgetMs);
    },
    who: async () => localUser(),
    close: async () => undefined,
  };
}
