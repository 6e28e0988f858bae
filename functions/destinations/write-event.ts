import * as z from 'zod/mini';
import { MAX_RECORD_BYTES } from '../core/delivery/packing.ts';
import type { EcsEvent } from '../core/ecs-event.ts';
import { OCSF_VERSIONS, type Shape } from '../core/model.ts';
import { FORMATS, writeLine } from '../formats/formats.ts';
import { shorten } from '../formats/shorten.ts';
import type { Envelope } from './envelope.ts';
import { ENVELOPES } from './envelopes.ts';

/** An event as text. `oversized` if it had to be shortened. */
export interface WrittenEvent {
  readonly text: string;
  readonly oversized?: boolean;
}

/**
 * Shares of the limits of a shortened event, tried one after the other: an event may still be too large if most of its characters
 * are written as escapes.
 */
const SHARES = [1, 0.5, 0.25, 0.1, 0.01];

/** Writes an event as one line of a destination's shape. An event that is too large for the destination is shortened. */
export const writeEvent = createWriter(ENVELOPES);

export function createWriter(envelopes: readonly Envelope[]): (shape: Shape, event: EcsEvent) => WrittenEvent {
  return (shape, event) => {
    const envelope = envelopes.find(({ name }) => Object.hasOwn(shape, name));
    const write = (each: EcsEvent) => {
      const line = writeLine(shape, each);
      return envelope ? envelope.wrap(shape, each, line) : line;
    };
    const maxBytes = envelope?.maxBytes ?? shape.maxBytes ?? MAX_RECORD_BYTES;
    const text = write(event);
    // UTF-8 takes three bytes a character at most, so that most lines need no counting.
    if (text.length * 3 < maxBytes || Buffer.byteLength(text) < maxBytes) return { text };
    return { text: shortLine((share) => write(shorten(event, share)), maxBytes), oversized: true };
  };
}

/** The longest of the shortened lines that is small enough. */
function shortLine(write: (share: number) => string, maxBytes: number): string {
  let text = '';
  for (const share of SHARES) {
    text = write(share);
    if (Buffer.byteLength(text) < maxBytes) break;
  }
  return text;
}

/** The schema of a shape, with these envelopes. */
export function shapeSchema(envelopes: readonly Envelope[]) {
  return z.strictObject({
    format: z.enum(FORMATS),
    cefVersion: z.optional(z.literal([0, 1])),
    ocsfVersion: z.optional(z.literal(OCSF_VERSIONS)),
    onePerRecord: z.optional(z.literal(true)),
    maxBytes: z.optional(z.int().check(z.positive(), z.maximum(MAX_RECORD_BYTES))),
    ...Object.fromEntries(envelopes.map(({ name, settings }) => [name, z.optional(settings)])),
  });
}
