import { TidemarkError } from '../../../functions/core/errors.ts';
import { type Looks, lookAt } from '../../feeds/look-at.ts';
import type { FeedRow, LiveState, Problem } from '../api-types.ts';
import { localFiles } from './events/event-files.ts';
import { RecentEvents } from './events/recent-events.ts';
import { feedRow } from './feed-rows.ts';
import { History } from './history.ts';
import type { Place } from './place.ts';
import { hasSimulators } from './simulators.ts';
import { WorkList } from './work.ts';

/** How often the feeds are looked at, in milliseconds: while a page is open, and while none is. A look at a deployment costs something. */
const PERIODS = { local: { open: 2_000, closed: 10_000 }, cloud: { open: 60_000, closed: undefined } } as const;
/** Number of steps of a feed’s small chart. */
const PACE_STEPS = 20;
/** How long work may take to end when the page is closed. */
const GRACE_MS = 3_000;
/** How often it is checked, during an answer, whether it can still come. */
const CHECK_MS = 1_000;

/** Opens the place again after its program has ended and another one has begun. Undefined if none has, or if that cannot be. */
export type Reopen = () => Promise<Place | undefined>;

/** The feeds, looked at again and again, and what has been seen of them since the start. Every page that is open is told. */
export class LiveFeeds {
  readonly history = new History();
  readonly work = new WorkList(() => this.#tellSoon());
  readonly #reopen: Reopen | undefined;
  readonly #followers = new Set<(state: LiveState) => void>();
  #place: Place;
  #events: RecentEvents | undefined;
  #latest: Looks | undefined;
  #lookedAt = 0;
  #hasSimulators = false;
  #problem: Problem | undefined;
  #timer: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #closed = false;

  constructor(place: Place, reopen: Reopen | undefined) {
    this.#place = place;
    this.#reopen = reopen;
    this.#events = eventsOf(place);
    this.#plan(0);
  }

  get place(): Place {
    return this.#place;
  }

  /** The last look. Undefined before the first one. */
  get latest(): Looks | undefined {
    return this.#latest;
  }

  /** The events that were delivered last. Undefined for a deployment, until somebody has asked for them. */
  get events(): RecentEvents | undefined {
    return this.#events;
  }

  set events(events: RecentEvents) {
    this.#events = events;
  }

  follow(tell: (state: LiveState) => void): () => void {
    this.#followers.add(tell);
    tell(this.#state());
    if (this.#followers.size === 1)
      this.#plan(this.#place.kind === 'cloud' ? this.#lookedAt + PERIODS.cloud.open - Date.now() : 0);
    return () => this.#followers.delete(tell);
  }

  /** @param others what else may take a moment to end */
  async close(others: Promise<unknown>): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#telling);
    this.work.stopAll();
    // This ends the running invocations, on this machine.
    await this.#place.close();
    const ended = Promise.all([this.work.ended, this.#refreshing, others]);
    const over = new AbortController();
    await Promise.race([ended, pause(GRACE_MS, over.signal)]);
    over.abort();
  }

  /** Looks at the feeds after this time, and then again and again. */
  #plan(wait: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#refreshing ??= this.#refresh().finally(() => {
        this.#refreshing = undefined;
        const { open, closed } = PERIODS[this.#place.kind === 'cloud' ? 'cloud' : 'local'];
        const next = this.#followers.size > 0 ? open : closed;
        if (next !== undefined) this.#plan(next);
      });
    }, wait);
    // The page alone is no reason for the program to go on.
    this.#timer.unref();
  }

  async #refresh(): Promise<void> {
    try {
      this.#hasSimulators = await hasSimulators(this.#place);
      // Before the functions have started, which may take a while.
      if (!this.#latest) this.#tell();
      this.#latest = await whileThere(this.#place, lookAt(this.#place.looking));
      this.#lookedAt = Date.now();
      this.#problem = undefined;
      this.#note(this.#latest);
      // Objects of an archive are read only when somebody looks at events.
      if (this.#place.kind !== 'cloud') await this.#events?.poll();
    } catch (thrown) {
      if (this.#closed) return;
      await this.#recover(thrown);
    }
    this.#tell();
  }

  /** The program beside us may have ended. Its successor has other ports. */
  async #recover(thrown: unknown): Promise<void> {
    const hasEnded = this.#place.isThere !== undefined && !(await this.#place.isThere());
    this.#problem = hasEnded ? HAS_ENDED : problemOf(thrown);
    if (!this.#reopen) return;
    const next = await this.#reopen().catch((again: unknown) => {
      this.#problem = problemOf(again);
    });
    if (next) {
      await this.#place.close();
      this.#place = next;
      this.#events ??= eventsOf(next);
    }
  }

  #note({ looks }: Looks): void {
    const delivered = new Map(this.#place.statuses?.().map((status) => [status.feed, status.delivered]));
    const samples = looks.map(({ feed, lagSeconds, lateness }) => {
      // What the table counts of a feed's events is kept beside how late they were.
      const counted = this.#place.statuses ? (delivered.get(feed) ?? 0) : lateness && lateness.onTime + lateness.late;
      return {
        feed,
        ...(lagSeconds !== undefined && { lagSeconds }),
        ...(counted !== undefined && { delivered: counted }),
      };
    });
    this.history.add(Date.now() / 1_000, samples);
  }

  #tell(): void {
    const state = this.#state();
    for (const tell of this.#followers) tell(state);
  }

  /** Tells a burst of changes once. */
  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      this.#tell();
    }, 100);
    this.#telling.unref();
  }

  #state(): LiveState {
    const { kind, name, detail } = this.#place;
    return {
      at: new Date().toISOString(),
      kind,
      place: name,
      detail,
      ...(this.#latest && { feeds: this.#rows(this.#latest) }),
      left: this.#latest?.left ?? [],
      work: this.work.reports,
      eventsSeen: this.#events?.seen ?? 0,
      hasSimulators: this.#hasSimulators,
      ...(this.#problem && { problem: this.#problem }),
    };
  }

  #rows({ looks }: Looks): FeedRow[] {
    const statuses = new Map(this.#place.statuses?.().map((status) => [status.feed, status]));
    const chosen = new Map(this.#place.feeds.map((each) => [each.feed.name, each]));
    const now = Date.now() / 1_000;
    return looks.map((look) => {
      const [feed, status, delivered] = [
        chosen.get(look.feed),
        statuses.get(look.feed),
        this.history.deliveredOf(look.feed),
      ];
      return feedRow(look, {
        ...(feed && { chosen: feed }),
        ...(status && { status }),
        ...(delivered !== undefined && { delivered }),
        pace: this.#place.kind === 'cloud' ? [] : this.history.paceOf(look.feed, now, PACE_STEPS),
      });
    });
  }
}

/** Waits for an answer, but not longer than the program is there that gives it. */
async function whileThere<T>(place: Place, answer: Promise<T>): Promise<T> {
  if (!place.isThere) return await answer;
  const over = new AbortController();
  // What is left behind fails later, when nobody waits for it any more.
  answer.catch(() => undefined).finally(() => over.abort());
  for (;;) {
    if (!(await place.isThere())) throw new Error('the program beside this one has ended');
    const isOver = await Promise.race([answer.then(() => true), pause(CHECK_MS, over.signal)]);
    if (isOver) return await answer;
  }
}

/** False after some time; true as soon as the signal says so. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return await new Promise((resolve) => {
    if (signal.aborted) return resolve(true);
    const timer = setTimeout(resolve, milliseconds, false);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

const HAS_ENDED: Problem = {
  message: 'tidemark run has ended here: this is how things were.',
  remedy: 'Start it again: the page goes on by itself.',
};

function eventsOf({ places, config }: Place): RecentEvents | undefined {
  return places && new RecentEvents(localFiles(places.out, config.destinations));
}

function problemOf(thrown: unknown): Problem {
  if (thrown instanceof TidemarkError) return { message: thrown.message, remedy: thrown.remedy };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { message: `The feeds cannot be looked at: ${message}`, remedy: 'It is tried again every few seconds.' };
}
