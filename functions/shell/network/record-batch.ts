const BEFORE = '{"Data":"';
const AFTER = '"}';
const SEPARATOR = ',';
const CLOSING = ']}';
/** Sizes of buffers are multiples of it, so that one fits the next batch too. */
const STEP = 512 * 1024;

/**
 * Writes the JSON of PutRecordBatch, in one go. The SDK's own writer takes a step for each byte, and doubles its buffer until
 * it is large enough.
 *
 * @param spare a buffer that may be written over, and is used if it is large enough
 * @returns the JSON, at the beginning of its buffer
 */
export function recordBatchJson(
  deliveryStream: string,
  records: readonly Uint8Array[],
  spare: Uint8Array = new Uint8Array(),
): Buffer {
  const opening = `{"DeliveryStreamName":${JSON.stringify(deliveryStream)},"Records":[`;
  const size = records.reduce((all, record) => all + sizeOf(record), Buffer.byteLength(opening) + CLOSING.length);
  const json = spare.length >= size ? bufferOf(spare) : Buffer.allocUnsafeSlow(Math.ceil(size / STEP) * STEP);
  let at = json.write(opening);
  const write = (text: string) => {
    at += json.write(text, at, 'latin1');
  };
  for (const [index, record] of records.entries()) {
    if (index > 0) write(SEPARATOR);
    write(BEFORE);
    write(bufferOf(record).toString('base64'));
    write(AFTER);
  }
  write(CLOSING);
  return json.subarray(0, at);
}

/** Bytes of a record in JSON, with its separator. */
function sizeOf({ length }: Uint8Array): number {
  return BEFORE.length + Math.ceil(length / 3) * 4 + AFTER.length + SEPARATOR.length;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
