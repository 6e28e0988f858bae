import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';

/** A record that an endpoint did not take. */
export interface Untaken {
  /** Its place in the call. */
  readonly record: number;
  /** Whether it is of no use to send it again: then it is put aside. */
  readonly isFinal: boolean;
  /** Why, as Firehose names it, and in words. */
  readonly code: string;
  readonly message: string;
  /** How often it was tried. */
  readonly attempts: number;
}

/**
 * Sends records to a destination as Firehose does. Returns those that it did not take. Throws an AwsError if it takes none.
 *
 * @param stream the ARN of the delivery stream
 */
export type Endpoint = (records: readonly Buffer[], stream: string) => Promise<readonly Untaken[]>;

/** Makes an endpoint of a URL and the fields of the secret. */
export type MakeEndpoint = (
  url: string,
  secret: Readonly<Record<string, string>>,
  destination: ConfiguredDestination,
) => Endpoint;
