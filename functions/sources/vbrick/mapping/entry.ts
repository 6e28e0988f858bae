import type { Identity, Row } from '../../../core/model.ts';
import { isObject, type JsonObject, objectIn, textIn, textOf } from '../answers/json-object.ts';
import { parseWhen } from '../answers/when.ts';

/** A row as far as it can be understood; each of its columns may be missing. */
export interface Entry {
  /** What happened: `Network:ModifyUser`. */
  readonly messageKey: string | undefined;
  /** What kind of thing it happened to, `Network:User`, and which one. */
  readonly entityKey: string | undefined;
  readonly entityId: string | undefined;
  /** Who acted; none for Rev itself. */
  readonly principal: JsonObject | undefined;
  /** The command that was carried out. */
  readonly message: JsonObject | undefined;
  /** How the thing was, and how it is now. */
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
}

export function entryOf({ value }: Row): Entry {
  if (typeof value === 'string') throw new Error('the record cannot be read as a row: its columns do not show');
  if (!isObject(value)) {
    const shape = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    throw new Error(`the row is ${shape}; an object was expected`);
  }
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

/** When what happened to which thing, and by whom: names and states around that are the vendor's to change later. */
export function stableFields({ value, text }: Row): string {
  if (!isObject(value)) return text;
  const { When, EntityKey, EntityId, MessageKey, Principal } = value;
  return JSON.stringify([When, EntityKey, EntityId, MessageKey, textIn(objectIn(Principal), 'id', 'userid')]);
}
