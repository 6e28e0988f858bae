/** One measured call of a program. */
export interface Call {
  readonly input: unknown;
  /** The time of the call, in milliseconds. */
  readonly at: number;
}

/** The answer of a call with what it took. */
export interface Measured {
  readonly answer?: unknown;
  readonly error?: string;
  /** Milliseconds of the processor, of all threads of the process. */
  readonly processor: number;
  /** Milliseconds. */
  readonly wall: number;
  /** Maximum size of the process until now, in MB. */
  readonly peak: number;
}
