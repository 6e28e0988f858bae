import type { Transform } from 'node:stream';
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzipSync,
  inflateSync,
} from 'node:zlib';
import { TooLargeError, UnreadableError } from '../../core/errors.ts';
import { weightOf } from './answer-limit.ts';

/** A text, and the memory that it takes: see `weightOf`. */
export interface WholeText {
  readonly text: string;
  readonly weight: number;
}

/** How a body is unpacked. */
export interface Unpack {
  /** The text of a whole body, and its weight. Throws TooLargeError if it takes more memory than the limit allows. */
  text(body: Buffer): WholeText;
  /** The text with which a body begins. */
  beginning(body: Buffer): string;
  /** What unpacks a body as it comes. Undefined if it is not packed. */
  stream(): Transform | undefined;
}

const GZIP = { sync: gunzipSync, stream: createGunzip, flush: constants.Z_SYNC_FLUSH } as const;
const UNPACKERS = {
  gzip: GZIP,
  'x-gzip': GZIP,
  deflate: { sync: inflateSync, stream: createInflate, flush: constants.Z_SYNC_FLUSH },
  br: { sync: brotliDecompressSync, stream: createBrotliDecompress, flush: constants.BROTLI_OPERATION_FLUSH },
} as const;

/** Bytes of the output that are reserved at a time. */
const CHUNK = 64 * 1024;
const MEBIBYTE = 1024 * 1024;
/** Deflate makes no more of one byte. */
const MOST_RATIO = 1032;
/** The beginning of a body that is kept of one that is too large. */
const BEGINNING_BYTES = 64 * 1024;
/** The packed bytes that are unpacked for it: these become a megabyte at most. */
const PACKED_BEGINNING_BYTES = 1024;

/** Returns how a body with this content-encoding is unpacked. @param maxBytes the maximum size of the unpacked body */
export function unpackerOf(encoding: string | undefined, maxBytes: number): Unpack {
  const kind = encoding?.trim().toLowerCase() ?? '';
  if (kind === '' || kind === 'identity') {
    return {
      text: (body) => textOf(body, maxBytes),
      beginning: beginningOf,
      stream: () => undefined,
    };
  }
  if (!isKnown(kind)) {
    // A long name is not repeated: it may be an echo, and a secret that is cut short is not masked.
    const named = /^[a-z0-9-]{1,20}$/.test(kind) ? kind : 'something unknown';
    throw new UnreadableError(`The vendor’s answer is packed as ${named}, which was not asked for.`);
  }
  const { sync, stream, flush } = UNPACKERS[kind];
  const beginning = (body: Buffer) => {
    const packed = body.subarray(0, PACKED_BEGINNING_BYTES);
    return beginningOf(sync(packed, { finishFlush: flush }));
  };
  return {
    text: (body) => {
      try {
        // At once: unpacking in the background takes more of a processor that is busy anyway.
        const chunkSize = chunkFor(kind, body, maxBytes);
        return textOf(sync(body, { maxOutputLength: maxBytes, chunkSize }), maxBytes);
      } catch (thrown) {
        throw isTooLarge(thrown) ? tooLarge(maxBytes, beginning(body)) : thrown;
      }
    },
    beginning,
    stream,
  };
}

export function tooLarge(maxBytes: number, beginning: string): TooLargeError {
  return new TooLargeError(`${Math.round((10 * maxBytes) / MEBIBYTE) / 10} MiB`, beginning);
}

function textOf(unpacked: Buffer, maxBytes: number): WholeText {
  const weight = weightOf(unpacked, maxBytes);
  if (weight > maxBytes) throw tooLarge(maxBytes, beginningOf(unpacked));
  return { text: unpacked.toString('utf8'), weight };
}

function beginningOf(unpacked: Buffer): string {
  return unpacked.toString('utf8', 0, BEGINNING_BYTES);
}

function isKnown(kind: string): kind is keyof typeof UNPACKERS {
  return Object.hasOwn(UNPACKERS, kind);
}

function isTooLarge(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
}

/** A gzip body ends with the size of its content. With that, it is unpacked into one buffer and not copied again. It is only a hint: a wrong one costs a copy. */
function chunkFor(kind: string, body: Buffer, maxBytes: number): number {
  if (!kind.endsWith('gzip') || body.length < 4) return CHUNK;
  const announced = body.readUInt32LE(body.length - 4);
  // One byte more, because a full buffer would have another one made.
  return Math.max(CHUNK, Math.min(announced, body.length * MOST_RATIO, maxBytes) + 1);
}
