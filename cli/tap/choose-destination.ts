import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { FormatId } from '../../functions/core/model.ts';

/** What is wanted of the events that are delivered. */
export interface Wanted {
  readonly format: FormatId;
  /** Whether only some feeds are wanted. */
  readonly someFeeds: boolean;
}

/**
 * The destination whose events can be shown in a format: one that gets this format, or one of format ecs, from which every format
 * is made. Only ECS events say which feed they are of.
 *
 * @param destinations those whose events can be read here
 */
export function chooseDestination(
  destinations: readonly ConfiguredDestination[],
  { format, someFeeds }: Wanted,
): ConfiguredDestination {
  const exact = destinations.find(({ shape }) => shape.format === format);
  const ecs = destinations.find(({ shape }) => shape.format === 'ecs');
  const chosen = someFeeds ? ecs : (exact ?? ecs);
  if (chosen) return chosen;
  if (exact) {
    throw wrong(
      `Events of ${exact.id} are in ${format} and do not say which feed they are of, so --feed cannot be heeded.`,
      'Leave --feed out, or add a destination of format ecs.',
    );
  }
  const held = [...new Set(destinations.map(({ shape }) => shape.format))];
  throw wrong(
    `No destination has events from which ${format} can be made.`,
    held.length > 0
      ? `Name a format that is delivered: --format ${held.join(' or ')}. Of a destination of format ecs, every format can be made.`
      : 'All events are sent on from here, and none are kept. Add a destination that keeps them.',
  );
}

function wrong(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
