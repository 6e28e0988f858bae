import type { EcsEvent, EcsFields } from '../ecs-event.ts';
import { messageOf } from '../errors.ts';
import type { AnyFeed, Row } from '../model.ts';
import { type Duration, formatInstant, type Instant, MILLISECOND, type Range, weekHourOf } from '../time.ts';
import { isDeeper, TOO_DEEP } from './depth.ts';
import { UNMAPPED, UNTIMED } from './tags.ts';

/** The version of the Elastic Common Schema that events follow. */
export const ECS_VERSION = '9.4.0';

/** The facts about an event besides its record. */
export interface EventContext {
  readonly feed: AnyFeed;
  readonly id: string;
  /** Undefined if the vendor gave no usable time. */
  readonly time?: Instant | undefined;
  readonly readAt: Instant;
  readonly window?: Range;
  /** Time from the event until it was first seen, if its range had been read before. */
  readonly late?: Duration | undefined;
}

/**
 * Adds the fields that every event has to those of a mapping: time, identity, origin, and where and when Tidemark read it. Throws
 * if fields are nested too deep for the formats.
 */
export function complete(fields: EcsFields, row: Row, about: EventContext): EcsEvent {
  if (isDeeper(fields)) throw new Error(`its fields are ${TOO_DEEP}`);
  const { '@timestamp': timestamp, ecs, event, service, observer, tidemark } = bareEvent(row, about);
  const { id, module, dataset, created, original } = event;
  return Object.assign(
    { '@timestamp': timestamp, ecs },
    fields,
    about.time === undefined && { tags: [...(fields.tags ?? []), UNTIMED] },
    {
      event: Object.assign({ kind: event.kind }, fields.event, { id, module, dataset, created, original }),
      service: fields.service ? { ...service, ...fields.service } : service,
      observer,
      tidemark:
        isUse(fields.event) && about.time !== undefined ? { ...tidemark, utc: weekHourOf(about.time) } : tidemark,
    },
  );
}

/**
 * Whether somebody signed in, or used something. Of such events rules ask at what time of the day they were, and no language of rules
 * can take that from a time.
 */
function isUse({ kind, category }: EcsFields['event']): boolean {
  return kind === 'metric' || (category?.some((one) => one === 'authentication' || one === 'session') ?? false);
}

/**
 * The event of a record without the fields of a mapping: all that a destination needs which gets the vendor's record as it is. It
 * takes a fraction of the time.
 */
export function bareEvent(row: Row, about: EventContext) {
  const { id, readAt, time, feed } = about;
  const { module, dataset, service } = partsOf(feed);
  const created = stampOfReading(readAt);
  return {
    '@timestamp': time === undefined ? created : stamp(time),
    ecs: ECS,
    event: { kind: 'event' as const, id, module, dataset, created, original: row.text },
    service,
    observer: OBSERVER,
    tidemark: tidemarkOf(about),
  };
}

/** The event of a record that could not be mapped: a pipeline_error with the reason and the original record. */
export function pipelineError(row: Row, about: EventContext, thrown: unknown): EcsEvent {
  return complete(
    {
      event: { kind: 'pipeline_error' },
      error: { message: `${about.feed.name}: ${messageOf(thrown)}`, type: 'unmapped' },
      tags: [UNMAPPED],
    },
    row,
    about,
  );
}

const ECS = { version: ECS_VERSION };
const OBSERVER = { vendor: 'Tidemark', product: 'Tidemark', type: 'forwarder' };

/** What all events of a feed have in common. Its objects are shared by the events, so nothing may change them. */
interface FeedParts {
  readonly module: string;
  readonly dataset: string;
  readonly service: { readonly name: string; readonly type: string };
  /** The window of the last event, and its `tidemark`. */
  window: Range | undefined;
  tidemark: EcsEvent['tidemark'];
}

const PARTS = new WeakMap<AnyFeed, FeedParts>();

function partsOf(feed: AnyFeed): FeedParts {
  const known = PARTS.get(feed);
  if (known) return known;
  const { source, stream, connection } = feed;
  const parts: FeedParts = {
    module: source.id,
    dataset: `${source.id}.${stream.viewOf ?? stream.name}`,
    service: { name: source.title, type: source.id },
    window: undefined,
    tidemark: { feed: feed.name, connection: connection.id, vendor: source.vendor, product: source.title },
  };
  PARTS.set(feed, parts);
  return parts;
}

function tidemarkOf({ feed, window, late }: EventContext): EcsEvent['tidemark'] {
  const parts = partsOf(feed);
  if (window?.from !== parts.window?.from || window?.to !== parts.window?.to) {
    const { window: _, ...rest } = parts.tidemark;
    parts.tidemark = { ...rest, ...(window && { window: { from: stamp(window.from), to: stamp(window.to) } }) };
    parts.window = window;
  }
  return late === undefined ? parts.tidemark : { ...parts.tidemark, lateness_ms: Math.round(late / MILLISECOND) };
}

/** When the last event was read. Many are read in the same millisecond. */
let lastReading = { at: 0, text: stamp(0) };

function stampOfReading(readAt: Instant): string {
  if (readAt !== lastReading.at) lastReading = { at: readAt, text: stamp(readAt) };
  return lastReading.text;
}

/** The instant in milliseconds, or in microseconds if it has them. */
function stamp(instant: Instant): string {
  return formatInstant(instant, instant % MILLISECOND === 0 ? 'ms' : 'us');
}
