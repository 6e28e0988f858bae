import type { Feed, Identity, Row } from '../model.ts';
import { shallow, TOO_DEEP } from './depth.ts';

/**
 * A record as the stream's own code gets to see it. Whatever that code throws at it concerns this record alone: it becomes the
 * record's problem, and the record travels as a pipeline_error.
 */
export class OneRecord {
  /** Not nested deeper than code that walks through it can bear; its text is whole. */
  readonly row: Row;
  #problem: { readonly thrown: unknown } | undefined;

  constructor(row: Row) {
    const { value, text } = row;
    const bearable = shallow(value, () => TOO_DEEP);
    this.row = { value: bearable, text };
    if (bearable !== value) this.#problem = { thrown: new Error(`the record is ${TOO_DEEP}`) };
  }

  /** What the stream says of it; nothing where it throws. */
  ask<T>(question: (row: Row) => T): T | undefined {
    try {
      return question(this.row);
    } catch (thrown) {
      this.#problem ??= { thrown };
      return undefined;
    }
  }

  /** Throws what was wrong with it, if anything was. */
  orThrow(): Row {
    if (this.#problem) throw this.#problem.thrown;
    return this.row;
  }
}

/** The events of a record. Where they cannot be told it is one, without a time. */
export function identitiesOf({ stream }: Feed, record: OneRecord): readonly Identity[] {
  return record.ask((row) => stream.events(row)) ?? [{}];
}
