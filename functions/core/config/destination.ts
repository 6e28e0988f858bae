import * as z from 'zod/mini';
import { type Destination, type FormatId, OCSF_VERSIONS, type Shape } from '../model.ts';
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
  shapeOf?(settings: DestinationSettings): EnvelopeShape;
}

/** The part of a shape that types of destinations add. */
export type EnvelopeShape = Omit<Shape, 'format' | 'cefVersion' | 'ocsfVersion'>;

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

/** The settings that only one format has. */
const FORMAT_OF = { cefVersion: 'cef', ocsfVersion: 'ocsf' } as const satisfies Partial<Record<keyof Shape, FormatId>>;

/** Whether a setting of destinations is one that only this format has. */
export function isSettingOf(format: string, name: string): boolean {
  return Object.entries(FORMAT_OF).some(([setting, its]) => setting === name && its === format);
}

/** The shape of a destination of this type in tidemark.json. */
export function destinationSchema({ id, formats, settings }: ConfigurableType) {
  const schema = z.strictObject({
    id: described(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'small letters, digits and dashes, at most 31')),
      'Its name: part of the names of its Firehose streams, and its local folder.',
    ),
    format: z._default(described(z.enum(formats), 'The shape of the events.'), 'ecs'),
    cefVersion: z.optional(
      described(z.literal([0, 1]), 'For format cef: every consumer reads 0; 1 supports IPv6 (default: 0).'),
    ),
    ocsfVersion: z.optional(
      described(
        z.literal(OCSF_VERSIONS),
        `For format ocsf: the version that the consumer reads; Amazon Security Lake reads none after ${OCSF_VERSIONS[0]} (default: ${OCSF_VERSIONS[0]}).`,
      ),
    ),
    type: z.literal(id),
    ...settings,
  });
  // A setting that has no effect would be believed to have one.
  const checks = Object.entries(FORMAT_OF).map(([name, format]) =>
    z.refine<Readonly<Record<string, unknown>>>(
      (destination) => destination[name] === undefined || destination.format === format,
      {
        error: `nothing: only format ${format} has it`,
        path: [name],
      },
    ),
  );
  return schema.check(...checks);
}

export function fillDestination(
  types: readonly ConfigurableType[],
  { id, type, format, cefVersion, ocsfVersion, ...settings }: z.infer<ReturnType<typeof destinationSchema>>,
): ConfiguredDestination {
  const { heldFor = 0, shapeOf } = types.find((each) => each.id === type) ?? {};
  const shape = {
    format,
    ...(format === 'cef' && { cefVersion: cefVersion ?? 0 }),
    ...(ocsfVersion !== undefined && { ocsfVersion }),
    ...shapeOf?.(settings),
  };
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

/**
 * The shape in which events are shown in a format, outside of any envelope: in the version of the first destination that gets the
 * format, so that people see what their consumer sees.
 */
export function shapeToShow(format: FormatId, destinations: readonly ConfiguredDestination[]): Shape {
  const shape = destinations.find((destination) => destination.shape.format === format)?.shape;
  return {
    format,
    ...(shape?.cefVersion !== undefined && { cefVersion: shape.cefVersion }),
    ...(shape?.ocsfVersion !== undefined && { ocsfVersion: shape.ocsfVersion }),
  };
}

/** The name of the Firehose stream that takes a source's events to a destination. */
export function deliveryStreamName(destination: string, source: string, prefix = 'tidemark'): string {
  return `${prefix}-${destination}-${source}`;
}

/** The prefix of all objects that Firehose writes of a source's events for a destination. */
export function objectPrefix(destination: string, source: string): string {
  return `${destination}/source=${source}/`;
}
