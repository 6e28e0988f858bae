import type { TokenAnswer } from '../../core/effects.ts';
import type { Duration } from '../../core/time.ts';
import type { Http } from '../network/http.ts';
import type { TokenHolder } from './token-holder.ts';

/** The checked fields of a secret, by name. */
export type SecretFields = Readonly<Record<string, string>>;

/** Signs the requests of one connection in one invocation. Each kind of authentication has a file with its own. */
export interface Signer {
  /**
   * Makes the headers that prove who sends a request.
   *
   * @param now milliseconds since 1970
   */
  sign(secret: SecretFields, now: number): Signed;
  /** How tokens are obtained, for kinds that have them. */
  readonly tokens?: Tokens;
}

/** The headers of one signed request. */
export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  /** Values in them that were made for this request, and that let whoever has them in for a while: hidden in the answer. */
  readonly signatures: readonly string[];
}

export interface Tokens {
  /** Holds the token that requests carry. */
  readonly holder: TokenHolder;
  /** Asks for a token by one request with the secret. */
  open(secret: SecretFields, timeout: Duration): Promise<TokenAnswer>;
  /** Asks for a longer life of the token, where a vendor can give it. */
  extend?(timeout: Duration): Promise<TokenAnswer>;
}

/** What a signer works with. */
export interface SignerTools {
  /** The way to one origin, and to nowhere else. */
  http(origin: string): Pick<Http, 'send'>;
  /** The connection's origin. */
  readonly origin: string;
  /** The whole URL of the token endpoint; undefined if that is below the connection's origin, or if there is none. */
  readonly foreignTokenUrl: string | undefined;
  /** Masks a text wherever it would be written; called before anybody sees the answer that holds it. */
  hide(text: string): void;
}
