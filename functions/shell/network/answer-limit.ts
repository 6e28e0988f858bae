import { COMMA, OPEN_LIST, OPEN_OBJECT } from '../../core/events/json/characters.ts';

const MEBIBYTE = 1024 * 1024;

/** What a process takes besides the answers, in MB: Node, the flushes on their way, the keys of a long backlog, and Lambda's own part. */
const BESIDES_ANSWERS_MB = 192;
/** Maximum memory for each byte of an answer: received, unpacked, as text, parsed, and as the event that is made of it. */
const MEMORY_A_BYTE = 16;
/** No page of a vendor is larger, however much memory there is. */
const LARGEST = 64 * MEBIBYTE;

/**
 * The maximum size of the answers that are in memory at the same time, by the memory of the function: whatever fits this limit
 * fits the function. On a machine without Lambda's limits it is the largest.
 *
 * @param memoryMb the text of AWS_LAMBDA_FUNCTION_MEMORY_SIZE
 */
export function answerLimit(memoryMb: string | undefined): number {
  if (memoryMb === undefined) return LARGEST;
  return Math.min(LARGEST, Math.floor(((Number(memoryMb) - BESIDES_ANSWERS_MB) * MEBIBYTE) / MEMORY_A_BYTE));
}

/** What each value counts besides its bytes: `[{},{}]` takes far more memory than a text of this length. */
const VALUE_BYTES = 20;
/** The part of an answer that is looked at first, in pieces from all over it. */
const SAMPLES = 16;
const SAMPLE_BYTES = 512;

/**
 * The memory that an answer takes, as the length of a text that takes as much: more than its own length if it consists of many small
 * values. Exact only where that decides whether it is more than the limit.
 */
export function weightOf(body: Uint8Array, limit: number): number {
  const { length } = body;
  if (length > limit) return length;
  const isSampled = length > SAMPLES * SAMPLE_BYTES;
  const sampled = isSampled ? length + VALUE_BYTES * estimatedValues(body) : 0;
  // To count everything is a hundredth of the work on a page, and most pages are far from the limit.
  if (isSampled && (length * (1 + VALUE_BYTES) <= limit || 2 * sampled <= limit)) return sampled;
  return length + VALUE_BYTES * countValues(body, 0, length);
}

function estimatedValues(body: Uint8Array): number {
  const step = Math.floor(body.length / SAMPLES);
  let values = 0;
  for (let at = 0; at + SAMPLE_BYTES <= body.length; at += step) values += countValues(body, at, at + SAMPLE_BYTES);
  return (values * step) / SAMPLE_BYTES;
}

const LINE_FEED = 0x0a;

/** The number of values, in JSON or CSV, as far as the bytes show it. Commas in texts count too. */
function countValues(body: Uint8Array, from: number, to: number): number {
  let values = 0;
  for (let at = from; at < to; at++) {
    const byte = body[at];
    if (byte === COMMA || byte === OPEN_LIST || byte === OPEN_OBJECT || byte === LINE_FEED) values++;
  }
  return values;
}
