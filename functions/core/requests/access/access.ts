import type { Effects } from '../../effects.ts';
import { TidemarkError, UnreadableError } from '../../errors.ts';
import type { Connection } from '../../model.ts';
import type { ConnectionStore } from '../../state/connection-store.ts';
import type { Instant } from '../../time.ts';

/** The session or access token that requests need, for vendors that give one out. All feeds of a run share it. */
export interface Access {
  /** Why this run has no token and will get none; undefined while it may have one. */
  readonly failure: unknown;
  /** The number of the token in this run. It distinguishes a refusal of this token from one of the token before. */
  readonly number: number;
  /** Whether getting a token is a sign-in, which vendors record and limit. */
  readonly isSignIn: boolean;
  /** Gets or renews the token if necessary. Must be awaited before every request. */
  ready(): Promise<void>;
  /** The vendor refused a request with the token of this number. Returns whether the request may be sent again, with a new one. */
  drop(number: number): boolean;
  /** The vendor refused or forbade a request with the token of this number: later invocations do not get that token. */
  forget(number: number): void;
}

/** Inputs of a run's access. */
export interface AccessRun {
  readonly effects: Effects;
  /** The vendor's product. */
  readonly title: string;
  readonly connection: Pick<Connection, 'secret'>;
  readonly store: ConnectionStore;
  readonly owner: string;
  /** No token is requested after it. */
  readonly stopAt: Instant;
  /** No request lasts longer. */
  readonly endBy: Instant;
}

/** Maximum number of tokens in a run: the first one, and one more if the vendor refuses that. */
export const MAX_TOKENS = 2;

/** Makes another error of an UnreadableError: the answer is not a page of the log, so it must not count as a broken page. */
export function notAPage(thrown: unknown, what: string): unknown {
  if (!(thrown instanceof UnreadableError)) return thrown;
  const { code, stage, message, remedy } = thrown;
  return new TidemarkError({ code, stage, message: `${what}: ${message}`, remedy, cause: thrown });
}
