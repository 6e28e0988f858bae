import type { EcsEvent } from '../core/model.ts';

/** The vendor's record as it came, on one line. Events of our own have no record: they go out as ECS. */
export function rawLine(event: EcsEvent): string {
  if (event.event.original === undefined) return JSON.stringify(event);
  // Between the tokens of JSON a line break is white space; inside a JSON string there is none.
  const line = event.event.original.replace(/[\r\n]+/g, ' ');
  if (event.tidemark.shortened !== true) return line;
  const { id, dataset } = event.event;
  return JSON.stringify({ tidemark: { shortened: true, event_id: id, dataset }, beginning: line });
}
