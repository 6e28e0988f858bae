import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { isObject } from '../../functions/core/events/is-object.ts';

/** The fields of an event by their ECS names, each with its value as JSON. Objects in a list are one field for each of their keys. */
export type Fields = ReadonlyMap<string, string>;

/** The fields of an event. */
export function fieldsOf(event: EcsEvent): Fields {
  const found = new Map<string, string[]>();
  collect(event, '', found);
  return new Map([...found].map(([name, values]) => [name, values.join(', ')]));
}

function collect(value: unknown, name: string, found: Map<string, string[]>): void {
  if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) collect(inner, name === '' ? key : `${name}.${key}`, found);
  } else if (Array.isArray(value) && value.some(isObject)) {
    for (const item of value) collect(item, name, found);
  } else if (value !== undefined) {
    const values = found.get(name);
    if (values) values.push(JSON.stringify(value));
    else found.set(name, [JSON.stringify(value)]);
  }
}
