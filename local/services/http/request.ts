import { gzipSync } from 'node:zlib';

// Firehose's requests to HTTP endpoints: https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html

/** Maximum number of records in a request. */
export const MAX_RECORDS = 10_000;
/** Maximum size of a body, before compression. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** What each request of a stream has. */
export interface StreamRequests {
  readonly stream: string;
  /** Undefined if the endpoint needs none. */
  readonly accessKey: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly contentEncoding: 'gzip' | 'none';
}

/** A request that is sent again unchanged as long as it is tried. */
export interface EndpointRequest {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The bytes of a record in a body: its base64, and what stands around it. */
const AROUND_RECORD = '{"data":""},'.length;
const AROUND_RECORDS = 200;

/**
 * Groups records, by their numbers, into requests.
 *
 * @param bufferBytes how many bytes of records Firehose collects. A larger record has a request of its own.
 */
export function groupRecords(records: readonly Pick<Buffer, 'length'>[], bufferBytes: number): number[][] {
  const groups: number[][] = [];
  let [group, bytes, body]: [number[], number, number] = [[], 0, AROUND_RECORDS];
  for (const [at, { length }] of records.entries()) {
    const inBody = 4 * Math.ceil(length / 3) + AROUND_RECORD;
    const isFull = group.length === MAX_RECORDS || bytes + length > bufferBytes || body + inBody > MAX_BODY_BYTES;
    if (group.length > 0 && isFull) {
      groups.push(group);
      [group, bytes, body] = [[], 0, AROUND_RECORDS];
    }
    group.push(at);
    bytes += length;
    body += inBody;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** @param at milliseconds since 1970 */
export function makeRequest(
  { stream, accessKey, attributes, contentEncoding }: StreamRequests,
  records: readonly Buffer[],
  { id, at }: { readonly id: string; readonly at: number },
): EndpointRequest {
  const data = records.map((record) => ({ data: record.toString('base64') }));
  const body = Buffer.from(JSON.stringify({ requestId: id, timestamp: at, records: data }));
  const isPacked = contentEncoding === 'gzip';
  return {
    id,
    headers: {
      'content-type': 'application/json',
      'x-amz-firehose-protocol-version': '1.0',
      'x-amz-firehose-request-id': id,
      'x-amz-firehose-source-arn': stream,
      ...(isPacked && { 'content-encoding': 'gzip' }),
      ...(accessKey !== undefined && { 'x-amz-firehose-access-key': accessKey }),
      ...(Object.keys(attributes).length > 0 && {
        'x-amz-firehose-common-attributes': asciiJson({ commonAttributes: attributes }),
      }),
    },
    body: new Uint8Array(isPacked ? gzipSync(body) : body),
  };
}

/** A header can hold no other characters. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
