/** Sends records to a destination as Firehose does. Throws an AwsError if it does not take them. */
export type Endpoint = (records: readonly Buffer[]) => Promise<void>;

/** Makes an endpoint of a URL and the fields of the secret. */
export type MakeEndpoint = (url: string, secret: Readonly<Record<string, string>>) => Endpoint;
