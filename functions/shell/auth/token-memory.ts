import type { TokenTimes } from '../../core/effects.ts';

/** Where a token belongs: it is used for nothing else. */
export interface TokenPlace {
  readonly origin: string;
  /** The whole URL of the token endpoint, where that is on an origin of its own. */
  readonly tokenUrl: string | undefined;
  /** The name of the secret that the token was obtained with. */
  readonly secret: string;
  readonly secretVersion: string;
}

/** A token with its times. */
export interface KeptToken {
  readonly token: string;
  readonly times: TokenTimes;
}

/**
 * The tokens that a warm function keeps between invocations, one a connection: in memory only. A token is given out for the place
 * that it was obtained for; anything else takes it out for good.
 */
export class TokenMemory {
  readonly #kept = new Map<string, KeptToken & { readonly place: TokenPlace }>();

  /** @param connection its id */
  take(connection: string, place: TokenPlace): KeptToken | undefined {
    const kept = this.#kept.get(connection);
    if (kept && isSame(kept.place, place)) return kept;
    this.drop(connection);
    return undefined;
  }

  keep(connection: string, place: TokenPlace, kept: KeptToken): void {
    // Without a version nobody could tell whether the secret is still the same.
    if (place.secretVersion !== '') this.#kept.set(connection, { ...kept, place });
  }

  drop(connection: string): void {
    this.#kept.delete(connection);
  }
}

function isSame(one: TokenPlace, other: TokenPlace): boolean {
  return (
    one.origin === other.origin &&
    one.tokenUrl === other.tokenUrl &&
    one.secret === other.secret &&
    one.secretVersion === other.secretVersion
  );
}
