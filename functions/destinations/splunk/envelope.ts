import * as z from 'zod/mini';
import type { EcsEvent } from '../../core/ecs-event.ts';
import type { Shape } from '../../core/model.ts';
import type { Envelope } from '../envelope.ts';
import { expand } from './template.ts';

declare module '../../core/model.ts' {
  interface Shape {
    /** Each event in an envelope of Splunk's HTTP Event Collector: the index, and the templates of the origin that are set. */
    readonly hec?: { readonly index?: string } & Partial<Origin>;
  }
}

/** What Splunk keeps with each event about where it is from. */
interface Origin {
  readonly host: string;
  readonly source: string;
  readonly sourcetype: string;
}

/** The templates of the origin if none are set. Splunk's `host` tells accounts apart: it is the name that the user gave to the account. */
export const DEFAULT_ORIGIN: Origin = {
  host: '{connection}',
  source: '{stream}',
  sourcetype: 'tidemark:{source}:{format}',
};

/** JSON that is nested deeper is sent as text: readers that recurse fail on it, and one event must not fail a batch. */
const MAX_DEPTH = 64;
/** Splunk's indexers cut larger events, or fail on them. */
const MAX_BYTES = 256 * 1024;

/** The envelope of Splunk's HTTP Event Collector. Envelopes follow each other with nothing in between. */
export const hecEnvelope: Envelope = {
  name: 'hec',
  settings: z.strictObject({
    index: z.optional(z.string()),
    host: z.optional(z.string()),
    source: z.optional(z.string()),
    sourcetype: z.optional(z.string()),
  }),
  maxBytes: MAX_BYTES,
  wrap: wrapEvent,
};

function wrapEvent(shape: Shape, event: EcsEvent, line: string): string {
  const time = (Date.parse(event['@timestamp']) / 1_000).toFixed(3);
  const fields = JSON.stringify({ event_id: event.event.id, feed: event.tidemark.feed });
  return `{"time":${time},${originOf(shape, event)},"fields":${fields},"event":${asEvent(line, shape)}}`;
}

/** The origin of the last event, as text, and what it was made from: neighbouring events have the same. */
let last: { readonly parts: readonly unknown[]; readonly text: string } = { parts: [], text: '' };

function originOf({ format, hec }: Shape, { event, tidemark }: EcsEvent): string {
  const { module, dataset } = event;
  // Every event of a destination comes with the same `hec`.
  const parts = [module, dataset, tidemark.connection, format, hec];
  if (last.parts.length > 0 && parts.every((part, at) => part === last.parts[at])) return last.text;
  const { index, ...templates } = hec ?? {};
  const { host, source, sourcetype } = { ...DEFAULT_ORIGIN, ...templates };
  const values = { source: module, stream: dataset.slice(module.length + 1), connection: tidemark.connection, format };
  const origin = {
    host: expand(host, values),
    source: expand(source, values),
    sourcetype: expand(sourcetype, values),
    ...(index !== undefined && { index }),
  };
  last = { parts, text: JSON.stringify(origin).slice(1, -1) };
  return last.text;
}

/** A JSON object unchanged, everything else as a string. Splunk refuses a blank event. */
function asEvent(line: string, { format }: Shape): string {
  if ((format !== 'raw' && isSimple(line)) || isPlainObject(line)) return line;
  return JSON.stringify(line.trim() === '' ? '(an empty record)' : line.toWellFormed());
}

/** Whether a line that JSON.stringify wrote is an object without half surrogate pairs, and with too few brackets to be deep. */
function isSimple(line: string): boolean {
  if (!line.startsWith('{') || line.includes('\\ud')) return false;
  let brackets = 0;
  for (const bracket of ['{', '[']) {
    for (let at = line.indexOf(bracket); at !== -1; at = line.indexOf(bracket, at + 1)) {
      if (++brackets > MAX_DEPTH) return false;
    }
  }
  return true;
}

/** Whether a text is a JSON object that is not empty and that every reader accepts. The text is JSON if it begins like an object. */
function isPlainObject(text: string): boolean {
  if (!text.startsWith('{') || !text.endsWith('}') || /^\{\s*\}$/.test(text)) return false;
  if (!text.isWellFormed()) return false;
  let depth = 0;
  let backslash = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return false;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    } else if (code === 0x22) {
      let quote = text.indexOf('"', at + 1);
      // The next backslash is looked for once, and not again in each string before it.
      if (backslash <= at) backslash = endIfNone(text.indexOf('\\', at), text);
      while (backslash < quote) {
        const escaped = escapeAt(text, backslash);
        if (escaped === 0) return false;
        const next = backslash + escaped + 1;
        // Only where the quote was the escaped one: to look for it after each escape takes a second for 100,000 of them.
        if (quote < next) quote = text.indexOf('"', next);
        backslash = endIfNone(text.indexOf('\\', next), text);
      }
      if (quote === -1) return false;
      at = quote;
    }
  }
  return depth === 0;
}

function endIfNone(place: number, { length }: string): number {
  return place === -1 ? length : place;
}

/** Number of characters after the backslash of an escape. Zero for half of a surrogate pair, which is harmless only as text. */
function escapeAt(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== 0x75) return 1;
  const unit = Number.parseInt(text.slice(at + 2, at + 6), 16);
  if (unit < 0xd800 || unit > 0xdfff) return 5;
  const second = /^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/.test(text.slice(at + 6, at + 12));
  return unit < 0xdc00 && second ? 11 : 0;
}
