import { MAX_RECORD_BYTES } from '../core/delivery/packing.ts';
import type { EcsEvent } from '../core/ecs-event.ts';
import type { FormatId, Shape } from '../core/model.ts';
import { cefLine } from './cef/cef.ts';
import { ecsLine } from './ecs.ts';
import { ocsfLine } from './ocsf/ocsf.ts';
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

/** The whole of what a shortened event may keep is too much where most of its characters are spelled as escapes. */
const SHARES = [1, 0.5, 0.25, 0.1, 0.01];

/** An event as one line of a destination's shape. A line that could never be taken is cut down to one that is: then it is `oversized`. */
export function writeEvent(shape: Shape, event: EcsEvent): { text: string; oversized?: boolean } {
  const text = writeLine(shape, event);
  const most = shape.hec ? MAX_HEC_BYTES : MAX_RECORD_BYTES;
  // Three bytes a character is the most there can be: most lines need no counting.
  if (text.length * 3 < most || Buffer.byteLength(text) < most) return { text };
  return { text: shortLine(shape, event, most), oversized: true };
}

/** The longest of the shortened lines that the destination takes. */
function shortLine(shape: Shape, event: EcsEvent, most: number): string {
  let text = '';
  for (const share of SHARES) {
    text = writeLine(shape, shorten(event, share));
    if (Buffer.byteLength(text) < most) break;
  }
  return text;
}

function writeLine(shape: Shape, event: EcsEvent): string {
  const line = LINES[shape.format](event, shape);
  return shape.hec ? hecEnvelope(shape, event, line) : line;
}
