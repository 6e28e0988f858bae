import type { ConfiguredConnection } from '../functions/core/config/connection.ts';
import { type AnyFeed, isSnapshotFeed } from '../functions/core/model.ts';
import type { FeedReport, FeedState } from '../functions/core/run/report.ts';
import type { ConditionName } from '../functions/core/stored/condition.ts';
import { dayOf } from '../functions/core/stored/ledger-row.ts';
import { emptyTally, type Tally } from '../functions/core/stored/tally.ts';
import { MILLISECOND } from '../functions/core/time.ts';
import type { World } from './world.ts';

/** Time limit of a local invocation. It is short: a killed run leaves its lease behind for this long. */
const INVOCATION_MS = 10_000;
/** Maximum total time that `--once` waits for quotas and for the leases of other runs. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** Maximum number of temporary failures in a row after which `--once` tries again. */
const MOST_TRIES = 4;
/** How long after a day's end it is verified: its last minutes are read a while later. */
const VERIFY_AFTER_MS = 2 * 3_600_000;
/** States that do not pass without a change by the user. */
const HOPELESS = new Set(['secret', 'config', 'request', 'origin', 'scope-shrank', 'internal']);

/** The state of a feed: what it has done since the start, and what it is doing now. */
export interface FeedStatus extends Tally {
  readonly feed: string;
  readonly source: string;
  readonly connection: string;
  state: FeedState | 'waiting' | 'running';
  runs: number;
  watermark?: string;
  lagSeconds?: number;
  until?: string;
  quota?: { readonly limit: number; readonly remaining: number };
  pace?: { readonly perMinute: number };
  error?: FeedReport['error'];
  warnings: readonly string[];
  /** What the runs since the start have found that means that events are missing. */
  conditions: readonly ConditionName[];
}

/** A feed, and when to run it next. */
interface Turn {
  readonly feed: AnyFeed & { every: number };
  readonly status: FeedStatus;
  dueAt: number;
  tries: number;
  done: boolean;
}

/** Does the work of the schedules in the cloud: invokes each connection's function with the streams that are due. */
export class Runner {
  readonly statuses: FeedStatus[];
  readonly #world: Pick<World, 'functions'>;
  readonly #connections: { connection: ConfiguredConnection; turns: Turn[] }[];
  readonly #onRun: () => void;
  readonly #stop = new AbortController();
  /** Resolves when the user lets it go on. Undefined while it does. */
  #pause: PromiseWithResolvers<void> | undefined;
  /** For each connection, the day up to which everything has been verified. */
  readonly #verified = new Map<ConfiguredConnection, string>();

  constructor(
    world: Pick<World, 'functions'>,
    feeds: readonly { connection: ConfiguredConnection; feed: AnyFeed & { every: number } }[],
    onRun: () => void,
  ) {
    this.#world = world;
    this.#onRun = onRun;
    const byConnection = Map.groupBy(feeds, ({ connection }) => connection);
    this.#connections = [...byConnection].map(([connection, feeds]) => ({
      connection,
      turns: feeds.map(({ feed }) => ({ feed, status: newStatus(feed), dueAt: 0, tries: 0, done: false })),
    }));
    this.statuses = this.#connections.flatMap(({ turns }) => turns.map(({ status }) => status));
  }

  /** Runs every feed whenever it is due, until stopped. */
  async forever(): Promise<void> {
    await Promise.all(this.#connections.map(({ connection, turns }) => this.#keepRunning(connection, turns)));
  }

  /** Runs every feed until it has caught up or has failed for good. */
  async once(): Promise<void> {
    await Promise.all(this.#connections.map(({ connection, turns }) => this.#catchUp(connection, turns)));
  }

  stop(): void {
    this.#stop.abort();
    this.goOn();
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** Starts no more runs. Those that have started read to their end, which is a few seconds away. */
  pause(): void {
    if (!this.#stopped) this.#pause ??= Promise.withResolvers();
    this.#onRun();
  }

  goOn(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
    this.#onRun();
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #keepRunning(connection: ConfiguredConnection, turns: readonly Turn[]): Promise<void> {
    for (let first = true; !this.#stopped; first = false) {
      await this.#pause?.promise;
      if (this.#stopped) return;
      const due = turns.filter(({ dueAt }) => dueAt <= Date.now());
      const startedAt = Date.now();
      await this.#verifyDaily(connection, turns);
      if (due.length > 0) await this.#invoke(connection, due, first);
      for (const turn of due) {
        const again = turn.status.state === 'more';
        turn.dueAt = again ? 0 : startedAt + turn.feed.every / MILLISECOND;
      }
      await this.#pauseUntil(Math.min(...turns.map(({ dueAt }) => dueAt)));
    }
  }

  /** Verifies the days that are due after each day's end, as the schedules do in the cloud: compares what was delivered with what the vendor has. */
  async #verifyDaily(connection: ConfiguredConnection, turns: readonly Turn[]): Promise<void> {
    const day = dayOf((Date.now() - VERIFY_AFTER_MS) * MILLISECOND);
    const done = this.#verified.get(connection);
    this.#verified.set(connection, day);
    // Not at the start of this program, which may be short.
    if (done === undefined || done === day) return;
    let streams = turns.filter(({ feed }) => !isSnapshotFeed(feed)).map(({ feed }) => feed.stream.name);
    while (streams.length > 0 && !this.#stopped) {
      const input = { act: 'verify', connection, streams };
      const asked = this.#world.functions.get(connection.source)?.invoke(input, INVOCATION_MS);
      // A function that fails has logged why; the feeds go on.
      const answer = await asked?.catch(() => ({ feeds: [] }));
      const { feeds } = answer as { feeds: FeedReport[] };
      // Any other problem is logged, and the day is tried again tomorrow.
      const more = new Set(feeds.filter(({ state }) => state === 'more').map(({ feed }) => feed.split('/')[1]));
      streams = streams.filter((stream) => more.has(stream));
    }
  }

  async #catchUp(connection: ConfiguredConnection, turns: readonly Turn[]): Promise<void> {
    let waited = 0;
    for (let first = true; !this.#stopped; first = false) {
      const waiting = turns.filter(({ done }) => !done);
      if (waiting.length === 0) return;
      const next = Math.min(...waiting.map(({ dueAt }) => dueAt));
      const wait = Math.max(0, next - Date.now());
      if (waited + wait > LONGEST_WAIT_MS) return waiting.forEach(giveUp);
      waited += wait;
      await this.#pauseUntil(next);
      await this.#pause?.promise;
      const due = waiting.filter(({ dueAt }) => dueAt <= Date.now());
      if (due.length > 0 && !this.#stopped) await this.#invoke(connection, due, first);
      for (const turn of due) settle(turn);
    }
  }

  async #invoke(connection: ConfiguredConnection, due: readonly Turn[], askAgain: boolean): Promise<void> {
    for (const { status } of due) status.state = 'running';
    this.#onRun();
    const streams = due.map(({ feed }) => feed.stream.name);
    try {
      const input = { connection, streams, askAgain };
      const answer = await this.#world.functions.get(connection.source)?.invoke(input, INVOCATION_MS);
      for (const report of (answer as { feeds: FeedReport[] }).feeds) {
        const turn = due.find(({ feed }) => feed.name === report.feed);
        if (turn) note(turn.status, report);
      }
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      for (const { status } of due) {
        status.state = this.#stopped ? 'stopped' : 'failed';
        status.error = { code: 'internal', stage: 'processing', message, remedy: 'Look at the log lines before this.' };
      }
    }
    this.#onRun();
  }

  #pauseUntil(time: number): Promise<void> {
    const { signal } = this.#stop;
    const wait = time - Date.now();
    if (wait <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, wait);
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}

function newStatus(feed: AnyFeed): FeedStatus {
  return {
    ...emptyTally(),
    feed: feed.name,
    source: feed.source.id,
    connection: feed.connection.id,
    state: 'waiting',
    runs: 0,
    warnings: [],
    conditions: [],
  };
}

function note(status: FeedStatus, report: FeedReport): void {
  for (const key of Object.keys(emptyTally()) as (keyof Tally)[]) status[key] += report[key];
  const { state, watermark, lagSeconds, quota, pace, until, error } = report;
  status.state = state;
  status.runs++;
  if (watermark !== undefined) status.watermark = watermark;
  if (lagSeconds !== undefined) status.lagSeconds = lagSeconds;
  if (quota) status.quota = quota;
  if (pace) status.pace = pace;
  delete status.until;
  delete status.error;
  if (until !== undefined) status.until = until;
  if (error) status.error = error;
  status.warnings = [...new Set([...status.warnings, ...report.warnings])].slice(-20);
  status.conditions = [...new Set([...status.conditions, ...(report.conditions ?? [])])];
}

/** What `--once` does next with a feed. */
function settle(turn: Turn): void {
  const { status } = turn;
  if (status.state === 'failed' && !HOPELESS.has(status.error?.code ?? '') && ++turn.tries < MOST_TRIES) {
    turn.dueAt = Date.now() + 500 * turn.tries;
    return;
  }
  if (status.state === 'more') turn.tries = 0;
  const wait = status.state === 'paused' || status.state === 'busy';
  // The time may have been rounded down to the second.
  if (wait) turn.dueAt = status.until === undefined ? Date.now() + 1_000 : Date.parse(status.until) + 1_000;
  turn.done = !wait && status.state !== 'more';
}

/** The status of a feed that has not caught up because the waiting took too long: an error that says why. */
function giveUp({ status }: Turn): void {
  const until = status.until ? ` until ${status.until}` : '';
  status.error = {
    code: 'failing',
    stage: 'receiving',
    message: `${status.feed} is ${status.state}${until}: not caught up after waiting ${LONGEST_WAIT_MS / 60_000} minutes.`,
    remedy: 'Run it again later: it goes on from where it is.',
  };
  status.state = 'failed';
}
