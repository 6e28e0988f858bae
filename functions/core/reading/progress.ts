import { CLOCKS_AGREE } from '../clocks/believed-clocks.ts';
import type { RunClocks } from '../clocks/run-clocks.ts';
import type { Feed } from '../model.ts';
import type { Changes, FeedCheckpoint, Plan, ReadingCheckpoint } from '../stored/checkpoint.ts';
import { type Duration, type Instant, type Range, SECOND } from '../time.ts';
import type { Parts } from './pages/parts.ts';
import { doneRereads, firstWindow, nextWindow, raisedWatermark, wholeWindow, widen, withWindow } from './plan.ts';

/** A commit of the position is due after this many flushes, or when progress has waited this long. A crash in between repeats reads, not deliveries. */
const FLUSHES_PER_COMMIT = 4;
const LONGEST_UNCOMMITTED: Duration = 5 * SECOND;

/** The state at the start of a run. */
interface ProgressStart {
  readonly plan: Plan;
  readonly checkpoint: Pick<FeedCheckpoint, 'watermark' | 'narrowed' | 'reread' | 'unordered'>;
  readonly clocks: Pick<RunClocks, 'agree' | 'earliest'>;
  /** Default: the watermark. */
  readonly readBefore?: Instant | undefined;
}

/** The parts of a checkpoint that follow from what was read. They may be committed once everything before is delivered. */
export type Position = Changes<ReadingCheckpoint>;

/**
 * The progress of a run with its plan. Only this class changes the plan. It is ahead of the checkpoint: what was read is delivered
 * in the background, and its position is committed after that.
 */
export class Progress {
  /** New events before it are late, because their range had been read before this run. */
  readonly readBefore: Instant;
  readonly #feed: Feed;
  readonly #clocks: ProgressStart['clocks'];
  /** The earliest clock as it was known when the plan was made or taken up. */
  readonly #plannedAt: Instant;
  #plan: Plan;
  #watermark: Instant;
  #narrowed: Duration | undefined;
  /** Set if long windows are divided. */
  #parts: Parts | undefined;
  /** The windows after the plan's window that were planned already, because they are read ahead. */
  #planned: Range[] = [];
  #reread: FeedCheckpoint['reread'] | undefined;
  #unordered: boolean;
  /**
   * Set if the run before has died: then each window is committed before the next one is read. Up to the end of what that one was
   * reading, no window is longer than this.
   */
  careful: { readonly until: Instant; readonly longest: Duration } | undefined;
  #expiredAt: string | undefined;
  /** The results of finished windows that were not taken yet. */
  #results: Position = {};
  /** Whether the position has moved since it was taken. */
  #hasMoved = false;
  /** Since when there has been progress that is not committed, and the flushes since then. */
  #uncommittedSince: Instant | undefined;
  #flushes = 0;
  /** No further window can be read now: the next run makes a new plan. */
  #isOver = false;

  constructor(feed: Feed, { plan, checkpoint, clocks, readBefore = checkpoint.watermark }: ProgressStart) {
    this.#feed = feed;
    this.#clocks = clocks;
    this.#plannedAt = clocks.earliest;
    this.#plan = plan;
    this.readBefore = readBefore;
    this.#watermark = checkpoint.watermark;
    this.#unordered = checkpoint.unordered ?? false;
    this.#narrowed = checkpoint.narrowed;
    this.#reread = checkpoint.reread;
  }

  get plan(): Plan {
    return this.#plan;
  }

  /** The plan to store, with the earliest clock of this run: a later run that finishes it must not believe that this one has read more. */
  get storedPlan(): Plan {
    const { vendorNow = Number.POSITIVE_INFINITY } = this.#plan;
    return { ...this.#plan, vendorNow: Math.min(vendorNow, this.#clocks.earliest) };
  }

  get window(): Range {
    return this.#plan.window;
  }

  /** The part of the window that is not read yet. Undefined if that is all of it. */
  get left(): Range | undefined {
    return this.#plan.left;
  }

  /** Rows of this feed have come out of order, so no position within a window can be trusted. */
  get unordered(): boolean {
    return this.#unordered;
  }

  /** Notes that the watermark has passed a gap. */
  passed(to: Instant): void {
    this.#watermark = Math.max(this.#watermark, to);
  }

  /** Takes the position that is reached. It counts when everything that was read before is delivered and remembered. */
  takePosition(): Position {
    const position = {
      ...this.#results,
      plan: this.#isOver ? undefined : this.storedPlan,
      unordered: this.#unordered || undefined,
    };
    this.#results = {};
    this.#hasMoved = false;
    return position;
  }

  /**
   * Whether the watermark may rise: not while no two clocks agree, nor past what the vendor has deleted, where a clock that was
   * believed only later shows that. Then it is for the next run to tell the gap.
   */
  get mayRise(): boolean {
    const { agree, earliest } = this.#clocks;
    const isAsPlanned = earliest <= this.#plannedAt + CLOCKS_AGREE;
    return agree && (isAsPlanned || this.#watermark >= earliest - this.#feed.stream.retention);
  }

  /** Whether the position has moved since it was taken. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  /** Notes that the position has moved. */
  moved(now: Instant): void {
    this.#hasMoved = true;
    this.#uncommittedSince ??= now;
  }

  /** Whether a commit is due. If it is, it counts as made. */
  commitDue(now: Instant, flushes: 0 | 1): boolean {
    this.#flushes += flushes;
    if (this.#uncommittedSince === undefined) return false;
    const isDue = this.#flushes >= FLUSHES_PER_COMMIT || now - this.#uncommittedSince >= LONGEST_UNCOMMITTED;
    if (isDue && flushes > 0) {
      this.#uncommittedSince = undefined;
      this.#flushes = 0;
    }
    return isDue;
  }

  rowsOutOfOrder(): void {
    this.#unordered = true;
  }

  /** Sets the part of the window that is not read yet. Undefined: all of it. */
  leaveOff(left: Range | undefined): void {
    if (left) this.#plan = { ...this.#plan, left };
    else this.restartWindow();
  }

  /** Reads the window again from its start. */
  restartWindow(): void {
    this.#plan = wholeWindow(this.#plan);
  }

  /** Replaces the window by another one, of which nothing is read yet. */
  narrowTo(window: Range): void {
    this.#plan = withWindow(this.#plan, window);
    this.#planned = [];
  }

  /** Notes the end of the part of the window that the vendor's answer covers. */
  provenUntil(end: Instant): void {
    this.#plan = { ...this.#plan, proven: Math.min(end, this.#plan.proven ?? end) };
  }

  /** Notes the vendor's clock, as an answer shows it. The earliest one counts. */
  vendorClock(now: Instant): void {
    this.#plan = { ...this.#plan, vendorNow: Math.min(now, this.#plan.vendorNow ?? now) };
  }

  /** Whether the vendor's paging state expires here for the second time in a row. */
  expiresAgain(): boolean {
    const { from, to } = this.left ?? this.window;
    const place = `${from}-${to}`;
    const again = this.#expiredAt === place;
    this.#expiredAt = place;
    return again;
  }

  /** Notes that only smaller windows than usual can be finished now. */
  narrowed(most: Duration): void {
    this.#narrowed = most;
  }

  /**
   * Ends the window: raises the watermark. Returns the end of the plan's windows, if this was the last one that can be read now.
   *
   * @param events number of events that the window had
   */
  finishWindow(events: number): WindowsEnd | undefined {
    const before = this.#watermark;
    const { earliest } = this.#clocks;
    const mayRise = this.mayRise;
    const after = mayRise ? raisedWatermark(this.#feed, before, this.#plan, earliest) : before;
    if (mayRise) this.#reread = doneRereads(this.#feed, { reread: this.#reread, watermark: before }, this.#plan);
    this.#watermark = after;
    const { window, to } = this.#plan;
    this.#narrowed = this.#widened(window);
    this.#parts?.learn(window, events);
    // The range that the vendor's answers do not cover yet must be read before any later one. Where only the clocks are in doubt,
    // everything is delivered.
    const next = after >= window.to || !mayRise ? this.planned(0) : undefined;
    this.#planned.shift();
    this.#results = {
      ...this.#results,
      watermark: after,
      narrowed: this.#narrowed,
      waitsInPlace: undefined,
      ...(this.#narrowed === undefined && { broken: undefined }),
      ...(this.#reread && { reread: this.#reread }),
    };
    if (next) this.#plan = withWindow(this.#plan, next);
    else this.#isOver = true;
    return next ? undefined : { risen: after - before, hasMore: window.to < to };
  }

  /** The longest window after one that was read. Undefined: the stream's longest window. */
  #widened({ to }: Range): Duration | undefined {
    const wider = widen(this.#feed, this.#narrowed);
    const { until, longest } = this.careful ?? { until: 0, longest: 0 };
    return to >= until ? wider : Math.min(wider ?? longest, longest);
  }

  /** A window after the plan's window, counted from zero. It is planned now if it was not before. Undefined if there are not so many. */
  planned(at: number): Range | undefined {
    while (this.#planned.length <= at) {
      const last = this.#planned.at(-1) ?? this.window;
      const next = nextWindow(this.#feed, withWindow(this.#plan, last), this.#longest(last.to));
      if (!next) break;
      this.#planned.push(next.window);
    }
    return this.#planned[at];
  }

  /** Whether long windows are read in parts. */
  get isDivided(): boolean {
    return this.#parts !== undefined;
  }

  /** Number of pages that a part may have and that can be asked for before their turn. None if nothing is known about that. */
  pagesIn(range: Range): number {
    return this.#parts?.pagesIn(range) ?? 0;
  }

  /** Divides the window, and those after it, into parts. Nothing of the window may have been read. */
  divideInto(parts: Parts): void {
    this.#parts = parts;
    const { from } = this.window;
    const { to } = this.#plan;
    const part = firstWindow(this.#feed, { from, to }, this.#longest(from));
    // Of a window that is one part anyway, a page is read.
    if (part.to !== this.window.to) this.narrowTo(part);
  }

  /** The longest window that may begin at a time. Undefined: the stream's longest window. */
  #longest(from: Instant): Duration | undefined {
    const part = this.#parts?.next(this.#plan.to - from);
    if (this.#narrowed === undefined || part === undefined) return this.#narrowed ?? part;
    return Math.min(this.#narrowed, part);
  }
}

/** How the windows of a plan ended. */
interface WindowsEnd {
  /** How far the last window has raised the watermark. */
  readonly risen: Duration;
  /** Whether the plan has windows that were not read. */
  readonly hasMore: boolean;
}
