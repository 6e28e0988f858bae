import { digest } from '../../core/events/identity.ts';
import type { QuarantineEntry } from '../../core/stored/quarantine-entry.ts';
import { type Duration, formatInstant, type Instant, SECOND } from '../../core/time.ts';
import { type Item, readInstant, sortKeyOf } from './items.ts';
import { areComplete, joinParts, textInParts } from './parts.ts';
import { decodeState, encodeState } from './state-json.ts';
import type { TableClient } from './table-client.ts';

/** Writes an entry, which expires after this time: it may hold personal data. */
export async function quarantine(
  table: TableClient,
  feed: string,
  entry: QuarantineEntry,
  lifetime: Duration,
): Promise<void> {
  const { id, text, at, reason, destinations, range } = entry;
  await table.write(
    textInParts(feed, prefixOf(id), text, {
      // Tells the parts of this write from those of an earlier one, in case one of the two was not completed.
      writing: { S: digest(`${at} ${text}`) },
      reason: { S: reason },
      at: { S: formatInstant(at) },
      about: { S: encodeState({ destinations, range }) },
      ttl: { N: String(Math.ceil((at + lifetime) / SECOND)) },
    }),
  );
}

/**
 * Reads the complete entries. An entry without all of its parts is still being written, or has begun to be deleted. DynamoDB may
 * delete what has expired days later, so it is left out here.
 */
export async function* loadQuarantine(table: TableClient, feed: string, now: Instant): AsyncGenerator<QuarantineEntry> {
  let parts: Item[] = [];
  for await (const item of table.query({ pk: feed, from: 'quarantine#', to: 'quarantine#~' })) {
    if (Number(item.ttl?.N ?? Number.POSITIVE_INFINITY) * SECOND <= now) continue;
    if (!isNextPart(item, parts)) parts = [];
    parts.push(item);
    if (areComplete(parts)) yield entryOf(feed, parts);
  }
}

export async function dropQuarantine(table: TableClient, feed: string, id: string): Promise<void> {
  const prefix = prefixOf(id);
  await table.remove({ pk: feed, from: prefix, to: `${prefix}~` });
}

/** The prefix of the sort keys of an entry's parts. An id may hold any visible character; `#` and `~` have a meaning in keys. */
function prefixOf(id: string): string {
  return `quarantine#${encodeURIComponent(id).replaceAll('~', '%7E')}#`;
}

function idOf(part: Item): string {
  return decodeURIComponent(sortKeyOf(part).split('#')[1] ?? '');
}

function numberOf(part: Item): number {
  return Number(sortKeyOf(part).split('#')[2]);
}

/** Whether an item follows these parts of an entry. */
function isNextPart(item: Item, parts: readonly Item[]): boolean {
  if (numberOf(item) !== parts.length) return false;
  const [first] = parts;
  return !first || (idOf(item) === idOf(first) && item.writing?.S === first.writing?.S);
}

function entryOf(feed: string, parts: readonly Item[]): QuarantineEntry {
  const [first = {}] = parts;
  return {
    ...(decodeState(first.about?.S ?? '{}') as Partial<QuarantineEntry>),
    id: idOf(first),
    reason: first.reason?.S as QuarantineEntry['reason'],
    at: readInstant(feed, first.at),
    text: joinParts(parts),
  };
}
