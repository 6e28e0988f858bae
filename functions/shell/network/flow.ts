import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** Ends a flow for which nothing came for so many milliseconds. */
interface Patience {
  readonly timeout: number;
  readonly ended: () => void;
}

/**
 * The rest of a body that is too large to be collected: it is received as fast as it is read, and no faster. The time-out counts
 * only while somebody waits for more of it.
 */
export class Flow extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  readonly #patience: Patience;
  #timer: NodeJS.Timeout | undefined;
  #isWhole = false;

  constructor(begun: Buffer, controller: Dispatcher.DispatchController, patience: Patience) {
    super();
    this.#controller = controller;
    this.#patience = patience;
    this.push(begun);
    controller.pause();
  }

  add(piece: Buffer): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.push(piece)) this.#controller.pause();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#isWhole = true;
    this.push(null);
  }

  override _read(): void {
    const { timeout } = this.#patience;
    this.#timer ??= setTimeout(() => this.destroy(new Error(`no more of the answer within ${timeout} ms`)), timeout);
    if (this.#controller.paused) this.#controller.resume();
  }

  override _destroy(reason: Error | null, done: (reason: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#patience.ended();
    if (!this.#isWhole) this.#controller.abort(reason ?? new Error('nobody reads the rest of the answer'));
    done(reason);
  }
}
