import type { EcsEvent } from '../core/ecs-event.ts';
import type { Shape } from '../core/model.ts';

/** Deeper JSON is sent as text: readers that recurse give up on it, and a batch must not fail for one event. */
const DEEPEST = 64;

/** An event in the envelope of Splunk's HTTP Event Collector; one after the other they need nothing in between. */
export function hecEnvelope(shape: Shape, event: EcsEvent, payload: string): string {
  const { id, module, dataset } = event.event;
  const about = {
    // Splunk's `host` tells accounts apart: the name that the user gave this one.
    host: event.tidemark.connection,
    source: dataset.slice(module.length + 1),
    sourcetype: `tidemark:${module}:${shape.format}`,
    ...(shape.hec?.index !== undefined && { index: shape.hec.index }),
    fields: { event_id: id, feed: event.tidemark.feed },
  };
  const time = (Date.parse(event['@timestamp']) / 1_000).toFixed(3);
  return `{"time":${time},${JSON.stringify(about).slice(1, -1)},"event":${asEvent(payload)}}`;
}

/** JSON objects go in as they are, all else as a string; Splunk refuses an event that is blank. */
function asEvent(payload: string): string {
  if (isPlainObject(payload)) return payload;
  return JSON.stringify(payload.trim() === '' ? '(an empty record)' : payload.toWellFormed());
}

/** Whether this text, which is JSON if it begins like an object, is one that every reader takes and that is not blank. */
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
      if (++depth > DEEPEST) return false;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return depth === 0 && !inString;
}

/** How many characters follow the backslash of an escape; none when it is half of a surrogate pair, which as text cannot hurt. */
function escapeAt(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== 0x75) return 1;
  const unit = Number.parseInt(text.slice(at + 2, at + 6), 16);
  if (unit < 0xd800 || unit > 0xdfff) return 5;
  const second = /^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/.test(text.slice(at + 6, at + 12));
  return unit < 0xdc00 && second ? 11 : 0;
}
