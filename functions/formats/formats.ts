import type { EcsEvent, FormatId } from '../core/model.ts';
import { MAX_RECORD_BYTES } from '../core/packing.ts';
import { ecsLine } from './ecs.ts';
import { rawLine } from './raw.ts';
import { shorten } from './shorten.ts';

/** Every format: how an event becomes one line. A projection of the ECS event; no format knows a vendor. */
const LINES: Readonly<Record<FormatId, (event: EcsEvent) => string>> = { ecs: ecsLine, raw: rawLine };

export const FORMATS = Object.keys(LINES) as readonly FormatId[];

/**
 * An event as one line of a format. A line that Firehose could never take is cut down to one that it does;
 * `oversized` is then the whole of what was cut, for quarantine.
 */
export function writeEvent(format: FormatId, event: EcsEvent): { text: string; oversized?: string } {
  const line = LINES[format];
  const text = line(event);
  // Three bytes a character is the most there can be: most lines need no counting.
  if (text.length * 3 < MAX_RECORD_BYTES || Buffer.byteLength(text) < MAX_RECORD_BYTES) return { text };
  return { text: line(shorten(event)), oversized: event.event.original ?? text };
}
