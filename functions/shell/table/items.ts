import { gunzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../core/errors.ts';
import { SCHEMA } from '../../core/stored/checkpoint.ts';
import type { QuarantineEntry } from '../../core/stored/quarantine-entry.ts';
import type { SeenChunk } from '../../core/stored/seen-chunk.ts';
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

/** Where the parts of an entry of the quarantine begin. An id may hold any visible character; `#` and `~` have a meaning in keys. */
export function keyOfEntry(id: string): string {
  return `quarantine#${encodeURIComponent(id).replaceAll('~', '%7E')}#`;
}

/** Whose part an item of the quarantine is. */
function idOfEntry(item: Item): string {
  return decodeURIComponent((item.sk?.S ?? '').split('#')[1] ?? '');
}

/** Whether an item is the next part of what these are the first parts of. */
export function belongs(item: Item, parts: readonly Item[]): boolean {
  const [first] = parts;
  if (!first) return Number(item.sk?.S?.split('#')[2]) === 0;
  return (
    idOfEntry(item) === idOfEntry(first) &&
    item.writing?.S === first.writing?.S &&
    Number(item.sk?.S?.split('#')[2]) === parts.length
  );
}

/** Something in quarantine, put together from its parts. */
export function quarantineEntry(feed: string, parts: readonly Item[]): QuarantineEntry {
  const [first = {}] = parts;
  const packed = Buffer.concat(parts.map(({ text }) => text?.B ?? new Uint8Array()));
  return {
    ...(decode(first.about?.S ?? '{}') as Partial<QuarantineEntry>),
    id: idOfEntry(first),
    reason: first.reason?.S as QuarantineEntry['reason'],
    at: instant(feed, first.at),
    text: gunzipSync(packed).toString('utf8'),
  };
}

/** A seen chunk as it was stored. */
export function seenChunk(feed: string, prefix: string, item: Item): SeenChunk {
  const sk = item.sk?.S ?? '';
  checkSchema(feed, sk, item);
  const [bucket = '', ...id] = sk.slice(prefix.length + 1).split('#');
  return {
    bucket,
    id: id.join('#'),
    destinations: (item.destinations?.L ?? []).map(({ S }) => S ?? ''),
    keys: item.keys?.B ?? new Uint8Array(),
    ...(item.stableHashes?.B && { stableHashes: item.stableHashes.B }),
    count: Number(item.count?.N),
    digest: BigInt(item.digest?.N ?? 0),
  };
}

/** A newer Tidemark may have changed what items mean: guessing would lose events. */
export function checkSchema(pk: string, sk: string, item: Item): void {
  const schema = Number(item.schema?.N);
  if (schema === SCHEMA) return;
  throw new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: `Item ${pk} ${sk} has schema ${item.schema?.N ?? 'none'}; this version knows ${SCHEMA}.`,
    remedy: 'Run the version that wrote it, or a newer one.',
  });
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
  throw new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: `The checkpoint of ${feed} holds ${JSON.stringify(value ?? null)} where a time is wanted.`,
    remedy: 'Write the time as 2026-01-10T09:00:00.000000Z.',
  });
}
