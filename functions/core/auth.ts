// The kinds of authentication, as data. A source names its kind and its details; the shell has a signer for each kind.
// The engine and the sources never hold a secret or a token.

/** The fields of a secret, each with its description. */
export type SecretShape = Readonly<Record<string, string>>;

/** The description of the secret, for every kind of authentication. */
interface WithSecret {
  /** The shapes that the secret may have. */
  readonly secret: readonly SecretShape[];
  /** Fields that people choose themselves, such as a password. They may hold spaces and any letters, so they are sent in bodies only. */
  readonly freeText?: readonly string[];
  /** Fields that are not secret, such as a user name. They may be short, and are not masked, because the vendor's log shows them. */
  readonly notHidden?: readonly string[];
}

/** A header with a credential in it. */
export interface CredentialHeader {
  /** The name of the header. Default: `Authorization`. */
  readonly header?: string;
  /** The word before the credential, such as `Bearer`. Undefined if the header holds the credential alone. */
  readonly scheme?: string;
}

/** A field of the secret, unchanged, in a header: `Authorization: Bearer <token>`, `X-Api-Key: <key>`. */
export interface HeaderAuth extends WithSecret, CredentialHeader {
  readonly kind: 'header';
  /** The name of the field. */
  readonly field: string;
}

/** Text in a signature or in its headers: the time of the request, or a field of the secret. */
export type SignedPart = 'timestamp' | { readonly field: string };

/** Headers with a keyed hash (HMAC) over the time and fields of the secret. */
export interface HeadersHmacAuth extends WithSecret {
  readonly kind: 'headers-hmac';
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  /** The field of the secret whose text is the key. */
  readonly key: string;
  /** The unit of the timestamp since 1970, in whole numbers. */
  readonly timestamp: 'seconds' | 'milliseconds';
  /** The signed texts, joined in this order without a separator. */
  readonly signed: readonly SignedPart[];
  readonly encoding: 'hex' | 'base64';
  /** The headers, by name. */
  readonly headers: Readonly<Record<string, SignedPart | 'signature'>>;
}

export type BodyEncoding = 'json' | 'form';

/** A session that is opened with the secret. All further requests carry its token. Vendors record and limit sign-ins. */
export interface SessionAuth extends WithSecret, CredentialHeader {
  readonly kind: 'session';
  /** The request that signs in with each shape of the secret: a POST whose body is the secret. */
  readonly signIn: readonly { readonly url: string; readonly body: BodyEncoding }[];
  /** The fields of the answer's JSON that hold the token and the time when the session ends. */
  readonly answer: { readonly token: string; readonly expires: string };
  /** The path to which a POST without a body extends the session. */
  readonly extend: string;
}

/** An access token for the connection's own client (RFC 6749, section 4.4). Unlike a sign-in, getting one does not appear in the vendor's log. */
export interface ClientCredentialsAuth extends WithSecret, CredentialHeader {
  readonly kind: 'oauth2-client-credentials';
  /** The token endpoint: a path below the connection's origin, or a whole URL, which may be on another origin. */
  readonly tokenUrl?: string;
  /** The name of the connection's setting with the tenant's own token endpoint, which takes precedence. */
  readonly tokenUrlSetting?: string;
  readonly scopes?: readonly string[];
  /** Further fields of the token request, such as an audience. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly body: BodyEncoding;
  /** The fields of the secret that are the client's id and secret, and where the token request carries them. */
  readonly client: { readonly id: string; readonly secret: string; readonly in: 'body' | 'basic-header' };
}

/** The kinds by name; each has a signer in the shell. */
export interface AuthKinds {
  readonly header: HeaderAuth;
  readonly 'headers-hmac': HeadersHmacAuth;
  readonly session: SessionAuth;
  readonly 'oauth2-client-credentials': ClientCredentialsAuth;
}

export type AuthKind = keyof AuthKinds;

export type Auth = AuthKinds[AuthKind];
