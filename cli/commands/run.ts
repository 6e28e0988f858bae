import { findSources } from '../../lib/plan/find-sources.ts';
import { type ChosenFeed, chooseFeeds, configOrDemo } from '../../local/configuration.ts';
import { Runner } from '../../local/runner.ts';
import { type Places, preparePlaces, startWorld, type World } from '../../local/world.ts';
import { RunConsole } from '../live/run-console.ts';
import { examineWith, tellAddress, tellProblem } from '../ui/serve-ui.ts';
import type { Ui } from '../ui/start-ui.ts';
import { isWell, saySummary, summarize } from '../views/summary.ts';
import { print, printJson, tell } from '../views/terminal.ts';

/** Options of `tidemark run`. */
export interface RunOptions {
  readonly config?: string;
  readonly once: boolean;
  readonly feed?: string;
  readonly state: string;
  readonly out?: string;
  readonly secrets?: string;
  readonly json: boolean;
  /** Whether to serve the page, too. */
  readonly ui?: boolean;
}

/** How long a running invocation may take to end by itself when the program is stopped. */
const GRACE_MS = 1_000;

/** Forwards from the vendors to files, with the AWS services embedded. Resolves to the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const sources = await findSources();
  const places = await preparePlaces(options.state, options.out, options.secrets);
  const { config, demo } = await configOrDemo(options.config, sources, places);
  try {
    const feeds = chooseFeeds(config, sources, options.feed);
    const console = new RunConsole({
      mayDraw: !options.json,
      simulated: demo?.titles ?? [],
      out: places.out,
      // Ctrl-C is a key like any other while the live view is shown.
      quit: () => void process.emit('SIGINT', 'SIGINT'),
    });
    const world = await startWorld({ config, sources, places, onLine: (line) => console.line(line) });
    await demo?.save();
    for (const warning of world.warnings) tell(warning);
    return await forward({
      options,
      places,
      console,
      world,
      runner: new Runner(world, feeds, () => console.changed()),
      feeds,
    });
  } finally {
    await Promise.all(demo?.vendors.map((vendor) => vendor.stop()) ?? []);
  }
}

interface Forwarding {
  readonly options: RunOptions;
  readonly places: Places;
  readonly console: RunConsole;
  readonly world: World;
  readonly runner: Runner;
  readonly feeds: readonly ChosenFeed[];
}

async function forward({ options, places, console, world, runner, feeds }: Forwarding): Promise<number> {
  const stopping = Promise.withResolvers<number>();
  const stop = (signal: NodeJS.Signals) => {
    runner.stop();
    console.ending();
    stopping.resolve(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const page = options.ui ? await openPage(options, { places, world, feeds, runner }) : undefined;
  if (page) console.pageAddress = page.address;
  try {
    await console.show(runner);
    const work = options.once ? runner.once() : runner.forever();
    const stopped = await Promise.race([work.then(() => undefined), stopping.promise]);
    await page?.close();
    // This ends the running invocation. The next run reads again what it had not delivered.
    await world.close(stopped === undefined ? 0 : GRACE_MS);
    await work;
    await console.end();
    if (options.json) printJson(summarize(runner.statuses, places.out));
    else print(saySummary(runner.statuses, places.out, places.secrets));
    if (stopped !== undefined) return options.once ? stopped : 0;
    return isWell(runner.statuses) ? 0 : 1;
  } finally {
    await console.end();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Serves the page about what this program does. Its modules are loaded only where it is wanted. */
async function openPage(
  options: RunOptions,
  { places, world, feeds, runner }: Pick<Forwarding, 'places' | 'world' | 'feeds' | 'runner'>,
): Promise<Ui> {
  const { openWithin } = await import('../ui/data/local-place.ts');
  const { startUi } = await import('../ui/start-ui.ts');
  const { running } = world;
  const place = await openWithin({ places, running, feeds, statuses: () => runner.statuses, onLine: tellProblem });
  const page = await startUi({ place, examine: examineWith({ ...options, json: false }) });
  tellAddress(page.address);
  return page;
}
