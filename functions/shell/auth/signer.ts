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
  /** Obtains tokens, for kinds that have them. */
  readonly tokens?: Tokens;
}

/** The headers of one signed request. */
export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  /** Values in them that were made for this request. They are masked in the answer, because they give access for a while. */
  readonly signatures: readonly string[];
}

export interface Tokens {
  /** Holds the token that requests carry. */
  readonly holder: TokenHolder;
  /** Asks for a token by one request with the secret. */
  open(secret: SecretFields, timeout: Duration): Promise<TokenAnswer>;
  /** Extends the life of the token, for vendors that can do that. */
  extend?(timeout: Duration): Promise<TokenAnswer>;
}

/** Inputs of a signer. */
export interface SignerTools {
  /** A connection to one origin only. */
  http(origin: string): Pick<Http, 'send'>;
  /** The connection's origin. */
  readonly origin: string;
  /** The whole URL of the token endpoint; undefined if that is below the connection's origin, or if there is none. */
  readonly foreignTokenUrl: string | undefined;
  /** Masks a text wherever it would be written; called before the answer that contains it is used. */
  hide(text: string): void;
}
