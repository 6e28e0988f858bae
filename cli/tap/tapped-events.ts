import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { inexpressible } from '../../functions/core/events/inexpressible.ts';
import type { Shape } from '../../functions/core/model.ts';
import { type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';

/** How the events of a destination's objects are shown. */
export interface Showing {
  readonly destination: ConfiguredDestination;
  readonly destinationTypes: readonly DestinationType[];
  /** The shape in which they are shown, which has no envelope. */
  readonly shape: Shape;
  /** The names of the wanted feeds. Undefined for all. */
  readonly feeds?: ReadonlySet<string> | undefined;
}

/** The wanted events of an object, each as one line of the format. */
export function tappedEvents(object: string, showing: Showing): string[] {
  return object.split('\n').flatMap((line) => (line.trim() === '' ? [] : (tappedEvent(line, showing) ?? [])));
}

function tappedEvent(line: string, { destination, destinationTypes, shape, feeds }: Showing): string | undefined {
  const isDelivered = destination.shape.format === shape.format;
  const { envelope } = typeOf(destinationTypes, destination);
  const inner = envelope ? envelope.unwrap(line) : line;
  if (inner === undefined) return undefined;
  if (isDelivered && feeds === undefined) return inner;
  const event = eventIn(inner);
  if (event === undefined || (feeds && !feeds.has(event.tidemark.feed))) return undefined;
  return isDelivered ? inner : formatted(event, shape);
}

/** The ECS event on a line. Undefined if it is something else, which somebody else has put there. */
function eventIn(line: string): EcsEvent | undefined {
  try {
    const value = JSON.parse(line) as Partial<EcsEvent> | null;
    return typeof value?.tidemark?.feed === 'string' ? (value as EcsEvent) : undefined;
  } catch {
    return undefined;
  }
}

function formatted(event: EcsEvent, shape: Shape): string {
  try {
    return writeEvent(shape, event).text;
  } catch (thrown) {
    return writeEvent(shape, inexpressible(event, shape.format, thrown)).text;
  }
}

/** Lets one of so many through, beginning with the first. */
export function sampler(oneIn: number): () => boolean {
  let count = 0;
  return () => count++ % oneIn === 0;
}
