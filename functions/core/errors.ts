import type { Instant } from './time.ts';

/** The stage of the pipeline in which something failed. */
export type Stage = 'receiving' | 'processing' | 'sending' | 'saving';

/**
 * The closed set of what can go wrong. Alarms, tests and other programs know an error by this code, never by its text.
 * docs/errors.md says what each one means.
 */
export type ErrorCode =
  | 'failing'
  | 'unreadable'
  | 'incomplete'
  | 'refused'
  | 'forbidden'
  | 'request'
  | 'scope-shrank'
  | 'origin'
  | 'secret'
  | 'rotation-stuck'
  | 'delivery'
  | 'state'
  | 'clock'
  | 'lease-lost'
  | 'config'
  | 'internal';

/** The parts of every error: a stable code, the stage, what happened, and what to do about it. */
interface ErrorParts {
  readonly code: ErrorCode;
  readonly stage: Stage;
  readonly message: string;
  readonly remedy: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** A failure of Tidemark, in the one shape that reports, logs and alarms know. */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  readonly stage: Stage;
  readonly remedy: string;

  constructor({ code, stage, message, remedy, cause }: ErrorParts) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TidemarkError';
    this.code = code;
    this.stage = stage;
    this.remedy = remedy;
  }
}

/** A 2xx answer that cannot be read: a proxy's HTML, half a document, a record list that is no list. */
export class UnreadableError extends TidemarkError {
  /** Whether the body at least looks like the vendor's format. A body that does not (HTML) is never taken for broken data. */
  readonly claimsFormat: boolean;
  /** The answer that could not be read. */
  body = '';

  constructor(message: string, claimsFormat = true, cause?: unknown) {
    super({
      code: 'unreadable',
      stage: 'receiving',
      message,
      remedy:
        'If it persists, ask the vendor, or look for a proxy between Tidemark and the vendor. Nothing is lost: the watermark waits.',
      cause,
    });
    this.name = 'UnreadableError';
    this.claimsFormat = claimsFormat;
  }
}

/** A 2xx answer that is larger than the memory of the function allows. It was not read; a smaller range may have a smaller answer. */
export class TooLargeError extends UnreadableError {
  /** @param beginning how the answer begins */
  constructor(most: string, beginning: string) {
    super(`The vendor’s answer is larger than ${most}.`, !BEGINS_AS_PAGE.test(beginning));
    this.name = 'TooLargeError';
    this.body = beginning;
  }
}

/** A page for a browser, which a proxy may send in place of the vendor. */
const BEGINS_AS_PAGE = /^\s*</;

/** The connection broke or timed out: it is not known whether the other side acted. */
export class NetworkError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'NetworkError';
  }
}

/** The table did not answer, or not in time: a write may or may not have happened. */
export class AmbiguousWriteError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AmbiguousWriteError';
  }
}

/** Turns anything that was thrown into the one shape that reports, logs and checkpoints know. */
export function asTidemarkError(thrown: unknown): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  if (thrown instanceof NetworkError) {
    return new TidemarkError({
      code: 'failing',
      stage: 'receiving',
      message: thrown.message,
      remedy: 'Check the network path and the vendor’s status page.',
      cause: thrown,
    });
  }
  if (thrown instanceof AmbiguousWriteError) {
    return new TidemarkError({
      code: 'state',
      stage: 'saving',
      message: thrown.message,
      remedy: 'Check the table and its throttling. The next run continues from the last commit.',
      cause: thrown,
    });
  }
  return new TidemarkError({
    code: 'internal',
    stage: 'processing',
    message: messageOf(thrown),
    remedy: 'This is a bug in Tidemark: please report it with this log line.',
    cause: thrown,
  });
}

/** Returns the message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The vendor wants no requests before a certain time: the run ends, and a later one continues from the last commit. */
export class PauseError extends Error {
  readonly until: Instant;
  /** Whether the vendor pauses us because of too many requests. */
  readonly throttled: boolean;
  /** `feed`: the feed notes the pause. `connection`: it does not, because the connection has noted it, or because it is for this run only. */
  readonly scope: 'feed' | 'connection';

  constructor(until: Instant, why: string, throttled: boolean, scope: 'feed' | 'connection' = 'feed') {
    super(why);
    this.name = 'PauseError';
    this.until = until;
    this.throttled = throttled;
    this.scope = scope;
  }
}

/** A page token or the like has expired at the vendor: the window has to be read again from its start. */
export class ExpiredError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ExpiredError';
  }
}

/** The run's time is up, or its host wants it to end. A later run continues. */
export class OutOfTimeError extends Error {
  constructor() {
    super('the time of this run is up');
    this.name = 'OutOfTimeError';
  }
}
