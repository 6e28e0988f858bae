import type { EcsEvent } from '../core/ecs-event.ts';
import { onOneLine } from '../core/events/json/json-scanner.ts';

/** The vendor's record as it was received, on one line. Tidemark's own events have no record: they are written as ECS. */
export function rawLine(event: EcsEvent): string {
  if (event.event.original === undefined) return JSON.stringify(event);
  const line = onOneLine(event.event.original);
  const { id, dataset } = event.event;
  const { shortened, part } = event.tidemark;
  if (part !== undefined)
    return JSON.stringify({ tidemark: { part, event_id: id, dataset }, text: event.event.original });
  if (shortened !== true) return line;
  return JSON.stringify({ tidemark: { shortened: true, event_id: id, dataset }, beginning: line });
}
