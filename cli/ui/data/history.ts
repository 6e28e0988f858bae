import type { Chart } from '../api-types.ts';

/** What is known of a feed at one time. */
export interface Sample {
  readonly feed: string;
  readonly lagSeconds?: number;
  /** Events delivered since some time in the past: only its growth counts. */
  readonly delivered?: number;
}

/** A row of values over time, of which the oldest are forgotten. */
interface Ring {
  readonly step: number;
  readonly size: number;
}

/** The last hour in steps of 15 seconds, and the last day in steps of five minutes. */
const RINGS = { hour: { step: 15, size: 240 }, day: { step: 300, size: 288 } } as const satisfies Record<string, Ring>;

export type HistoryRange = keyof typeof RINGS;

/** Maximum number of lines in a chart. More cannot be told apart. */
const MAX_LINES = 8;
const MINUTE_SECONDS = 60;

/** A step of a feed: the events that were delivered in it, and the largest lag. */
interface Cell {
  delivered: number;
  lag: number | undefined;
}

/** What each feed has done over time, kept in memory since the start: bounded, however long the program runs. */
export class History {
  readonly #rings: Readonly<Record<HistoryRange, Map<string, Map<number, Cell>>>> = { hour: new Map(), day: new Map() };
  readonly #totals = new Map<string, { first: number; last: number }>();

  /** @param at seconds since 1970 */
  add(at: number, samples: readonly Sample[]): void {
    for (const { feed, lagSeconds, delivered } of samples) {
      const known = this.#totals.get(feed);
      const growth = delivered === undefined || !known ? 0 : Math.max(0, delivered - known.last);
      if (delivered !== undefined) this.#totals.set(feed, { first: known?.first ?? delivered, last: delivered });
      for (const range of Object.keys(RINGS) as HistoryRange[]) this.#note(range, { at, feed, growth, lagSeconds });
    }
  }

  /** Events delivered since the first sample. Undefined for a feed that nobody counts. */
  deliveredOf(feed: string): number | undefined {
    const total = this.#totals.get(feed);
    return total && total.last - total.first;
  }

  /** Events a minute in the last steps of the hour, oldest first. */
  paceOf(feed: string, at: number, steps: number): number[] {
    const { step } = RINGS.hour;
    const cells = this.#rings.hour.get(feed);
    const last = Math.floor(at / step) - 1;
    return Array.from({ length: steps }, (_, index) => {
      const cell = cells?.get(last - steps + 1 + index);
      return ((cell?.delivered ?? 0) * MINUTE_SECONDS) / step;
    });
  }

  /** Events a minute over time; feeds are put together by what `labelOf` says, which is undefined for those to leave out. */
  throughput(range: HistoryRange, at: number, labelOf: (feed: string) => string | undefined): Chart {
    const { step } = RINGS[range];
    return this.#chart(range, at, labelOf, (cells) => {
      const sum = cells.reduce((total, { delivered }) => total + delivered, 0);
      return (sum * MINUTE_SECONDS) / step;
    });
  }

  /** The largest lag in seconds over time. */
  lag(range: HistoryRange, at: number, labelOf: (feed: string) => string | undefined): Chart {
    return this.#chart(range, at, labelOf, (cells) => {
      const lags = cells.flatMap(({ lag }) => (lag === undefined ? [] : [lag]));
      return lags.length === 0 ? null : Math.max(...lags);
    });
  }

  /** Number of seconds between two points. */
  static stepOf(range: HistoryRange): number {
    return RINGS[range].step;
  }

  #note(range: HistoryRange, note: { at: number; feed: string; growth: number; lagSeconds: number | undefined }): void {
    const { step, size } = RINGS[range];
    const { feed, growth, lagSeconds } = note;
    const index = Math.floor(note.at / step);
    const cells = this.#rings[range].get(feed) ?? new Map<number, Cell>();
    this.#rings[range].set(feed, cells);
    const cell = cells.get(index) ?? { delivered: 0, lag: undefined };
    cells.set(index, {
      delivered: cell.delivered + growth,
      lag: lagSeconds === undefined ? cell.lag : Math.max(cell.lag ?? 0, lagSeconds),
    });
    for (const old of cells.keys()) {
      // The charts end before the present step.
      if (old >= index - size) break;
      cells.delete(old);
    }
  }

  #chart(
    range: HistoryRange,
    at: number,
    labelOf: (feed: string) => string | undefined,
    valueAt: (cells: readonly Cell[]) => number | null,
  ): Chart {
    const { step, size } = RINGS[range];
    // The present step is not over: it would look like a fall.
    const last = Math.floor(at / step) - 1;
    const byLabel = Map.groupBy(this.#rings[range].keys(), labelOf);
    byLabel.delete(undefined);
    const indexes = Array.from({ length: size }, (_, each) => last - size + 1 + each);
    const series = [...byLabel].map(([label = '', feeds]) => {
      const cells = feeds.flatMap((feed) => this.#rings[range].get(feed) ?? []);
      const values = indexes.map((index) => {
        const there = cells.flatMap((each) => each.get(index) ?? []);
        return there.length === 0 ? null : valueAt(there);
      });
      return { label, values };
    });
    return { times: indexes.map((index) => index * step), series: largest(series) };
  }
}

type Series = Chart['series'][number];

/** The lines with the largest values, in the order of their names. */
export function largest(series: readonly Series[]): Series[] {
  const size = ({ values }: Series) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const kept =
    series.length <= MAX_LINES ? series : series.toSorted((one, other) => size(other) - size(one)).slice(0, MAX_LINES);
  return kept.toSorted((one, other) => (one.label < other.label ? -1 : 1));
}
