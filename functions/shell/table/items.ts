import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../core/errors.ts';
import { SCHEMA } from '../../core/stored/checkpoint.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/time.ts';

/** An item as DynamoDB has it. */
export type Item = Record<string, AttributeValue>;

/** Instants are stored as text that people can read; these keys hold them. */
const INSTANTS = new Set([
  'from',
  'to',
  'until',
  'at',
  'proven',
  'vendorNow',
  'lastSuccess',
  'floor',
  'notBefore',
  'ongoingFrom',
  'startedAt',
  'since',
  'first',
  'final',
]);

/** Where a key leads: `<feed>` to an item of the feed itself, `<feed>#<more>` to one beside it. */
export function placeOf(key: string, own: string): { readonly pk: string; readonly sk: string } {
  const at = key.indexOf('#');
  if (at < 0) return { pk: key, sk: own };
  const more = key.slice(at + 1);
  return { pk: key.slice(0, at), sk: own === 'checkpoint' ? more : `${more}#${own}` };
}

/** A newer Tidemark may have changed what items mean: guessing would lose events. */
export function checkSchema(pk: string, sk: string, item: Item): void {
  const schema = Number(item.schema?.N);
  if (schema === SCHEMA) return;
  throw new TidemarkError(
    'state',
    'saving',
    `Item ${pk} ${sk} has schema ${item.schema?.N ?? 'none'}; this version knows ${SCHEMA}.`,
    'Run the version that wrote it, or a newer one.',
  );
}

/** A state as JSON that people can read. */
export function encode(state: object): string {
  return JSON.stringify(state, (key, value: unknown) =>
    INSTANTS.has(key) && typeof value === 'number' ? formatInstant(value, 'us') : value,
  );
}

/** What `encode` wrote. */
export function decode(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => (INSTANTS.has(key) ? (parseInstant(value) ?? value) : value));
}

/** An instant of a checkpoint's own attributes. */
export function instant(feed: string, value: AttributeValue | undefined): Instant {
  const read = parseInstant(value?.S);
  if (read !== undefined) return read;
  throw new TidemarkError(
    'state',
    'saving',
    `The checkpoint of ${feed} holds ${JSON.stringify(value ?? null)} where a time is wanted.`,
    'Write the time as 2026-01-10T09:00:00.000000Z.',
  );
}
