import type { ConfiguredConnection } from '../functions/core/config/connection.ts';
import { type AnyFeed, isSnapshotFeed } from '../functions/core/model.ts';
import type { FeedReport, FeedState } from '../functions/core/run/report.ts';
import { dayOf } from '../functions/core/stored/ledger-row.ts';
import { emptyTally, type Tally } from '../functions/core/stored/tally.ts';
import { MILLISECOND } from '../functions/core/time.ts';
import type { World } from './world.ts';

/** How long a local invocation may take: short, so that a killed run leaves its lease for seconds only. */
const INVOCATION_MS = 10_000;
/** `--once` waits so long in all for quotas and other runs' leases. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** So many failures in a row that may pass by themselves are tried again by `--once`. */
const MOST_TRIES = 4;
/** Of a day, the last minutes are read a while after its end. */
const VERIFY_AFTER_MS = 2 * 3_600_000;
/** What does not pass by itself. */
const HOPELESS = new Set(['secret', 'config', 'request', 'origin', 'scope-shrank', 'internal']);

/** How a feed stands: what it did since the start, and what it does now. */
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
}

/** A feed and when it is its turn. */
interface Turn {
  readonly feed: AnyFeed & { every: number };
  readonly status: FeedStatus;
  dueAt: number;
  tries: number;
  done: boolean;
}

/** Does what the schedules do in the cloud: invokes each connection's function with the streams that are due. */
export class Runner {
  readonly statuses: FeedStatus[];
  readonly #world: World;
  readonly #connections: { connection: ConfiguredConnection; turns: Turn[] }[];
  readonly #onRun: () => void;
  readonly #stop = new AbortController();
  /** By connection, the day before which all has been verified. */
  readonly #verified = new Map<ConfiguredConnection, string>();

  constructor(
    world: World,
    feeds: readonly { connection: ConfiguredConnection; feed: AnyFeed & { every: number } }[],
    onRun: () => void,
  ) {
    this.#world = world;
    this.#onRun = onRun;
    const byConnection = Map.groupBy(feeds, ({ connection }) => connection);
    this.#connections = [...byConnection].map(([connection, own]) => ({
      connection,
      turns: own.map(({ feed }) => ({ feed, status: newStatus(feed), dueAt: 0, tries: 0, done: false })),
    }));
    this.statuses = this.#connections.flatMap(({ turns }) => turns.map(({ status }) => status));
  }

  /** Runs every feed when it is due, until stopped. */
  async forever(): Promise<void> {
    await Promise.all(this.#connections.map((own) => this.#keepRunning(own.connection, own.turns)));
  }

  /** Runs every feed until it is caught up or has failed for good. */
  async once(): Promise<void> {
    await Promise.all(this.#connections.map((own) => this.#catchUp(own.connection, own.turns)));
  }

  stop(): void {
    this.#stop.abort();
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #keepRunning(connection: ConfiguredConnection, turns: readonly Turn[]): Promise<void> {
    for (let first = true; !this.#stopped; first = false) {
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

  /** As the schedules do in the cloud: once a day has settled, what was delivered of the day before is compared with the vendor. */
  async #verifyDaily(connection: ConfiguredConnection, turns: readonly Turn[]): Promise<void> {
    const day = dayOf((Date.now() - VERIFY_AFTER_MS) * MILLISECOND);
    const done = this.#verified.get(connection);
    this.#verified.set(connection, day);
    // What was before this program began is asked for by hand.
    if (done === undefined || done === day) return;
    let streams = turns.filter(({ feed }) => !isSnapshotFeed(feed)).map(({ feed }) => feed.stream.name);
    while (streams.length > 0 && !this.#stopped) {
      const input = { act: 'verify', connection, streams };
      const asked = this.#world.functions.get(connection.source)?.invoke(input, INVOCATION_MS);
      // A function that breaks has said so, and what it is for goes on.
      const answer = await asked?.catch(() => ({ feeds: [] }));
      const { feeds } = answer as { feeds: FeedReport[] };
      // What else keeps one from its end is tried again the next day; the log says why.
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
}

/** What `--once` does with a feed after a run. */
function settle(turn: Turn): void {
  const { status } = turn;
  if (status.state === 'failed' && !HOPELESS.has(status.error?.code ?? '') && ++turn.tries < MOST_TRIES) {
    turn.dueAt = Date.now() + 500 * turn.tries;
    return;
  }
  if (status.state === 'more') turn.tries = 0;
  const wait = status.state === 'paused' || status.state === 'busy';
  // The time may have been cut to its second.
  if (wait) turn.dueAt = status.until === undefined ? Date.now() + 1_000 : Date.parse(status.until) + 1_000;
  turn.done = !wait && status.state !== 'more';
}

/** The waiting took too long: the feed is not caught up, and that is an error with its reason. */
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
