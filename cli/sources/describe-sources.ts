import { secretShapes } from '../../functions/core/config/connection.ts';
import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import { type AnyStream, isSnapshot, type Source, type Stream } from '../../functions/core/model.ts';
import { type Duration, parseInstant, SECOND } from '../../functions/core/time.ts';
import measured from '../../measured/runs.json' with { type: 'json' };

/** What can be read of a source. Durations are in seconds. */
export interface SourceDescription {
  readonly source: string;
  readonly title: string;
  readonly vendor: string;
  /** Null for a vendor with one host per tenant. */
  readonly origin: string | null;
  /** The shapes that a connection's secret may have, as JSON. */
  readonly secret: string;
  readonly streams: readonly StreamDescription[];
}

export interface StreamDescription {
  /** `SOURCE/STREAM`. */
  readonly stream: string;
  readonly title: string;
  readonly kind: 'events' | 'snapshot';
  /** The vendor's page about it. */
  readonly docs: string;
  /** The permission that it needs, in the vendor's words. */
  readonly needs: string;
  /** Whether it runs by default. */
  readonly enabled: boolean;
  readonly everySeconds: number;
  /** How long before the present a window ends. Null for a snapshot, as all that follows from windows. */
  readonly settleSeconds: number | null;
  /** How far behind the watermark each run reads again. */
  readonly overlapSeconds: number | null;
  readonly rereads: readonly { readonly everySeconds: number; readonly overlapSeconds: number }[];
  /** An event is found if it appears at most so long after it happened. */
  readonly lateUpToSeconds: number | null;
  readonly longestWindowSeconds: number | null;
  /** How long the vendor keeps its records. Null for a snapshot, which has no past. */
  readonly retentionSeconds: number | null;
  /** Requests of a run without events, as measured with the simulator. Null if nobody has measured it. */
  readonly requestsPerRun: number | null;
  readonly feeds: readonly FeedFigures[];
}

/** What a feed was measured to be, by its ledger of the last days. Null is what is not known. */
export interface FeedFigures {
  readonly feed: string;
  readonly eventsPerMinute: number | null;
  readonly requestsPerEvent: number | null;
}

/**
 * Describes what can be read.
 *
 * @param looks configured feeds with their ledgers, if there are any
 */
export function describeSources(
  sources: readonly Source[],
  looks: readonly FeedStatusReport[] = [],
): SourceDescription[] {
  return sources.map((source) => ({
    source: source.id,
    title: source.title,
    vendor: source.vendor,
    origin: source.origin ?? null,
    secret: secretShapes(source.auth),
    streams: source.streams.map((stream) => describeStream(source, stream, looks)),
  }));
}

const RUNS: Readonly<Record<string, { readonly run: { readonly vendorCalls: number } }>> = measured.streams;

function describeStream(source: Source, stream: AnyStream, looks: readonly FeedStatusReport[]): StreamDescription {
  const name = `${source.id}/${stream.name}`;
  const { title, docs, needs, enabled, every, retention } = stream;
  return {
    stream: name,
    title,
    kind: isSnapshot(stream) ? 'snapshot' : 'events',
    docs,
    needs,
    enabled,
    everySeconds: seconds(every),
    ...(isSnapshot(stream) ? NO_WINDOWS : windowsOf(stream)),
    retentionSeconds: isSnapshot(stream) ? null : seconds(retention),
    requestsPerRun: RUNS[name]?.run.vendorCalls ?? null,
    feeds: looks.filter(({ feed }) => feed.startsWith(`${name}/`)).map(figuresOf),
  };
}

type Windows = Pick<
  StreamDescription,
  'settleSeconds' | 'overlapSeconds' | 'rereads' | 'lateUpToSeconds' | 'longestWindowSeconds'
>;

const NO_WINDOWS: Windows = {
  settleSeconds: null,
  overlapSeconds: null,
  rereads: [],
  lateUpToSeconds: null,
  longestWindowSeconds: null,
};

function windowsOf({ settle, overlap, rereads = [], longestWindow }: Stream): Windows {
  return {
    settleSeconds: seconds(settle),
    overlapSeconds: seconds(overlap),
    rereads: rereads.map((one) => ({ everySeconds: seconds(one.every), overlapSeconds: seconds(one.overlap) })),
    lateUpToSeconds: seconds(Math.max(overlap, ...rereads.map((one) => one.overlap)) + settle),
    longestWindowSeconds: seconds(longestWindow),
  };
}

/** Figures of whole days, as the ledger has them: what was read on them, and the events that happened on them. */
function figuresOf({ feed, ledger, floor, watermark }: FeedStatusReport): FeedFigures {
  const done = ledger.flatMap((row) => (row.done ? [row.done] : []));
  const pages = sum(done.map((day) => day.pages));
  const delivered = sum(done.map((day) => day.delivered));
  const events = sum(ledger.flatMap(({ hours }) => hours.map((hour) => hour.events)));
  const [firstDay] = ledger.map(({ day }) => day).sort();
  const from = Math.max(parseInstant(floor) ?? 0, parseInstant(`${firstDay}T00:00:00Z`) ?? 0);
  const minutes = seconds((parseInstant(watermark) ?? 0) - from) / 60;
  return {
    feed,
    eventsPerMinute: firstDay !== undefined && minutes >= 1 ? rounded(events / minutes) : null,
    requestsPerEvent: pages > 0 && delivered > 0 ? rounded(pages / delivered) : null,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function seconds(duration: Duration): number {
  return Math.round(duration / SECOND);
}

function rounded(number: number): number {
  return Number(number.toPrecision(3));
}
