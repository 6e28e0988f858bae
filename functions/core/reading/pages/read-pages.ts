import { UnreadableError } from '../../errors.ts';
import { rowKey } from '../../events/identity.ts';
import { identitiesOf, OneRecord } from '../../events/one-record.ts';
import type { Answer, Feed, Page, Request } from '../../model.ts';
import { type Asker, ask } from '../../requests/ask.ts';
import { Paging } from '../../requests/paging.ts';
import { readLargeAnswer } from './large-answer.ts';
import type { PageRequests } from './page-requests.ts';
import type { Announced, Reader, ReadPage } from './pages.ts';
import { proofOf } from './proof.ts';

/** A text of this length takes all of the memory for answers, if nobody has weighed it. */
const MANY_CHARACTERS = 8_000_000;

/**
 * The pages of a read. The next page is already being fetched while one is worked on, unless somebody else decides when requests are
 * sent.
 *
 * @param requests sends them. A page is asked for only when it is wanted
 */
export async function* readPages(
  { asker, feed, effects }: Reader,
  first: Request,
  requests?: PageRequests,
): AsyncGenerator<ReadPage, Announced | undefined, undefined> {
  const { cutAfterPages = Number.POSITIVE_INFINITY } = feed.stream;
  const send = (request: Request) => requests?.send(request) ?? ask(asker, request);
  const paging = new Paging(first, feed.connection.origin);
  let request: Request | undefined = first;
  let asking = send(first);
  let total: number | undefined;
  let count = 0;
  for (let number = 1; request; number++) {
    const answer: Answer = await asking;
    if (answer.pieces && request.list !== undefined) {
      // The whole list is in this one answer.
      yield* readLargeAnswer({ asker, feed, effects }, { answer, request, pieces: answer.pieces, list: request.list });
      return undefined;
    }
    const page = readAnswer(feed, answer, request);
    if (number === 1) total = page.total;
    const { rows } = page;
    const keys = rows.map((row) => rowKey(feed.stream, row));
    const spansInstants = () => new Set(rows.map((row) => identitiesOf(feed, new OneRecord(row))[0]?.time)).size > 1;
    const { next, again } = paging.turn({ rows: keys.map(({ hash }) => hash), next: page.next, spansInstants });
    const ahead = !requests && next && number < cutAfterPages;
    if (ahead) asking = fetchAhead(asker, next);
    if (!again) count += rows.length;
    const size = answer.share ?? answer.text.length / MANY_CHARACTERS;
    const following = { hasNext: next !== undefined, isNextForeseen: next && requests?.isForeseen(next, request) };
    yield { rows, keys, number, again, ...following, size, ...proofOf(answer, page, effects.now()) };
    if (next && !ahead) asking = send(next);
    request = next;
  }
  return total === undefined ? undefined : { total, rows: count };
}

/** Starts a request whose answer is awaited later. If the read ends first, it is not awaited, and its failure does not matter. */
function fetchAhead(asker: Asker, request: Request): Promise<Answer> {
  const asking = ask(asker, request);
  asking.catch(() => undefined);
  return asking;
}

function readAnswer(feed: Feed, answer: Answer, request: Request): Page {
  try {
    return feed.stream.read(answer, request);
  } catch (thrown) {
    // A source that must hide parts of the body has already set a body.
    if (thrown instanceof UnreadableError) thrown.body ||= answer.text;
    throw thrown;
  }
}
