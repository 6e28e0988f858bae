import { type ConfiguredDestination, shapeToShow } from '../../../../functions/core/config/destination.ts';
import type { EcsEvent } from '../../../../functions/core/ecs-event.ts';
import type { FormatId, Shape } from '../../../../functions/core/model.ts';
import { writeLine } from '../../../../functions/formats/formats.ts';
import type { EventForm, EventRow } from '../../api-types.ts';

/** The formats that the page shows, in this order. */
const TITLES: Readonly<Record<FormatId, string>> = { raw: 'Raw', ecs: 'ECS', cef: 'CEF', ocsf: 'OCSF' };
const FORMATS = Object.keys(TITLES) as FormatId[];

/** Maximum length of the line that stands for an event in the list. */
const MAX_TEXT = 240;

/** The event that a delivered line holds: the line itself, or what a destination has put around it. Undefined if it is in another format. */
export function eventOf(line: string): EcsEvent | undefined {
  const value = parse(line);
  if (isEcs(value)) return value;
  const inner = (value as { readonly event?: unknown } | undefined)?.event;
  return isEcs(inner) ? inner : undefined;
}

/**
 * An event in all formats, each as a person reads it, in the versions that the destinations get. Of a line in another format there is
 * only that format.
 */
export function formsOf(
  line: string,
  delivered: FormatId,
  destinations: readonly ConfiguredDestination[] = [],
): EventForm[] {
  const event = eventOf(line);
  return FORMATS.map((format) => {
    const title = TITLES[format];
    if (event) return makeForm(shapeToShow(format, destinations), title, event);
    if (format === delivered) return { format, title, text: pretty(line) };
    const remark = `Made from an event in ECS. This destination takes ${TITLES[delivered]}.`;
    return { format, title, remark };
  });
}

function makeForm(shape: Shape, title: string, event: EcsEvent): EventForm {
  const { format } = shape;
  if (format === 'raw' && event.event.original === undefined)
    return { format, title, remark: 'Tidemark’s own event: no vendor has sent a record for it.' };
  try {
    return { format, title, text: pretty(writeLine(shape, event)) };
  } catch (thrown) {
    return { format, title, remark: `It cannot be written: ${(thrown as Error).message}` };
  }
}

/** A line of JSON in several lines; any other line as it is. */
function pretty(line: string): string {
  const value = parse(line);
  return value !== null && typeof value === 'object' ? JSON.stringify(value, null, 2) : line;
}

/** An event in the list. */
export function rowOf(key: number, line: string, source: string): EventRow {
  const event = eventOf(line);
  if (!event) return { key, feed: source, text: line.slice(0, MAX_TEXT) };
  const { user, message, tidemark } = event;
  const { action, outcome, original = '' } = event.event;
  const name = user?.name ?? user?.email ?? user?.full_name ?? user?.id;
  const text = message ?? original;
  return {
    key,
    time: event['@timestamp'],
    feed: typeof tidemark?.feed === 'string' ? tidemark.feed : source,
    ...(typeof action === 'string' && { action }),
    ...(typeof outcome === 'string' && { outcome }),
    ...(name !== undefined && { user: String(name) }),
    text: String(text).slice(0, MAX_TEXT),
  };
}

function isEcs(value: unknown): value is EcsEvent {
  const event = value as Partial<EcsEvent> | null | undefined;
  return typeof event === 'object' && typeof event?.['@timestamp'] === 'string' && typeof event.event?.id === 'string';
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
