import * as z from 'zod/mini';
import type { Destination, FormatId, Shape } from '../model.ts';
import type { Duration } from '../time.ts';
import { described } from './connection.ts';

/** A type of destination, as far as the configuration needs it. */
export interface ConfigurableType {
  /** Its name in `type` of tidemark.json. */
  readonly id: string;
  /** The formats that it takes. `ecs`, the default, is one of them. */
  readonly formats: readonly FormatId[];
  /** Its settings besides id, type and format, each with a description for tidemark.schema.json. */
  readonly settings: Readonly<Record<string, z.ZodMiniType>>;
  /** Maximum time for which its Firehose streams keep an event before they have passed it on, or put it aside. */
  readonly heldFor: Duration;
  /** The rest of the shape of its events. Undefined if the format is the whole shape. */
  shapeOf?(settings: DestinationSettings): Omit<Shape, 'format' | 'cefVersion'>;
}

/** The settings of one type, as in tidemark.json. Only the type knows their meaning. */
export type DestinationSettings = Readonly<Record<string, unknown>>;

/** A destination of tidemark.json. It is plain data, because it is passed on as JSON. */
export interface ConfiguredDestination {
  readonly id: string;
  readonly type: string;
  readonly heldFor: Duration;
  readonly shape: Shape;
  readonly settings: DestinationSettings;
}

/** The shape of a destination of this type in tidemark.json. */
export function destinationSchema({ id, formats, settings }: ConfigurableType) {
  return z.strictObject({
    id: described(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'small letters, digits and dashes, at most 31')),
      'Its name: part of the names of its Firehose streams, and its local folder.',
    ),
    format: z._default(described(z.enum(formats), 'The shape of the events.'), 'ecs'),
    cefVersion: z._default(described(z.literal([0, 1]), 'For format cef: every consumer reads 0; 1 supports IPv6.'), 0),
    type: z.literal(id),
    ...settings,
  });
}

export function fillDestination(
  types: readonly ConfigurableType[],
  { id, type, format, cefVersion, ...settings }: z.infer<ReturnType<typeof destinationSchema>>,
): ConfiguredDestination {
  const { heldFor = 0, shapeOf } = types.find((each) => each.id === type) ?? {};
  const shape = { format, ...(format === 'cef' && { cefVersion }), ...shapeOf?.(settings) };
  return { id, type, heldFor, shape, settings };
}

/**
 * A destination as a source's function receives it.
 *
 * @param prefix the deployment's prefix of the streams' names
 */
export function destinationFor(
  source: string,
  { id, heldFor, shape }: ConfiguredDestination,
  prefix?: string,
): Destination {
  return { id, deliveryStream: deliveryStreamName(id, source, prefix), heldFor, shape };
}

/** The name of the Firehose stream that takes a source's events to a destination. */
export function deliveryStreamName(destination: string, source: string, prefix = 'tidemark'): string {
  return `${prefix}-${destination}-${source}`;
}

/** The prefix of all objects that Firehose writes of a source's events for a destination. */
export function objectPrefix(destination: string, source: string): string {
  return `${destination}/source=${source}/`;
}
