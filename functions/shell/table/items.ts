import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../core/errors.ts';
import { SCHEMA } from '../../core/stored/checkpoint.ts';
import { type Instant, parseInstant } from '../../core/time.ts';

/** An item as DynamoDB returns it. */
export type Item = Record<string, AttributeValue>;

/** The key of an item: the feed (or connection), and the kind of item with its id. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Returns the item key for a key of the engine: `<feed>` to an item of the feed itself, `<feed>#<job>` to one of a job beside it.
 *
 * @param kind the kind of item, such as `seen`; a checkpoint of a job has the sort key `<job>` alone
 */
export function placeOf(key: string, kind: string): ItemKey {
  const at = key.indexOf('#');
  if (at < 0) return { pk: key, sk: kind };
  const job = key.slice(at + 1);
  return { pk: key.slice(0, at), sk: kind === 'checkpoint' ? job : `${job}#${kind}` };
}

/** An item of this version's schema. */
export function itemAt({ pk, sk }: ItemKey, attributes: Item): Item {
  return { pk: { S: pk }, sk: { S: sk }, schema: { N: String(SCHEMA) }, ...attributes };
}

/** The sort key of an item that was read. */
export function sortKeyOf(item: Item): string {
  return item.sk?.S ?? '';
}

/** Refuses an item of another schema: a newer Tidemark may have changed what items mean, and guessing would lose events. */
export function checkSchema(item: Item): void {
  const schema = Number(item.schema?.N);
  if (schema === SCHEMA) return;
  throw new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: `Item ${item.pk?.S} ${item.sk?.S} has schema ${item.schema?.N ?? 'none'}; this version knows ${SCHEMA}.`,
    remedy: 'Run the version that wrote it, or a newer one.',
  });
}

/** Reads an attribute that holds a time. */
export function readInstant(feed: string, value: AttributeValue | undefined): Instant {
  const instant = parseInstant(value?.S);
  if (instant !== undefined) return instant;
  throw new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: `The checkpoint of ${feed} holds ${JSON.stringify(value ?? null)} where a time is wanted.`,
    remedy: 'Write the time as 2026-01-10T09:00:00.000000Z.',
  });
}
