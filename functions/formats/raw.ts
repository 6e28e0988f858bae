import type { EcsEvent } from '../core/ecs-event.ts';

/** The vendor's record as it came, on one line. Events of our own have no record: they go out as ECS. */
export function rawLine(event: EcsEvent): string {
  if (event.event.original === undefined) return JSON.stringify(event);
  // Between the tokens of JSON a line break is white space; inside a JSON string there is none.
  const line = event.event.original.replace(/[\r\n]+/g, ' ');
  const { id, dataset } = event.event;
  const { shortened, part } = event.tidemark;
  if (part !== undefined)
    return JSON.stringify({ tidemark: { part, event_id: id, dataset }, text: event.event.original });
  if (shortened !== true) return line;
  return JSON.stringify({ tidemark: { shortened: true, event_id: id, dataset }, beginning: line });
}
