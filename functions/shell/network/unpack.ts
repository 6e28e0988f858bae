import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { UnreadableError } from '../../core/errors.ts';

/** Makes a text of a body. */
export type Unpack = (body: Buffer) => string;

const UNPACKERS = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
} as const;

/** Bytes of the output that are reserved at a time. */
const CHUNK = 64 * 1024;
/** Deflate makes no more of one byte. */
const MOST_RATIO = 1032;

/** Returns how a body with this content-encoding is unpacked. @param maxBytes the maximum size of the unpacked body */
export function unpackerOf(encoding: string | undefined, maxBytes: number): Unpack {
  const kind = encoding?.trim().toLowerCase() ?? '';
  if (kind === '' || kind === 'identity') return (body) => body.toString('utf8');
  if (!isKnown(kind)) {
    // A long name is not repeated: it may be an echo, and a secret that is cut short is not masked.
    const named = /^[a-z0-9-]{1,20}$/.test(kind) ? kind : 'something unknown';
    throw new UnreadableError(`The vendor’s answer is packed as ${named}, which was not asked for.`);
  }
  return (body) => {
    try {
      // At once: unpacking in the background takes more of a processor that is busy anyway.
      return UNPACKERS[kind](body, { maxOutputLength: maxBytes, chunkSize: chunkFor(kind, body, maxBytes) }).toString(
        'utf8',
      );
    } catch (thrown) {
      throw isTooLarge(thrown) ? tooLarge(maxBytes) : thrown;
    }
  };
}

export function tooLarge(maxBytes: number): UnreadableError {
  return new UnreadableError(`The vendor’s answer is larger than ${maxBytes >> 20} MiB.`);
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
