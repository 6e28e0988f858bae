import type { Secret } from './secret.ts';

/** How long a secret is remembered, in milliseconds. A new one is in use after this time at the latest. */
export const SECRET_AGE_MS = 15 * 60_000;
/** Maximum number of remembered secrets: a function serves all connections of a source. */
const MAX_SECRETS = 100;

/**
 * The secrets that a warm function remembers for some minutes, in memory only. An invocation forgets a secret when the vendor
 * refuses or forbids a request with it: it is read again then, and the next invocation begins with that.
 */
export class SecretMemory {
  readonly #kept = new Map<string, { readonly secret: Secret; readonly readAt: number }>();

  /** @param now milliseconds since 1970 */
  take(name: string, now: number): Secret | undefined {
    const kept = this.#kept.get(name);
    if (!kept) return undefined;
    const age = now - kept.readAt;
    // A clock that was set back shows no age.
    if (age >= 0 && age < SECRET_AGE_MS) return kept.secret;
    this.drop(name);
    return undefined;
  }

  /** @param readAt when reading it began: a change since then may not be in it */
  keep(name: string, secret: Secret, readAt: number): void {
    this.drop(name);
    // Without a version, a change of the secret would go unnoticed.
    if (secret.version === '') return;
    this.#kept.set(name, { secret, readAt });
    // A Map keeps the order of insertion: the first one was read longest ago.
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_SECRETS && oldest !== undefined) this.drop(oldest);
  }

  drop(name: string): void {
    this.#kept.delete(name);
  }
}
