import type { Feed, Identity, Row } from '../model.ts';
import { shallow, TOO_DEEP } from './depth.ts';

/**
 * A record as the stream's code sees it. An error of that code concerns this record alone: it is remembered here, and the record is
 * delivered as a pipeline_error.
 */
export class OneRecord {
  /** Its value is not nested too deep to be walked through. Its text is complete. */
  readonly row: Row;
  #problem: { readonly thrown: unknown } | undefined;

  constructor(row: Row) {
    const { value, text } = row;
    const bearable = shallow(value, () => TOO_DEEP);
    this.row = { value: bearable, text };
    if (bearable !== value) this.#problem = { thrown: new Error(`the record is ${TOO_DEEP}`) };
  }

  /** What the stream's code returns for the record. Undefined if it throws. */
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

/** The events of a record. If the stream cannot tell them, the record is one event without a time. */
export function identitiesOf({ stream }: Feed, record: OneRecord): readonly Identity[] {
  return record.ask((row) => stream.events(row)) ?? [{}];
}
