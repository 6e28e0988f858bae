import { digest } from '../../../core/events/identity.ts';
import type { Item } from '../../../core/model.ts';
import { isObject } from '../../../source-kit/json-values.ts';
import { idOf } from '../../../source-kit/scalars.ts';
import { tidy } from './tidy.ts';

/** Maximum length of an id that is used as a key. */
export const LONGEST_ID = 200;

/** A thing with the first of these ids as its key. Without an id, the key is a hash of its content, so that it is never dropped. */
export function itemOf(value: unknown, ids: readonly string[]): Item {
  const id = isObject(value)
    ? ids.map((name) => idOf(value[name], LONGEST_ID)).find((text) => text !== undefined)
    : undefined;
  const tidied = tidy(value);
  return { key: id ?? contentKey(tidied), value: tidied };
}

function contentKey(value: unknown): string {
  return `content-${digest(JSON.stringify(value))}`;
}
