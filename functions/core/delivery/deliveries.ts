/**
 * The flushes of a run that are on their way, while the run reads on. Some are delivered at the same time; what follows a flush,
 * such as a commit, is done in the order of the flushes, and only if this one and all before it are delivered and remembered.
 */
export class Deliveries {
  /** For each flush on its way, the end of what follows it. */
  #onTheirWay: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly thrown: unknown } | undefined;

  /**
   * Begins a delivery. Then waits until there is room for the next one: what is collected when the time is up can begin at once.
   * Throws if an earlier delivery has failed.
   *
   * @param atOnce maximum number of flushes on their way
   * @param next what follows the flush
   */
  async begin(atOnce: number, deliver: () => Promise<void>, next: () => Promise<void>): Promise<void> {
    if (this.#failure) throw this.#failure.thrown;
    this.#last = inOrder(this.#last, deliver(), next);
    // Whoever waits for it gets the failure. Without this line, Node would end the process if nobody waits yet.
    this.#last.catch(() => undefined);
    this.#onTheirWay.push(this.#last);
    while (this.#onTheirWay.length >= atOnce) await this.#wait(this.#onTheirWay.shift());
  }

  /** Whether a delivery has failed. What was read since then is not delivered, and its position must not be committed. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Waits for all deliveries. Throws if one of them has failed. */
  async finish(): Promise<void> {
    await this.#wait(this.#last);
    this.#onTheirWay = [];
  }

  /** When a failure is thrown, nothing is on its way any more. */
  async #wait(delivery: Promise<void> | undefined): Promise<void> {
    try {
      await delivery;
    } catch (thrown) {
      this.#failure = { thrown };
      await Promise.allSettled(this.#onTheirWay);
      throw thrown;
    }
  }
}

async function inOrder(before: Promise<void>, delivery: Promise<void>, next: () => Promise<void>): Promise<void> {
  // Both are awaited: a delivery goes on although one before it has failed.
  const ends = await Promise.allSettled([before, delivery]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  await next();
}
