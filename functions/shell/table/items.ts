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

/** Refuses an item of another schema: another version of Tidemark may have meant something else by it, and guessing would lose events. */
export function checkSchema(pk: string, item: Item): void {
  const schema = Number(item.schema?.N ?? 0);
  if (schema === SCHEMA) return;
  throw new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: `Item ${pk} ${sortKeyOf(item)} has schema ${item.schema?.N ?? 'none'}; this version knows ${SCHEMA}.`,
    remedy: schema > SCHEMA ? NEWER : OLDER,
  });
}

const NEWER = 'It was written by a newer version. Nothing was changed: run that version, or a newer one.';
const OLDER =
  'It was written by a version before the first release. Nothing was changed. Begin with an empty table: ' +
  '`tidemark run --state NEW-DIRECTORY` on this machine, another deployment.stackPrefix in AWS. Set startFrom of the connections to ' +
  'the watermarks that the version before shows in `tidemark status`, so that nothing is left out.';

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
