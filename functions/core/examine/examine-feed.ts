import { messageOf, TidemarkError } from '../errors.ts';
import { identitiesOf, OneRecord } from '../events/one-record.ts';
import { type AnyFeed, type Feed, isSnapshotFeed, type SnapshotFeed } from '../model.ts';
import { PageRequests } from '../reading/pages/page-requests.ts';
import type { ReadPage } from '../reading/pages/pages.ts';
import { readPages } from '../reading/pages/read-pages.ts';
import { askedRange } from '../reading/plan.ts';
import { RowOrder } from '../reading/rows/row-order.ts';
import { isInside } from '../reading/run.ts';
import { type Asker, ask } from '../requests/ask.ts';
import { IncompleteError } from '../requests/paging.ts';
import { formatDuration, formatTime, HOUR, type Instant, type Range } from '../time.ts';
import { type Finding, well } from './finding.ts';

/** The part of the log that is asked for. The vendor's page limits the rows, however many there are. */
const LOOK_BACK = HOUR;
/** Maximum number of pages: the second shows whether paging goes on. */
const MAX_PAGES = 2;

/** Asks for a little of a feed, and checks what comes. Throws what the vendor's refusal means. Nothing is delivered or remembered. */
export async function examineFeed(asker: Asker, feed: AnyFeed): Promise<Finding[]> {
  return isSnapshotFeed(feed) ? await examineSnapshot(asker, feed) : await examineLog(asker, feed);
}

async function examineSnapshot(asker: Asker, { name, stream, connection }: SnapshotFeed): Promise<Finding[]> {
  const request = stream.first(connection);
  const { rows, asks } = stream.read(await ask(asker, request), request, connection);
  const more = asks.length === 0 ? '' : `; ${asks.length} more requests would follow`;
  return [well(name, 'answers', `${rows.length} ${stream.thing} records on the first page${more}`)];
}

async function examineLog(asker: Asker, feed: Feed): Promise<Finding[]> {
  const { name, stream } = feed;
  const range = rangeOf(feed, asker.effects.now());
  const look = new Look(feed, range);
  // A page is asked for only when it is wanted.
  const requests = new PageRequests(asker, {}, () => undefined);
  const pages = readPages({ asker, feed, effects: asker.effects }, stream.first(range, feed.connection), requests);
  try {
    while (look.pages < MAX_PAGES) {
      const page = await pages.next();
      if (page.done) break;
      look.add(page.value);
    }
    await pages.return(undefined);
  } catch (thrown) {
    if (!(look.pages > 0 && isAboutNextPage(thrown))) throw thrown;
    return [well(name, 'answers', look.told), brokenPaging(name, thrown)];
  }
  return [well(name, 'answers', look.told), look.order];
}

/** The newest part that a run would ask for now. */
function rangeOf({ stream, settle }: Feed, now: Instant): Range {
  const to = now - settle;
  return askedRange(stream, { from: to - Math.min(LOOK_BACK, stream.longestWindow), to });
}

/** Whether an error says that the first page leads to a wrong one: what keeps the vendor from answering at all is no matter of paging. */
function isAboutNextPage(thrown: unknown): thrown is Error {
  if (thrown instanceof IncompleteError) return true;
  return thrown instanceof TidemarkError && ['unreadable', 'request', 'origin'].includes(thrown.code);
}

function brokenPaging(subject: string, thrown: Error): Finding {
  const remedy =
    'Ask the vendor whether its paging has a fault. Nothing is lost: the watermark waits, and each run asks for smaller parts.';
  return { subject, check: 'order', ok: false, found: `the next page: ${messageOf(thrown)}`, remedy };
}

/** What the pages of a small read show. */
class Look {
  pages = 0;
  readonly #feed: Feed;
  readonly #range: Range;
  readonly #order = new RowOrder();
  #rows = 0;
  #outside = 0;
  #first: Instant | undefined;

  constructor(feed: Feed, range: Range) {
    this.#feed = feed;
    this.#range = range;
  }

  add({ rows }: ReadPage): void {
    this.pages++;
    this.#rows += rows.length;
    for (const row of rows) {
      const time = identitiesOf(this.#feed, new OneRecord(row))[0]?.time;
      if (time === undefined) continue;
      this.#first ??= time;
      if (time !== this.#range.to && !isInside(this.#range, time)) this.#outside++;
      else this.#order.add(time);
    }
  }

  get told(): string {
    const { from, to } = this.#range;
    const pages = this.pages === 1 ? 'one page' : `${this.pages} pages`;
    return `${this.#rows} records on ${pages}, asked for the ${formatDuration(to - from)} up to ${formatTime(to)}`;
  }

  get order(): Finding {
    const { name, stream } = this.#feed;
    if (this.#outside > 0 && !stream.rangeIgnoresRowTime && stream.windowStep === undefined) return this.#ignoredRange;
    return well(name, 'order', this.#direction);
  }

  get #ignoredRange(): Finding {
    return {
      subject: this.#feed.name,
      check: 'order',
      ok: false,
      found: `${this.#outside} of ${this.#rows} records lie outside of the range that was asked for`,
      remedy:
        'Ask the vendor whether it still selects by the time of the record. Records from outside are delivered, but those of the range may be missing: tidemark verify compares.',
    };
  }

  get #direction(): string {
    const { last, monotone } = this.#order;
    if (last === undefined || this.#first === undefined || last === this.#first) return 'too few records to tell';
    if (!monotone) return 'not by time: a part that a run could not finish is read again from its beginning';
    return last > this.#first ? 'oldest first' : 'newest first';
  }
}
