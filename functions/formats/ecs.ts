import type { EcsEvent } from '../core/ecs-event.ts';

/** JSON.stringify writes a lone surrogate, and only that, as an escape of the form \ud8xx, which strict readers refuse. */
const LONE_SURROGATE = '\\ud';

/** The event as one line of JSON that every reader accepts: a lone surrogate becomes the replacement character. */
export function ecsLine(event: EcsEvent): string {
  const line = JSON.stringify(event);
  if (!line.includes(LONE_SURROGATE)) return line;
  return JSON.stringify(event, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));
}
