import type { Effects } from '../effects.ts';
import { AmbiguousWriteError, TidemarkError } from '../errors.ts';
import { MAX_CONTESTS, pauseBeforeRetry, RETRIES } from '../retry.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import type { Instant } from '../time.ts';

/** A change of the state. It may be applied to a newer state that others have written, and applying it twice must change nothing. */
type Change = (state: ConnectionState) => ConnectionState;

const NOTHING: ConnectionState = { version: 0, refusals: 0 };

/**
 * The state that the feeds of one connection share in the table. Several invocations write it at the same time: a change is kept
 * as a function, so that it can be applied again to what another invocation has written.
 */
export class ConnectionStore {
  /** The state in the table, as far as we know, with our changes that have not been written yet. */
  state: ConnectionState;
  /** Everything that others wrote before this time is included in the state. */
  syncedAt: Instant;
  readonly #effects: Effects;
  #storedVersion: number | undefined;
  #unsaved: Change[] = [];
  #last: Promise<void> = Promise.resolve();

  private constructor(effects: Effects, found: ConnectionState | undefined, syncedAt: Instant) {
    this.#effects = effects;
    this.#storedVersion = found?.version;
    this.state = found ?? NOTHING;
    this.syncedAt = syncedAt;
  }

  static async open(effects: Effects): Promise<ConnectionStore> {
    const now = effects.now();
    return new ConnectionStore(effects, await effects.loadConnection(), now);
  }

  /** Changes the state; the next save writes it. */
  note(change: Change): void {
    this.#unsaved.push(change);
    this.state = change(this.state);
  }

  /** Writes the noted changes. */
  async save(): Promise<void> {
    await this.#inTurn(() => this.#save());
  }

  /** Reads what others have written, and applies our own changes to it. */
  async refresh(): Promise<void> {
    await this.#inTurn(() => this.#refresh());
  }

  /** Does one thing at a time: a request that is fetched ahead may sign in while another part of the run saves. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const working = this.#last.then(work);
    this.#last = working.catch(() => undefined);
    await working;
  }

  async #refresh(): Promise<void> {
    const now = this.#effects.now();
    const found = await this.#effects.loadConnection();
    this.#storedVersion = found?.version;
    this.state = this.#unsaved.reduce((state, change) => change(state), found ?? NOTHING);
    this.syncedAt = now;
  }

  async #save(): Promise<void> {
    for (let made = 1; this.#unsaved.length > 0; made++) {
      const steps = this.#unsaved.length;
      const now = this.#effects.now();
      if (await this.#write(made)) {
        // Changes that were noted during the write are not in it.
        this.#unsaved = this.#unsaved.slice(steps);
        this.syncedAt = now;
        return;
      }
      if (made === MAX_CONTESTS) throw contested();
      await this.#refresh();
    }
  }

  /** False if another invocation was quicker, or if no answer came: then the state has to be read again. */
  async #write(made: number): Promise<boolean> {
    const effects = this.#effects;
    const version = (this.#storedVersion ?? 0) + 1;
    try {
      const outcome = await effects.writeConnection({ ...this.state, version }, this.#storedVersion);
      if (outcome === 'written') this.#storedVersion = version;
      return outcome === 'written';
    } catch (thrown) {
      if (!(thrown instanceof AmbiguousWriteError)) throw thrown;
      if (!(await pauseBeforeRetry(effects, RETRIES.connection, { made }))) throw thrown;
      return false;
    }
  }
}

function contested(): TidemarkError {
  return new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: 'The state of the connection could not be saved: other invocations keep changing it.',
    remedy: 'Nothing to do, unless it persists: the next run tries again.',
  });
}
