import { createRandom, hash, share } from './random.ts';

/** Number of events, and when they happen. Times are milliseconds since 1970. */
export interface TimelineOptions {
  readonly seed: number;
  /** Events a minute, fractions allowed. Not used if `count` is given. */
  readonly perMinute: number;
  /** No event before this time. */
  readonly from?: number;
  /** No event at or after this time. */
  readonly to?: number;
  /** Exact number of events, spread over [from, to). */
  readonly count?: number;
  /** The seed of the event that always stands beside one with this seed, in the same second. Undefined if that stands alone. */
  readonly besideOf?: (seed: number) => number | undefined;
}

/** Changes of the timeline by faults. */
export interface Irregularity {
  /** The share of events that appear later than they happened, and the maximum delay. */
  readonly late?: { readonly share: number; readonly upToSeconds?: number };
  /** The share of events that happen two or three times in the same second, with equal content: twins. */
  readonly twins?: number;
}

/** One event: its place in the log, when the vendor shows it, and the seed of its content (equal for twins). */
export interface Happening {
  /** Grows with time and orders events of the same second. */
  readonly id: number;
  /** Milliseconds, always a whole second. */
  readonly time: number;
  readonly shownAt: number;
  readonly seed: number;
}

/** The part of the timeline to read. */
export interface Span {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly visibleAt: number;
  readonly newestFirst?: boolean;
  /** Only rows behind this row id, in the direction of reading. */
  readonly beyond?: number;
}

/** An endless log that is computed, not stored: reading any part of it costs only that part. */
export interface Timeline {
  happenings(span: Span): Generator<Happening>;
}

interface Slot {
  readonly time: number;
  readonly seed: number;
}

const DEFAULT_TWINS = 0.01;
const DEFAULT_LATE_SECONDS = 120;
const DAY_SECONDS = 86_400;
/** Time is divided into cells of about this many events, so that a page costs the same at every rate and offset. */
const EVENTS_PER_CELL = 60;
const CACHED_CELLS = 256;

/** Makes the log of a seed. Irregularities are read again for each reading, so that they can be switched. */
export function createTimeline(options: TimelineOptions, irregularity: () => Irregularity = () => ({})): Timeline {
  const grid = createGrid(options);
  const cache = new Map<number, readonly Slot[]>();
  let cachedTwins = Number.NaN;

  function slotsOf(cell: number, twins: number): readonly Slot[] {
    if (twins !== cachedTwins || cache.size > CACHED_CELLS) cache.clear();
    cachedTwins = twins;
    const slots = cache.get(cell) ?? fillCell(grid, cell, options, twins);
    cache.set(cell, slots);
    return slots;
  }

  return {
    *happenings(span) {
      const { late, twins = DEFAULT_TWINS } = irregularity();
      const from = Math.max(span.from, options.from ?? 0);
      const to = Math.min(span.to, options.to ?? Infinity, span.visibleAt + 1);
      if (from >= to || !grid.hasEvents) return;
      const step = span.newestFirst ? -1 : 1;
      const [lowest, highest] = [grid.cellAt(from), grid.cellAt(to - 1)];
      const beyond = span.beyond ?? (span.newestFirst ? Infinity : -1);
      for (
        let cell = firstCell(grid, { lowest, highest }, beyond, span.newestFirst);
        cell >= lowest && cell <= highest;
        cell += step
      ) {
        const slots = slotsOf(cell, twins);
        for (let turn = 0; turn < slots.length; turn++) {
          const index = span.newestFirst ? slots.length - 1 - turn : turn;
          const { time, seed } = slots[index] as Slot;
          const id = grid.firstId(cell) + index;
          if (time < from || time >= to || (id - beyond) * step <= 0) continue;
          const shownAt = time + latenessSeconds(options.seed, id, late) * 1000;
          if (shownAt <= span.visibleAt) yield { id, time, shownAt, seed };
        }
      }
    },
  };
}

interface Grid {
  readonly hasEvents: boolean;
  cellAt(time: number): number;
  /** Start and end of a cell in seconds. */
  bounds(cell: number): readonly [number, number];
  /** The id of the cell's first row: the number of events before the cell. */
  firstId(cell: number): number;
}

function createGrid(options: TimelineOptions): Grid {
  const { count, from, to } = options;
  if (count === undefined) return evenGrid(options.perMinute, 0, Infinity, Infinity);
  if (from === undefined || to === undefined || to - from < 1000) {
    throw new Error(
      'An exact count of events needs a range to spread them over: give from and to, at least a second apart.',
    );
  }
  const [start, end] = [Math.ceil(from / 1000), Math.ceil(to / 1000)];
  return evenGrid((count * 60) / (end - start), start, end, count);
}

function evenGrid(perMinute: number, start: number, end: number, maxEvents: number): Grid {
  const cellSeconds = Math.min(DAY_SECONDS, Math.max(1, Math.round((EVENTS_PER_CELL * 60) / perMinute)));
  const perCell = (perMinute * cellSeconds) / 60;
  return {
    hasEvents: perMinute > 0,
    cellAt: (time) => Math.floor((time / 1000 - start) / cellSeconds),
    bounds: (cell) => [start + cell * cellSeconds, Math.min(end, start + (cell + 1) * cellSeconds)],
    firstId: (cell) => (start + cell * cellSeconds >= end ? maxEvents : Math.floor(cell * perCell)),
  };
}

/** Finds the cell of a row id by binary search: a cursor deep in the range costs no more than one at its start. */
function firstCell(
  grid: Grid,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
  beyond: number,
  newestFirst = false,
): number {
  const edge = newestFirst ? beyond : beyond + 1;
  if (grid.firstId(lowest) >= edge) return newestFirst ? -1 : lowest;
  let [low, high] = [lowest, highest];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (grid.firstId(middle) < edge) low = middle;
    else high = middle - 1;
  }
  return low;
}

function fillCell(grid: Grid, cell: number, { seed, besideOf }: TimelineOptions, twins: number): readonly Slot[] {
  const [start, end] = grid.bounds(cell);
  const room = grid.firstId(cell + 1) - grid.firstId(cell);
  const random = createRandom(hash(seed, cell));
  const slots: Slot[] = [];
  while (slots.length < room) {
    const time = (start + Math.floor(random() * (end - start))) * 1000;
    const own = seedWithRoom(hash(seed, cell, slots.length), room - slots.length, besideOf);
    const beside = besideOf?.(own);
    const together = beside === undefined ? [own] : [own, beside];
    const isTwin = random() < twins;
    const copies = isTwin ? (random() < 1 / 3 ? 3 : 2) : 1;
    for (let copy = 0; copy < copies && slots.length + together.length <= room; copy++)
      slots.push(...together.map((each) => ({ time, seed: each })));
  }
  return slots.sort((one, other) => one.time - other.time);
}

/** The seed, or another one if there is no room for the event that has to stand beside it. */
function seedWithRoom(seed: number, room: number, besideOf: TimelineOptions['besideOf']): number {
  let own = seed;
  while (room < 2 && besideOf?.(own) !== undefined) own = hash(own);
  return own;
}

function latenessSeconds(seed: number, id: number, late: Irregularity['late']): number {
  if (!late || share(seed, id, 1) >= late.share) return 0;
  return 1 + Math.floor(share(seed, id, 2) * (late.upToSeconds ?? DEFAULT_LATE_SECONDS));
}
