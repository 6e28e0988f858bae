import type { Instant } from '../time.ts';

/** The state of a secret whose credential is exchanged. */
export interface SecretState {
  readonly current: {
    readonly version: string;
    readonly createdAt: Instant;
    /** When the credential itself expires, if the secret states it. */
    readonly validUntil?: Instant;
  };
  readonly pending?: Pending;
  readonly notice?: Notice;
}

/** Notes that a credential is due soon. It is kept in the secret, and renewed every day until the credential has been exchanged. */
export interface Notice {
  /** The version of the secret that it is about. */
  readonly of: string;
  readonly since: Instant;
  readonly seen: Instant;
}

/** A version of the secret that is labelled as pending and is not the current one. */
export interface Pending {
  readonly version: string;
  /** Undefined if the labelled version has no value yet. */
  readonly since?: Instant;
  /** Undefined if the version is not Tidemark's. */
  readonly note?: AttemptNote;
}

/** The durable record of an attempt, kept under the label AWSPENDING of the secret itself. Nothing in it is secret. */
export interface AttemptNote {
  /** A random id: it distinguishes the attempt from another one of the same moment. */
  readonly attempt: string;
  /** `<source>/<connection>` */
  readonly connection: string;
  /** The version of the secret that was to be exchanged. When another one is current, the attempt no longer matters. */
  readonly of: string;
  readonly at: Instant;
  /** How the attempt failed. Undefined if it broke off. */
  readonly ended?: BadEnd;
}

/**
 * How an attempt failed.
 *
 * - `refused`    the vendor says that it has made no credential
 * - `throttled`  the same, and the note could not be taken back
 * - `failed`     any other answer that is no success
 * - `unreadable` a success without the fields that it should hold
 * - `lost`       no complete answer came
 * - `not-stored` the new credential was received, and the secret could not be written
 */
export interface BadEnd {
  readonly how: 'refused' | 'throttled' | 'failed' | 'unreadable' | 'lost' | 'not-stored';
  readonly status?: number;
}
