import { setTimeout as pause } from 'node:timers/promises';
import { TidemarkError } from '../../functions/core/errors.ts';
import { findRunning, preparePlaces } from '../../local/world.ts';
import { type Looks, lookAt } from '../feeds/look-at.ts';
import { open } from '../feeds/open.ts';
import type { FeedOptions, Opened } from '../feeds/opened.ts';
import { canDraw, openStage } from '../screen/stage.ts';
import { WatchView } from './watch-view.ts';

/** A look costs little here, and invokes functions in the cloud. */
const [EVERY_MS, CLOUD_EVERY_MS] = [2_000, 10_000];

/**
 * Shows the state of the feeds on the whole terminal, again and again, until the user ends it.
 *
 * @param format writes the state of the feeds as text, for the present width of the terminal
 */
export async function watch(command: string, options: FeedOptions, format: (looks: Looks) => string): Promise<number> {
  if (options.json || !canDraw(process.stdout)) throw cannotWatch(command);
  const ending = new AbortController();
  const quit = () => ending.abort();
  const everyMs = options.cloud ? CLOUD_EVERY_MS : EVERY_MS;
  let looks: Looks = { looks: [], left: [] };
  let lookedAt: Date | undefined;
  let problem: string | undefined;
  const watched = () => ({ text: () => format(looks), lookedAt, problem, everyMs });
  const looker = new Looker(options);
  // What is wrong with the configuration is an error like that of any command.
  looks = await looker.look();
  lookedAt = new Date();
  process.on('SIGINT', quit).on('SIGTERM', quit);
  const stage = await openStage(new WatchView(`tidemark ${command}`, watched, quit), process.stdout);
  try {
    while (!ending.signal.aborted) {
      await pause(everyMs, undefined, { signal: ending.signal });
      try {
        const looked = await looker.lookAgain();
        problem = looked ? undefined : 'nothing runs here now';
        if (looked) [looks, lookedAt] = [looked, new Date()];
      } catch (thrown) {
        problem = thrown instanceof Error ? thrown.message : String(thrown);
      }
      stage.refresh();
    }
  } catch (thrown) {
    if (!ending.signal.aborted) throw thrown;
  } finally {
    await stage.end();
    await looker.end();
    process.off('SIGINT', quit).off('SIGTERM', quit);
  }
  return 0;
}

/** Looks again and again, and keeps nobody out meanwhile: a state directory in which nobody else works is closed after the look. */
class Looker {
  readonly #options: FeedOptions;
  #opened: Opened | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  async look(): Promise<Looks> {
    const opened = this.#opened ?? (await open(this.#options));
    this.#opened = opened;
    try {
      const looks = await lookAt(opened);
      if (!opened.isShared) await this.end();
      return looks;
    } catch (thrown) {
      // The program whose services these were has ended.
      await this.end();
      throw thrown;
    }
  }

  /** Looks if anything can have changed. Undefined if nobody works there. */
  async lookAgain(): Promise<Looks | undefined> {
    const { state, out, secrets } = this.#options;
    if (this.#opened || this.#options.cloud) return await this.look();
    return (await findRunning(await preparePlaces(state, out, secrets))) ? await this.look() : undefined;
  }

  async end(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
  }
}

function cannotWatch(command: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `tidemark ${command} --watch draws on a terminal, and stdout is none that can be drawn on.`,
    remedy: `For a program: tidemark ${command} --json, as often as it wants.`,
  });
}
