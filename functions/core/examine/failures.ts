import { type ErrorCode, OutOfTimeError, PauseError, TidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';

/** A feed that could not be read, and why. */
export interface Failure {
  readonly feed: AnyFeed;
  readonly error: TidemarkError;
}

/** Number of endpoints that have to fail alike, while none answers, before that is about the connection. */
const ENOUGH_ALIKE = 2;

/** Failures that can be about all endpoints of a vendor: no more of them are asked then. */
const ABOUT_ALL: ReadonlySet<ErrorCode> = new Set(['refused', 'failing', 'unreadable', 'request', 'origin']);

/** Whether an error is about the connection, whichever feed has met it. */
export function isOfAll(thrown: Error): boolean {
  if (thrown instanceof PauseError || thrown instanceof OutOfTimeError) return true;
  return thrown instanceof TidemarkError && (thrown.code === 'secret' || thrown.code === 'config');
}

/** What is known of the other feeds of a connection. */
interface Others {
  /** Number of feeds that could be read. */
  readonly answered: number;
  /** Number of all feeds. */
  readonly feeds: number;
  /** Whether any answer has come, whatever it said: without one, a second endpoint is not waited for. */
  readonly isHeard: boolean;
}

/**
 * The error of a connection of which no feed can be read, if that has one cause. Undefined if it is not known yet, or if each feed
 * has its own.
 */
export function commonCause(
  failures: readonly Failure[],
  { answered, feeds, isHeard }: Others,
): TidemarkError | undefined {
  const [first, ...others] = failures;
  if (!first || answered > 0 || others.some(({ error }) => error.code !== first.error.code)) return undefined;
  const { error } = failures.at(-1) as Failure;
  const enough = isHeard ? Math.min(ENOUGH_ALIKE, feeds) : 1;
  if (ABOUT_ALL.has(error.code) && failures.length >= enough) return error;
  if (error.code !== 'forbidden' || failures.length < feeds || feeds < ENOUGH_ALIKE) return undefined;
  const needs = [...new Set(failures.map(({ feed }) => feed.stream.needs))];
  return new TidemarkError({
    code: 'forbidden',
    stage: 'receiving',
    message: `${error.message} (the same for all ${feeds} streams)`,
    remedy: `${error.remedy} They need: ${needs.join('. ')}`,
  });
}
