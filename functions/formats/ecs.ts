import type { EcsEvent } from '../core/ecs-event.ts';

/** JSON escapes a lone surrogate as \ud8xx, and nothing else of that form; strict readers refuse it. */
const LONE_SURROGATE = '\\ud';

/** The event as one line of JSON that every reader takes: half a surrogate pair becomes the replacement character. */
export function ecsLine(event: EcsEvent): string {
  const line = JSON.stringify(event);
  if (!line.includes(LONE_SURROGATE)) return line;
  return JSON.stringify(event, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));
}
