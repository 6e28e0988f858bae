import type { Feed, Identity, Row } from '../model.ts';
import { shallow, TOO_DEEP } from './depth.ts';

/**
 * A record for the stream's code. An error of that code concerns this record only: it is remembered here, and the record is
 * delivered as a pipeline_error.
 */
export class OneRecord {
  /** Its value is not nested too deep to be walked through. Its text is complete. */
  readonly row: Row;
  #problem: { readonly thrown: unknown } | undefined;

  constructor(row: Row) {
    const { value, text, problem } = row;
    const bearable = shallow(value, () => TOO_DEEP);
    this.row = { value: bearable, text };
    if (problem !== undefined) this.#problem = { thrown: new Error(problem) };
    else if (bearable !== value) this.#problem = { thrown: new Error(`the record is ${TOO_DEEP}`) };
  }

  /** Returns the result of the stream's code for the record. Undefined if it throws. */
  ask<T>(question: (row: Row) => T): T | undefined {
    try {
      return question(this.row);
    } catch (thrown) {
      this.#problem ??= { thrown };
      return undefined;
    }
  }

  /** Throws the first error that the record has caused, if there was one. */
  orThrow(): Row {
    if (this.#problem) throw this.#problem.thrown;
    return this.row;
  }
}

/** The events of a record. If the stream's code fails, the record is one event without a time. */
export function identitiesOf({ stream }: Feed, record: OneRecord): readonly Identity[] {
  return record.ask((row) => stream.events(row)) ?? [{}];
}
