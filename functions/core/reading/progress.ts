import type { Feed } from '../model.ts';
import type { FeedCheckpoint, Plan } from '../stored/checkpoint.ts';
import type { Duration, Instant, Range } from '../time.ts';
import { doneRereads, nextWindow, raisedWatermark, wholeWindow, withWindow } from './plan.ts';

/** What a run starts with. */
interface ProgressStart {
  readonly plan: Plan;
  /** The watermark when the run began. */
  readonly readBefore: Instant;
  readonly unordered?: boolean;
}

/** How far a run has come with its plan. Nothing else changes the plan. */
export class Progress {
  /** An event from before it that is new is late: its range had been read before this run. */
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

  /** What is left of the window. Undefined if all of it is to be read. */
  get left(): Range | undefined {
    return this.#plan.left;
  }

  /** Rows of this feed have come out of order, so no position within a window can be trusted. */
  get unordered(): boolean {
    return this.#unordered;
  }

  /** What a commit stores, so that a later run goes on from here. */
  get stored(): { readonly plan: Plan; readonly unordered: true | undefined } {
    return { plan: this.#plan, unordered: this.#unordered || undefined };
  }

  rowsOutOfOrder(): void {
    this.#unordered = true;
  }

  /** Only this is left of the window. Undefined: all of it. */
  leaveOff(left: Range | undefined): void {
    if (left) this.#plan = { ...this.#plan, left };
    else this.restartWindow();
  }

  /** The window is read from its start again. */
  restartWindow(): void {
    this.#plan = wholeWindow(this.#plan);
  }

  /** Another window is read instead. Nothing of it is read or proven. */
  narrowTo(window: Range): void {
    this.#plan = withWindow(this.#plan, window);
  }

  /** The vendor states that an answer covers the window only up to here. */
  provenUntil(end: Instant): void {
    this.#plan = { ...this.#plan, proven: Math.min(end, this.#plan.proven ?? end) };
  }

  /** The vendor's clock, as an answer shows it. The earliest one counts. */
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

  /** Where the watermark may go now that the window is done. */
  raised(watermark: Instant): Instant {
    return raisedWatermark(this.#feed, watermark, this.#plan);
  }

  /** The plan with its next window. Undefined if this was the last one. */
  nextPlan(narrowed: Duration | undefined): Plan | undefined {
    return nextWindow(this.#feed, this.#plan, narrowed);
  }

  /** Goes on with the next window, once the commit that says so is written. */
  nextWindow(plan: Plan): void {
    this.#plan = plan;
  }

  /** Whether the plan has windows after this one. */
  get hasMore(): boolean {
    return this.#plan.window.to < this.#plan.to;
  }

  /** When each longer re-read was last done, now that the window is done. */
  rereadsDone(checkpoint: Pick<FeedCheckpoint, 'reread' | 'watermark'>): FeedCheckpoint['reread'] {
    return doneRereads(this.#feed, checkpoint, this.#plan);
  }
}
