import type { EcsEvent, EcsFields } from '../ecs-event.ts';
import { messageOf } from '../errors.ts';
import type { AnyFeed, Row } from '../model.ts';
import { type Duration, formatInstant, type Instant, MILLISECOND, type Range } from '../time.ts';
import { isDeeper, TOO_DEEP } from './depth.ts';
import { UNMAPPED, UNTIMED } from './tags.ts';

/** The version of the Elastic Common Schema that events follow. */
export const ECS_VERSION = '9.4.0';

/** The facts about an event besides its record. */
export interface EventContext {
  readonly feed: AnyFeed;
  readonly id: string;
  /** Undefined if the vendor gave no usable time. */
  readonly time?: Instant;
  readonly readAt: Instant;
  readonly window?: Range;
  /** Time from the event until it was first seen, if its range had been read before. */
  readonly late?: Duration;
}

/**
 * Adds the fields that every event has to those of a mapping: time, identity, origin, and where and when Tidemark read it. Throws
 * if fields are nested too deep for the formats.
 */
export function complete(fields: EcsFields, row: Row, about: EventContext): EcsEvent {
  const { feed, time, window } = about;
  const { name, viewOf } = feed.stream;
  if (isDeeper(fields)) throw new Error(`its fields are ${TOO_DEEP}`);
  const tags = time === undefined ? [...(fields.tags ?? []), UNTIMED] : fields.tags;
  return {
    '@timestamp': stamp(time ?? about.readAt),
    ecs: { version: ECS_VERSION },
    ...fields,
    ...(tags && { tags }),
    event: {
      kind: 'event',
      ...fields.event,
      id: about.id,
      module: feed.source.id,
      dataset: `${feed.source.id}.${viewOf ?? name}`,
      created: stamp(about.readAt),
      original: row.text,
    },
    service: { name: feed.source.title, type: feed.source.id, ...fields.service },
    observer: { vendor: 'Tidemark', product: 'Tidemark', type: 'forwarder' },
    tidemark: {
      feed: feed.name,
      connection: feed.connection.id,
      vendor: feed.source.vendor,
      product: feed.source.title,
      ...(window && { window: { from: stamp(window.from), to: stamp(window.to) } }),
      ...(about.late !== undefined && { lateness_ms: Math.round(about.late / MILLISECOND) }),
    },
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

/** Texts of recent instants: neighbouring events have the same window and reading time. */
const STAMPS = new Map<Instant, string>();

/** The instant in milliseconds, or in microseconds if it has them. */
function stamp(instant: Instant): string {
  const known = STAMPS.get(instant);
  if (known !== undefined) return known;
  const text = formatInstant(instant, instant % MILLISECOND === 0 ? 'ms' : 'us');
  if (STAMPS.size >= 100) STAMPS.clear();
  STAMPS.set(instant, text);
  return text;
}
