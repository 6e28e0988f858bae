import { TidemarkError } from '../../../functions/core/errors.ts';
import type { CheckRow, DoctorView } from '../api-types.ts';

/** Checks everything, one line for each check; tells what it examines next. */
export type Examine = (sayProgress: (text: string) => void) => Promise<readonly CheckRow[]>;

/** The doctor’s list. It is made when a person asks for it, since a few requests go to each vendor. */
export class Doctor {
  readonly #examine: Examine;
  #view: DoctorView = { state: 'never', checks: [] };
  #running: Promise<void> | undefined;

  constructor(examine: Examine) {
    this.#examine = examine;
  }

  get view(): DoctorView {
    return this.#view;
  }

  /** Begins to examine, unless that is going on. */
  start(): DoctorView {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#view;
  }

  /** Resolves when nothing is being examined. */
  get ended(): Promise<unknown> {
    return Promise.resolve(this.#running);
  }

  async #run(): Promise<void> {
    const { checks } = this.#view;
    this.#view = { state: 'running', checks };
    const at = () => new Date().toISOString();
    try {
      const found = await this.#examine((doing) => {
        this.#view = { state: 'running', checks, doing };
      });
      this.#view = { state: 'done', checks: found, at: at() };
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      const remedy = thrown instanceof TidemarkError ? thrown.remedy : 'Try again.';
      this.#view = { state: 'done', checks: [], at: at(), problem: { message, remedy } };
    }
  }
}
