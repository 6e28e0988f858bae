// How requests prove who sends them, as data: a source says which kind it is and what differs, the shell has a signer for each
// kind. Code that decides never holds a secret or a token.

/** The fields of a secret, each with its description. */
export type SecretShape = Readonly<Record<string, string>>;

/** What every kind of authentication says about the secret. */
interface WithSecret {
  /** The shapes that the secret may have. */
  readonly secret: readonly SecretShape[];
  /** Fields that people choose themselves, such as a password: they may hold spaces and any letters, so they can travel in bodies only. */
  readonly freeText?: readonly string[];
  /** Fields that are no secret, such as a user name: they may be short, and are not hidden, because the log that we read shows them. */
  readonly notHidden?: readonly string[];
}

/** A header with a credential in it. */
export interface CredentialHeader {
  /** The name of the header; `Authorization` unless said. */
  readonly header?: string;
  /** The word before the credential, such as `Bearer`; without it the credential stands alone. */
  readonly scheme?: string;
}

/** A field of the secret, as it is, in a header: `Authorization: Bearer <token>`, `X-Api-Key: <key>`. */
export interface HeaderAuth extends WithSecret, CredentialHeader {
  readonly kind: 'header';
  /** Which field of the secret it is. */
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
  /** What is signed, in this order, with nothing between. */
  readonly signed: readonly SignedPart[];
  readonly encoding: 'hex' | 'base64';
  /** The headers, by name. */
  readonly headers: Readonly<Record<string, SignedPart | 'signature'>>;
}

export type BodyEncoding = 'json' | 'form';

/** A session that is opened with the secret, and whose token all further requests carry. Vendors record sign-ins and limit them. */
export interface SessionAuth extends WithSecret, CredentialHeader {
  readonly kind: 'session';
  /** The request that signs in with each shape of the secret: a POST whose body is the secret. */
  readonly signIn: readonly { readonly url: string; readonly body: BodyEncoding }[];
  /** The fields of the answer's JSON that hold the token and the time when the session ends. */
  readonly answer: { readonly token: string; readonly expires: string };
  /** Where a POST without a body extends the session. */
  readonly extend: string;
}

/** An access token for the connection's own client (RFC 6749, section 4.4). Unlike a session it is no event in the vendor's log. */
export interface ClientCredentialsAuth extends WithSecret, CredentialHeader {
  readonly kind: 'oauth2-client-credentials';
  /** Where tokens are given out: a path below the connection's origin, or a whole URL, which may be on another origin. */
  readonly tokenUrl?: string;
  /** The setting of the connection that holds its tenant's own URL, which takes precedence. */
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
