import type { Feed } from '../model.ts';
import type { FeedCheckpoint, Plan } from '../stored/checkpoint.ts';
import type { Duration, Instant, Range } from '../time.ts';
import { doneRereads, nextWindow, raisedWatermark, wholeWindow, withWindow } from './plan.ts';

/** The state at the start of a run. */
interface ProgressStart {
  readonly plan: Plan;
  /** The watermark when the run began. */
  readonly readBefore: Instant;
  readonly unordered?: boolean;
}

/** The progress of a run with its plan. Only this class changes the plan. */
export class Progress {
  /** New events before it are late, because their range had been read before this run. */
  readonly readBefore: Instant;
  readonly #feed: Feed;
  #plan: Plan;
  #unordered: boolean;
  #expiredAt: string | undefined;

  constructor(feed: Feed, { plan, readBefore, unordered = false }: ProgressStart) {
    this.#feed = feed;
    this.#plan = plan;
    this.readBefore = readBefore;
    this.#unordered = unordered;
  }

  get plan(): Plan {
    return this.#plan;
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

  /** The parts that a commit stores, so that a later run continues from here. */
  get stored(): { readonly plan: Plan; readonly unordered: true | undefined } {
    return { plan: this.#plan, unordered: this.#unordered || undefined };
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

  /** The watermark after the window is done. */
  raised(watermark: Instant): Instant {
    return raisedWatermark(this.#feed, watermark, this.#plan);
  }

  /** The plan with its next window. Undefined if this was the last one. */
  nextPlan(narrowed: Duration | undefined): Plan | undefined {
    return nextWindow(this.#feed, this.#plan, narrowed);
  }

  /** Continues with the next window, after the commit about it was written. */
  nextWindow(plan: Plan): void {
    this.#plan = plan;
  }

  /** Whether the plan has windows after this one. */
  get hasMore(): boolean {
    return this.#plan.window.to < this.#plan.to;
  }

  /** When each longer re-read was last done, after the window is done. */
  rereadsDone(checkpoint: Pick<FeedCheckpoint, 'reread' | 'watermark'>): FeedCheckpoint['reread'] {
    return doneRereads(this.#feed, checkpoint, this.#plan);
  }
}
