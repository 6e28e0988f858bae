import type { Identity, Row } from '../../../core/model.ts';
import { type Fields, isObject, shapeOf } from '../../../source-kit/json-values.ts';
import { objectIn, textIn, textOf } from '../answers/json-object.ts';
import { parseWhen } from '../answers/when.ts';

/** The columns of a row as far as they can be understood. Each may be missing. */
export interface Entry {
  /** What happened: `Network:ModifyUser`. */
  readonly messageKey: string | undefined;
  /** The kind of thing that it happened to, such as `Network:User`, and its id. */
  readonly entityKey: string | undefined;
  readonly entityId: string | undefined;
  /** Who acted. Undefined for Rev itself. */
  readonly principal: Fields | undefined;
  /** The command that was carried out. */
  readonly message: Fields | undefined;
  /** The states of the thing before and after. */
  readonly before: Fields | undefined;
  readonly after: Fields | undefined;
}

export function entryOf({ value }: Row): Entry {
  if (typeof value === 'string') throw new Error('the record cannot be read as a row: its columns do not show');
  if (!isObject(value)) throw new Error(`the row is ${shapeOf(value)}; an object was expected`);
  return {
    messageKey: textOf(value.MessageKey),
    entityKey: textOf(value.EntityKey),
    entityId: textOf(value.EntityId),
    principal: objectIn(value.Principal),
    message: objectIn(value.Message),
    before: objectIn(value.PreviousState),
    after: objectIn(value.CurrentState),
  };
}

/** A row is one event. It has no id of its own: equal rows are separate events. */
export function events({ value }: Row): readonly Identity[] {
  const time = isObject(value) ? parseWhen(value.When) : undefined;
  return [time === undefined ? {} : { time }];
}

/** The vendor may change names and states later. The time, the thing, the event and the id of who acted stay. */
export function stableFields({ value, text }: Row): string {
  if (!isObject(value)) return text;
  const { When, EntityKey, EntityId, MessageKey, Principal } = value;
  return JSON.stringify([When, EntityKey, EntityId, MessageKey, textIn(objectIn(Principal), 'id', 'userid')]);
}
