import type { FeedStatus } from '../../local/runner.ts';

/** How long the past is that is shown, in milliseconds. */
const SHOWN_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** Events of one run, as if they had been delivered evenly between its start and its end. */
interface Delivered {
  readonly from: number;
  readonly to: number;
  readonly events: number;
}

/** What is remembered of a feed. */
interface Past {
  delivered: Delivered[];
  total: number;
  runs: number;
  /** When the present run started; when the last one ended. */
  startedAt: number;
  endedAt: number | undefined;
  isRunning: boolean;
  /** The watermark at the ends of the runs since the feed has been behind. */
  watermarks: { readonly at: number; readonly watermark: number }[];
}

/** How many events were delivered when, by feed. It sees the runs of a program start and end. */
export class Throughput {
  readonly startedAt: number;
  readonly #pasts = new Map<string, Past>();

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** Notes what has changed: called whenever a run has started or ended. */
  note(statuses: readonly FeedStatus[], now: number): void {
    for (const status of statuses) this.#noteFeed(status, now);
  }

  #noteFeed({ feed, state, runs, delivered, watermark }: FeedStatus, now: number): void {
    const past = this.#pasts.get(feed) ?? newPast(now);
    this.#pasts.set(feed, past);
    if (runs > past.runs) {
      const events = delivered - past.total;
      // A run may be shorter than a tick of the clock.
      if (events > 0) past.delivered.push({ from: Math.min(past.startedAt, now - 1), to: now, events });
      past.delivered = past.delivered.filter(({ to }) => to > now - SHOWN_MS);
      past.runs = runs;
      past.total = delivered;
      past.endedAt = now;
      noteWatermark(past, state, watermark, now);
    }
    const isRunning = state === 'running';
    if (isRunning && !past.isRunning) past.startedAt = now;
    past.isRunning = isRunning;
  }

  /** When the last run of a feed has ended: what its report says of the present was true then. */
  endedAt(feed: string): number | undefined {
    return this.#pasts.get(feed)?.endedAt;
  }

  /** Events a minute over the last minute, of a feed or of all. */
  perMinute(now: number, feed?: string): number {
    const from = Math.max(this.startedAt, now - MINUTE_MS);
    const events = this.#spans(feed).reduce((sum, span) => sum + within(span, from, now), 0);
    return (events * MINUTE_MS) / Math.max(now - from, 1_000);
  }

  /** Events in each of the latest spans of time, oldest first, of a feed or of all. */
  series(now: number, count: number, feed?: string): number[] {
    const spans = this.#spans(feed);
    const length = SHOWN_MS / 60;
    // Whole steps of the clock: otherwise every bar would change at every moment.
    const end = Math.ceil(now / length) * length;
    return Array.from({ length: count }, (_, at) => {
      const to = end - (count - 1 - at) * length;
      return spans.reduce((sum, span) => sum + within(span, to - length, to), 0);
    });
  }

  /** Milliseconds until a feed that is behind will have caught up at its present speed. Undefined if that is not known. */
  untilCaughtUp(feed: string, now: number): number | undefined {
    const watermarks = this.#pasts.get(feed)?.watermarks ?? [];
    const [first, last] = [watermarks[0], watermarks.at(-1)];
    if (!first || !last || last.at - first.at < 1_000) return undefined;
    // Time goes on while it reads.
    const gained = last.watermark - first.watermark - (last.at - first.at);
    if (gained <= 0) return undefined;
    const left = ((last.at - last.watermark) * (last.at - first.at)) / gained - (now - last.at);
    return left > 0 ? left : undefined;
  }

  #spans(feed: string | undefined): readonly Delivered[] {
    if (feed !== undefined) return this.#pasts.get(feed)?.delivered ?? [];
    return [...this.#pasts.values()].flatMap(({ delivered }) => delivered);
  }
}

function newPast(now: number): Past {
  return {
    delivered: [],
    total: 0,
    runs: 0,
    startedAt: now,
    endedAt: undefined,
    isRunning: false,
    watermarks: [],
  };
}

function noteWatermark(past: Past, state: FeedStatus['state'], watermark: string | undefined, now: number): void {
  const time = Date.parse(watermark ?? '');
  if (state !== 'more' || Number.isNaN(time)) past.watermarks = [];
  else past.watermarks = [...past.watermarks, { at: now, watermark: time }].slice(-10);
}

/** How many events of a span of time fall between two times. */
function within({ from, to, events }: Delivered, start: number, end: number): number {
  const shared = Math.min(to, end) - Math.max(from, start);
  return shared > 0 ? (events * shared) / (to - from) : 0;
}
