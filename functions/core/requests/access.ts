import type { Effects } from '../effects.ts';
import { TidemarkError, UnreadableError } from '../errors.ts';
import type { Connection } from '../model.ts';
import type { ConnectionStore } from '../state/connection-store.ts';
import type { Instant } from '../time.ts';

/** What requests need before they can be sent where a vendor gives out tokens: a session, or an access token. One for all feeds of a run. */
export interface Access {
  /** Why this run has no token and will get none; undefined while it may have one. */
  readonly failure: unknown;
  /** Counts the tokens of this run, so that a refusal of this one can be told from a refusal of the one before. */
  readonly number: number;
  /** Whether getting a token is a sign-in, which vendors record and limit. */
  readonly isSignIn: boolean;
  /** To be awaited before every request: gets or renews the token when it is time to. */
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
  readonly book: ConnectionStore;
  readonly secretVersion: string;
  readonly owner: string;
  /** No token is asked for after it. */
  readonly stopAt: Instant;
  /** No request lasts longer. */
  readonly endBy: Instant;
}

/** Most tokens of a run: one when it begins, one when the vendor refuses that. */
export const MAX_TOKENS = 2;

/** An answer that cannot be read and is no page of the log: it does not count as a broken page. */
export function notAPage(thrown: unknown, what: string): unknown {
  if (!(thrown instanceof UnreadableError)) return thrown;
  const { code, stage, message, remedy } = thrown;
  return new TidemarkError({ code, stage, message: `${what}: ${message}`, remedy, cause: thrown });
}
