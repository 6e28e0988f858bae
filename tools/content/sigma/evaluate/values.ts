import { fieldAt } from '../../../../functions/formats/ecs-field.ts';

/** An event as it is delivered: an object of objects. */
export type Event = object;

/** What a field is in an event; undefined if there is no such field. */
export function valueAt(event: Event, field: string): unknown {
  return field.split('.').reduce<unknown>((holder, name) => fieldAt(holder, name), event);
}

/** The values of a field as texts: all of a list, none of a field that is null or not there. */
export function textsAt(event: Event, field: string): string[] {
  const value = valueAt(event, field);
  return (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null).map(String);
}
