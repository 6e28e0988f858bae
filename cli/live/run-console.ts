import { relative } from 'node:path';
import type { LogLine } from '../../local/lambda.ts';
import type { Runner } from '../../local/runner.ts';
import { canDraw, openStage, type Stage } from '../screen/stage.ts';
import { sayLine } from '../views/log-line.ts';
import { latestEvent } from '../views/sample.ts';
import { tell } from '../views/terminal.ts';
import type { LiveState } from './live-state.ts';
import { LiveView } from './live-view.ts';
import { Throughput } from './throughput.ts';

const REFRESH_MS = 1_000;
const KEPT_NOTES = 200;

/** A path as a person would type it here. */
function shortPath(path: string): string {
  const here = relative(process.cwd(), path);
  return here === '' || here.startsWith('..') ? path : here;
}

/** What is shown beside the feeds, and what the user can do. */
export interface RunConsoleOptions {
  /** Whether there may be a live view: not if the result is for a program. */
  readonly mayDraw: boolean;
  /** The titles of the vendors for which shipped simulators stand in. */
  readonly simulated: readonly string[];
  /** Where the events go. */
  readonly out: string;
  readonly quit: () => void;
}

/** What the user sees while it runs: a live view on a terminal, otherwise the log of the functions, one line for each run. */
export class RunConsole {
  readonly #options: RunConsoleOptions;
  readonly #draws: boolean;
  readonly #throughput = new Throughput(Date.now());
  #notes: LiveState['notes'] = [];
  /** The address of the page in the browser, if there is one. */
  pageAddress: string | undefined;
  #runner: Runner | undefined;
  #stage: Stage | undefined;
  #timer: NodeJS.Timeout | undefined;
  #latestEvent: string | undefined;
  #delivered = 0;
  #isEnding = false;

  constructor(options: RunConsoleOptions) {
    this.#options = options;
    this.#draws = options.mayDraw && canDraw(process.stderr);
  }

  /** Shows a log line of a function. */
  line(line: LogLine): void {
    const text = sayLine(line);
    if (text === undefined) return;
    if (!this.#draws) tell(text);
    else if (line.level === 'warn' || line.level === 'error') {
      const feed = typeof line.feed === 'string' ? line.feed : undefined;
      this.#notes = [...this.#notes, { feed, text }].slice(-KEPT_NOTES);
    }
  }

  async show(runner: Runner): Promise<void> {
    this.#runner = runner;
    if (!this.#draws) return;
    const view = new LiveView({
      state: () => this.#state(runner),
      pause: () => (runner.isPaused ? runner.goOn() : runner.pause()),
      quit: this.#options.quit,
    });
    this.#stage = await openStage(view);
    this.#timer = setInterval(() => this.#stage?.refresh(), REFRESH_MS);
  }

  changed(): void {
    if (!this.#runner) return;
    const { statuses } = this.#runner;
    this.#throughput.note(statuses, Date.now());
    this.#stage?.refresh();
    const delivered = statuses.reduce((sum, status) => sum + status.delivered, 0);
    if (!this.#stage || delivered === this.#delivered) return;
    this.#delivered = delivered;
    void latestEvent(this.#options.out).then((event) => {
      this.#latestEvent = event;
    });
  }

  /** Says that the program is about to end. */
  ending(): void {
    this.#isEnding = true;
    this.#stage?.refresh();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    const stage = this.#stage;
    this.#stage = undefined;
    await stage?.end();
  }

  #state({ statuses, isPaused }: Runner): LiveState {
    return {
      now: Date.now(),
      startedAt: this.#throughput.startedAt,
      statuses,
      throughput: this.#throughput,
      isPaused,
      isEnding: this.#isEnding,
      simulated: this.#options.simulated,
      out: shortPath(this.#options.out),
      pageAddress: this.pageAddress,
      latestEvent: this.#latestEvent,
      notes: this.#notes,
    };
  }
}
