import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { inexpressible } from '../../functions/core/events/inexpressible.ts';
import type { FormatId } from '../../functions/core/model.ts';
import { type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';

/** How the events of a destination's objects are shown. */
export interface Showing {
  readonly destination: ConfiguredDestination;
  readonly destinationTypes: readonly DestinationType[];
  readonly format: FormatId;
  /** The names of the wanted feeds. Undefined for all. */
  readonly feeds?: ReadonlySet<string> | undefined;
}

/** The wanted events of an object, each as one line of the format. */
export function tappedEvents(object: string, showing: Showing): string[] {
  return object.split('\n').flatMap((line) => (line.trim() === '' ? [] : (tappedEvent(line, showing) ?? [])));
}

function tappedEvent(line: string, { destination, destinationTypes, format, feeds }: Showing): string | undefined {
  const { shape } = destination;
  const { envelope } = typeOf(destinationTypes, destination);
  const inner = envelope ? envelope.unwrap(line) : line;
  if (inner === undefined) return undefined;
  if (shape.format === format && feeds === undefined) return inner;
  const event = eventIn(inner);
  if (event === undefined || (feeds && !feeds.has(event.tidemark.feed))) return undefined;
  return shape.format === format ? inner : formatted(event, format);
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

function formatted(event: EcsEvent, format: FormatId): string {
  const shape = format === 'cef' ? ({ format, cefVersion: 0 } as const) : { format };
  try {
    return writeEvent(shape, event).text;
  } catch (thrown) {
    return writeEvent(shape, inexpressible(event, format, thrown)).text;
  }
}

/** Lets one of so many through, beginning with the first. */
export function sampler(oneIn: number): () => boolean {
  let count = 0;
  return () => count++ % oneIn === 0;
}
