import * as z from 'zod/mini';
import type { EcsEvent } from '../../core/ecs-event.ts';
import type { Shape } from '../../core/model.ts';
import type { Envelope } from '../envelope.ts';

declare module '../../core/model.ts' {
  interface Shape {
    /** Each event in an envelope of Splunk's HTTP Event Collector, with the index if one is set. */
    readonly hec?: { readonly index?: string };
  }
}

/** JSON that is nested deeper is sent as text: readers that recurse fail on it, and one event must not fail a batch. */
const MAX_DEPTH = 64;
/** Splunk's indexers cut larger events, or fail on them. */
const MAX_BYTES = 256 * 1024;

/** The envelope of Splunk's HTTP Event Collector. Envelopes follow each other with nothing in between. */
export const hecEnvelope: Envelope = {
  name: 'hec',
  settings: z.strictObject({ index: z.optional(z.string()) }),
  maxBytes: MAX_BYTES,
  wrap: wrapEvent,
};

function wrapEvent(shape: Shape, event: EcsEvent, line: string): string {
  const { id, module, dataset } = event.event;
  const about = {
    // Splunk's `host` tells accounts apart: it is the name that the user gave to the account.
    host: event.tidemark.connection,
    source: dataset.slice(module.length + 1),
    sourcetype: `tidemark:${module}:${shape.format}`,
    ...(shape.hec?.index !== undefined && { index: shape.hec.index }),
    fields: { event_id: id, feed: event.tidemark.feed },
  };
  const time = (Date.parse(event['@timestamp']) / 1_000).toFixed(3);
  return `{"time":${time},${JSON.stringify(about).slice(1, -1)},"event":${asEvent(line)}}`;
}

/** A JSON object unchanged, everything else as a string. Splunk refuses a blank event. */
function asEvent(line: string): string {
  if (isPlainObject(line)) return line;
  return JSON.stringify(line.trim() === '' ? '(an empty record)' : line.toWellFormed());
}

/** Whether a text is a JSON object that is not empty and that every reader accepts. The text is JSON if it begins like an object. */
function isPlainObject(text: string): boolean {
  if (!text.startsWith('{') || !text.endsWith('}') || /^\{\s*\}$/.test(text)) return false;
  if (!text.isWellFormed()) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) {
        const escaped = escapeAt(text, at);
        if (escaped === 0) return false;
        at += escaped;
      } else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return false;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return depth === 0 && !inString;
}

/** Number of characters after the backslash of an escape. Zero for half of a surrogate pair, which is harmless only as text. */
function escapeAt(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== 0x75) return 1;
  const unit = Number.parseInt(text.slice(at + 2, at + 6), 16);
  if (unit < 0xd800 || unit > 0xdfff) return 5;
  const second = /^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/.test(text.slice(at + 6, at + 12));
  return unit < 0xdc00 && second ? 11 : 0;
}
