import type { EcsEvent, FormatId, Shape } from '../core/model.ts';
import { MAX_RECORD_BYTES } from '../core/packing.ts';
import { cefLine } from './cef.ts';
import { ecsLine } from './ecs.ts';
import { ocsfLine } from './ocsf.ts';
import { rawLine } from './raw.ts';
import { shorten } from './shorten.ts';
import { hecEnvelope } from './splunk.ts';

/** Every format: how an event becomes one line. A projection of the ECS event; no format knows a vendor. */
const LINES: Readonly<Record<FormatId, (event: EcsEvent, shape: Shape) => string>> = {
  ecs: ecsLine,
  cef: (event, { cefVersion = 0 }) => cefLine(event, cefVersion),
  ocsf: ocsfLine,
  raw: rawLine,
};

export const FORMATS = Object.keys(LINES) as readonly FormatId[];

/** Splunk's indexers cut or choke on larger events. */
const MAX_HEC_BYTES = 256 * 1024;

/** An event as one line of a destination's shape. A line that could never be taken is cut down to one that is: then it is `oversized`. */
export function writeEvent(shape: Shape, event: EcsEvent): { text: string; oversized?: boolean } {
  const text = writeLine(shape, event);
  const most = shape.hec ? MAX_HEC_BYTES : MAX_RECORD_BYTES;
  // Three bytes a character is the most there can be: most lines need no counting.
  if (text.length * 3 < most || Buffer.byteLength(text) < most) return { text };
  return { text: writeLine(shape, shorten(event)), oversized: true };
}

function writeLine(shape: Shape, event: EcsEvent): string {
  const line = LINES[shape.format](event, shape);
  return shape.hec ? hecEnvelope(shape, event, line) : line;
}
