import type { TokenTimes } from '../../core/effects.ts';

/** The place to which a token belongs. It is used nowhere else. */
export interface TokenPlace {
  readonly origin: string;
  /** The whole URL of the token endpoint, if that is on another origin. */
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
 * The tokens that a warm function keeps between invocations, one per connection, in memory only. A token is returned only for
 * the place that it was obtained for; a request for another place removes it.
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
    // Without a version, a change of the secret would go unnoticed.
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
