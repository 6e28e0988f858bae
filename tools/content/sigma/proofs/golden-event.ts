import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant, parseDuration, parseInstant } from '../../../../functions/core/time.ts';
import type { Event } from '../evaluate/values.ts';
import type { Place } from '../rule-error.ts';

const ROOT = join(import.meta.dirname, '../../../..');
/** The events of Tidemark itself, one for each act. */
export const OWN_EVENTS = 'test/formats/fixtures/own-events.ecs.json';
/** Where the times of a series begin. */
const BEGINNING = parseInstant('2026-01-10T09:00:00Z') ?? 0;

const CASE = /^(?<source>[a-z]+)\/(?<stream>[a-z-]+)\/(?<case>[a-z0-9-]+) (?<number>\d+)$/;
const ACT = /^own-events (?<act>[a-z-]+)$/;

interface OwnEvent {
  readonly event: { readonly action: string };
}

/** An expected event of a golden case, such as `frame/settings/banner-switched-off 0`, or of an act: `own-events gap`. */
export function goldenEvent(place: Place, name: string): Event {
  const act = ACT.exec(name)?.groups?.act;
  const parts = CASE.exec(name)?.groups;
  const found = parts
    ? eventsIn(`functions/sources/${parts.source}/fixtures/${parts.stream}/${parts.case}.ecs.json`)[
        Number(parts.number)
      ]
    : (eventsIn(OWN_EVENTS) as readonly OwnEvent[]).find(({ event }) => event.action === act);
  if (found) return found;
  throw place.error(`There is no golden event ${name}`, 'Write one like source/stream/case 0, or own-events gap.');
}

function eventsIn(path: string): readonly Event[] {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Event[];
  } catch {
    return [];
  }
}

/** How an event is repeated and changed. In the values of `set`, `{n}` is the number of the repetition. */
export interface Series {
  readonly times: number;
  /** How long after nine o'clock the first is. Without it, and without `every`, the event keeps its own time. */
  readonly at?: string;
  readonly every?: string;
  readonly set: Readonly<Record<string, unknown>>;
}

export function inSeries(event: Event, { times, at, every, set }: Series): Event[] {
  return Array.from({ length: times }, (_, number) => {
    const copy = structuredClone(event) as Record<string, unknown>;
    if (at !== undefined || every !== undefined) {
      const offset = (parseDuration(at ?? '') ?? 0) + number * (parseDuration(every ?? '') ?? 0);
      copy['@timestamp'] = formatInstant(BEGINNING + offset);
    }
    for (const [field, value] of Object.entries(set)) setAt(copy, field.split('.'), numbered(value, number + 1));
    return copy;
  });
}

function numbered(value: unknown, number: number): unknown {
  return typeof value === 'string' ? value.replaceAll('{n}', `${number}`) : value;
}

/** Sets a field; null takes it away. */
function setAt(holder: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) {
    const inner = (holder[name] ?? {}) as Record<string, unknown>;
    holder[name] = inner;
    setAt(inner, rest, value);
  } else if (value === null) delete holder[name];
  else holder[name] = value;
}
