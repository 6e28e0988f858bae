import type { SeenChunk } from '../stored/seen-chunk.ts';

/** What came of sending a flush. */
export interface Sent {
  /** The keys of events that were accepted. They are remembered even if others were refused. */
  readonly chunks: readonly SeenChunk[];
  /** The reason why not all of it was accepted. */
  readonly failure?: { readonly thrown: unknown };
  /** Called when the chunks are remembered. */
  done(): void;
}

/** A flush that is to be delivered. */
export interface Delivery {
  /** Sends it. Never throws. */
  send(): Promise<Sent>;
  /** What follows when it and all before it are remembered, such as a commit. */
  next(): Promise<void>;
  /** Whether another flush is about to follow: then both are remembered with one write. */
  readonly isFollowed: boolean;
}

/** A delivery that has begun. */
interface Begun {
  readonly sending: Promise<Sent>;
  readonly delivery: Delivery;
}

/**
 * The flushes of a run that are on their way, while the run reads on. They are remembered in their order, and what follows a flush
 * is done only if this one and all before it are delivered and remembered.
 */
export class Deliveries {
  readonly #remember: (chunks: readonly SeenChunk[]) => Promise<void>;
  /** Those that are sent, and remembered together with the next one. */
  #unfollowed: Begun[] = [];
  /** Number of flushes that are not remembered. */
  #onTheirWay = 0;
  /** The ends of flushes that are on their way, in their order. */
  #ends: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;

  /** @param remember appends chunks to what was delivered */
  constructor(remember: (chunks: readonly SeenChunk[]) => Promise<void>) {
    this.#remember = remember;
  }

  /**
   * Begins a delivery. Waits first until there is room for it. Throws if an earlier one has failed.
   *
   * @param atOnce maximum number of flushes on their way: a crash repeats at most these
   */
  async begin(delivery: Delivery, atOnce: number): Promise<void> {
    await this.room(atOnce);
    if (this.#hasFailed) await this.finish();
    this.#onTheirWay++;
    this.#unfollowed.push({ sending: delivery.send(), delivery });
    if (!delivery.isFollowed || this.#onTheirWay >= atOnce) this.#settle();
  }

  /** Waits until fewer flushes are on their way. Throws if one of them has failed. */
  async room(atOnce: number): Promise<void> {
    while (this.#onTheirWay >= atOnce && this.#ends.length > 0) await this.#wait(this.#ends.shift());
  }

  /** Whether a delivery has failed. What was read since then is not delivered, and its position must not be committed. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Waits for all deliveries. Throws if one of them has failed. */
  async finish(): Promise<void> {
    if (this.#unfollowed.length > 0) this.#settle();
    await this.#wait(this.#last);
    this.#ends = [];
  }

  /** When a failure is thrown, nothing is on its way any more: a run that ends must not leave what was accepted unremembered. */
  async #wait(end: Promise<void> | undefined): Promise<void> {
    try {
      await end;
    } catch (thrown) {
      if (this.#unfollowed.length > 0) this.#settle();
      await Promise.allSettled(this.#ends);
      throw thrown;
    }
  }

  #settle(): void {
    const begun = this.#unfollowed;
    this.#unfollowed = [];
    this.#last = this.#inOrder(this.#last, begun).catch((thrown) => {
      this.#hasFailed = true;
      throw thrown;
    });
    // Whoever waits for it gets the failure. Without this line, Node would end the process if nobody waits yet.
    this.#last.catch(() => undefined);
    this.#ends.push(this.#last);
  }

  async #inOrder(before: Promise<void>, begun: readonly Begun[]): Promise<void> {
    // What was accepted is remembered although a delivery before it has failed.
    const [earlier] = await Promise.allSettled([before]);
    const sent = await Promise.all(begun.map(({ sending }) => sending));
    const chunks = sent.flatMap((one) => one.chunks);
    if (chunks.length > 0) await this.#remember(chunks);
    this.#onTheirWay -= begun.length;
    for (const { done } of sent) done();
    if (earlier?.status === 'rejected') throw earlier.reason;
    for (const { failure } of sent) if (failure) throw failure.thrown;
    for (const { delivery } of begun) await delivery.next();
  }
}
