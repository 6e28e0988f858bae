import { digest } from '../../../core/events/identity.ts';
import type { Item } from '../../../core/model.ts';
import { isObject } from '../fields.ts';
import { tidy } from './tidy.ts';

const LONGEST_ID = 200;

/** A thing under the first of these ids that it has; without any under a hash of its content, so that it is never dropped. */
export function itemOf(value: unknown, ids: readonly string[]): Item {
  const id = isObject(value) ? ids.map((name) => idText(value[name])).find((text) => text !== undefined) : undefined;
  const tidied = tidy(value);
  return { key: id ?? contentKey(tidied), value: tidied };
}

/** What can be an id: a text that is not endless, or a number that is exact. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_ID ? value : undefined;
}

function contentKey(value: unknown): string {
  return `content-${digest(JSON.stringify(value))}`;
}
