import type { Sending } from '../delivery/sending.ts';
import { TidemarkError } from '../errors.ts';
import { shallow, TOO_DEEP } from '../events/depth.ts';
import { digest } from '../events/identity.ts';
import { writeJson } from '../events/write-json.ts';
import type { Item, Request, Row, SnapshotFeed } from '../model.ts';
import { type Asker, ask } from '../requests/ask.ts';
import { requestKey } from '../requests/paging.ts';
import { diffItems, hasShrunk } from './snapshot-diff.ts';

/** Maximum number of answers of one list. */
const MAX_ANSWERS = 10_000;

/** Inputs of reading a list. */
type ListReader = Pick<Sending, 'effects' | 'tally'> & { readonly asker: Asker; readonly feed: SnapshotFeed };

/** Reads the list. A list that lost more than half of its items may be incomplete: it is accepted only if a second read agrees. */
export async function readItems(reader: ListReader, before: readonly Item[] | undefined): Promise<Item[]> {
  const items = await readList(reader);
  if (!before || !hasShrunk(before, items)) return items;
  const again = await readList(reader);
  if (!hasShrunk(before, again) || diffItems(items, again).length === 0) return again;
  throw incomplete(
    reader,
    `lost more than half of its ${before.length} items, and two reads of it disagree (${items.length} and ${again.length})`,
  );
}

/** Reads the whole list. Any failure on the way is thrown, since half a list looks like deletions. */
async function readList(reader: ListReader): Promise<Item[]> {
  const { asker, feed, effects, tally } = reader;
  const { stream, connection } = feed;
  const keyOf = (request: Request) => requestKey(request, connection.origin);
  const waiting: Request[] = [stream.first(connection)];
  /** The keys of the requests that were sent or are waiting, each with the key of the request whose answer led to it. */
  const causes = new Map<string, string | undefined>(waiting.map((request) => [keyOf(request), undefined]));
  const items: Item[] = [];
  for (let request = waiting.shift(); request; request = waiting.shift()) {
    const answer = await ask(asker, request);
    tally.pages++;
    effects.count('Pages', 1);
    const page = stream.read(answer, request, connection);
    for (const row of page.rows) for (const item of stream.items(limitDepth(row))) items.push(item);
    const here = keyOf(request);
    for (const next of page.asks) {
      const key = keyOf(next);
      if (causes.has(key)) {
        if (ledTo(causes, here, key)) throw incomplete(reader, 'leads back to its own beginning');
        // Two items may lead to the same request.
        continue;
      }
      if (causes.size === MAX_ANSWERS) throw incomplete(reader, `had not ended after ${MAX_ANSWERS} answers`);
      causes.set(key, here);
      waiting.push(next);
    }
  }
  return items;
}

/**
 * Replaces values below the maximum depth by a digest, so that an item that is nested too deeply does not prevent the
 * comparison of all others. If it were left out, it would look deleted.
 */
function limitDepth(row: Row): Row {
  const standIn = (below: unknown) => `[${TOO_DEEP}: ${digest(writeJson(below))}]`;
  const value = shallow(row.value, standIn);
  return value === row.value ? row : { value, text: writeJson(value) };
}

/** Whether the next request has led to this one: the end of such circular paging is not reliable. */
function ledTo(causes: ReadonlyMap<string, string | undefined>, here: string, next: string): boolean {
  for (let key: string | undefined = here; key !== undefined; key = causes.get(key)) if (key === next) return true;
  return false;
}

function incomplete({ effects, feed }: ListReader, what: string): TidemarkError {
  effects.count('Incomplete', 1);
  return new TidemarkError({
    code: 'incomplete',
    stage: 'receiving',
    message: `The list of ${feed.stream.name} ${what}.`,
    remedy: 'The next run reads it again, and nothing is compared until then. If it persists, report it to the vendor.',
  });
}
