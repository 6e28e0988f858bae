import type { Sending } from '../delivery/sending.ts';
import { TidemarkError } from '../errors.ts';
import { shallow, TOO_DEEP } from '../events/depth.ts';
import { digest } from '../events/identity.ts';
import { writeJson } from '../events/write-json.ts';
import type { Item, Request, Row, SnapshotFeed } from '../model.ts';
import { type Asker, ask } from '../requests/ask.ts';
import { diffItems, hasShrunk } from './snapshot-diff.ts';

/** More answers than any honest list has. */
const MOST_ANSWERS = 10_000;

/** What it takes to read a list. */
type Reader = Pick<Sending, 'effects' | 'tally'> & { readonly asker: Asker; readonly feed: SnapshotFeed };

/** How things are. A list that lost most of its things may be half an answer: only a second read that says the same is believed. */
export async function readItems(reader: Reader, before: readonly Item[] | undefined): Promise<Item[]> {
  const items = await readList(reader);
  if (!before || !hasShrunk(before, items)) return items;
  const again = await readList(reader);
  if (!hasShrunk(before, again) || diffItems(items, again).length === 0) return again;
  throw incomplete(
    reader,
    `lost more than half of its ${before.length} items, and two reads of it disagree (${items.length} and ${again.length})`,
  );
}

/** The whole list, whatever it takes to ask; anything that goes wrong on the way is thrown, for half a list looks like deletions. */
async function readList(reader: Reader): Promise<Item[]> {
  const { asker, feed, effects, tally } = reader;
  const { stream, connection } = feed;
  const waiting: Request[] = [stream.first(connection)];
  /** All that was asked or is waiting, each with the one whose answer made us ask. */
  const causes = new Map<string, string | undefined>(waiting.map(({ url }) => [url, undefined]));
  const items: Item[] = [];
  for (let request = waiting.shift(); request; request = waiting.shift()) {
    const answer = await ask(asker, request);
    tally.pages++;
    effects.count('Pages', 1);
    const page = stream.read(answer, request, connection);
    for (const row of page.rows) for (const item of stream.items(bearable(row))) items.push(item);
    for (const next of page.asks) {
      if (causes.has(next.url)) {
        if (ledTo(causes, request.url, next.url)) throw incomplete(reader, 'leads back to its own beginning');
        // Two things may share what is to be asked about them.
        continue;
      }
      if (causes.size === MOST_ANSWERS) throw incomplete(reader, `had not ended after ${MOST_ANSWERS} answers`);
      causes.set(next.url, request.url);
      waiting.push(next);
    }
  }
  return items;
}

/**
 * One thing that is nested deeper than can be compared must not hide what becomes of all others: it is compared down to where it
 * can be, and by a digest below. Left out, it would look deleted.
 */
function bearable(row: Row): Row {
  const standIn = (below: unknown) => `[${TOO_DEEP}: ${digest(writeJson(below))}]`;
  const value = shallow(row.value, standIn);
  return value === row.value ? row : { value, text: writeJson(value) };
}

/** Whether what is to be asked next is what has led here: such paging has an end that nobody can believe. */
function ledTo(causes: ReadonlyMap<string, string | undefined>, here: string, next: string): boolean {
  for (let url: string | undefined = here; url !== undefined; url = causes.get(url)) if (url === next) return true;
  return false;
}

function incomplete({ effects, feed }: Reader, what: string): TidemarkError {
  effects.count('Incomplete', 1);
  return new TidemarkError({
    code: 'incomplete',
    stage: 'receiving',
    message: `The list of ${feed.stream.name} ${what}.`,
    remedy: 'The next run reads it again, and nothing is compared until then. If it stays, report it to the vendor.',
  });
}
